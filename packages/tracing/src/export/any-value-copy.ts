import type { ReadableLogRecord } from './otlp-encoding.ts';

type AnyValue = ReadableLogRecord['body'];
type AnyValues = ReadableLogRecord['attributes'];

/** Values that go deeper mostly lead back to themselves. */
const deepest = 64;
/** As much as a queue holds. */
const mostBytes = 16 * 2 ** 20;
/** A few milliseconds for a copy. What is reached in several ways counts, and is sent, as often. */
const mostValues = 100_000;

/**
 * Copies values of the program's own, as OTLP can say them: bytes of any kind as bytes, maps as entries, sets
 * as lists, what knows how it is written in JSON (dates, addresses) like that, errors and bigints as text.
 * One copier is for one log record.
 */
export class AnyValueCopier {
  #bytesLeft = mostBytes;
  #valuesLeft = mostValues;

  /** @throws RangeError when the values go too deep, are too many or too large. */
  copy(value: unknown, depth = 0): AnyValue {
    if (typeof value === 'string') {
      this.#spend(0, value.length);
      return value;
    }
    if (typeof value === 'bigint' || typeof value === 'symbol') return this.copy(String(value));
    if (typeof value !== 'object' || value === null) return value as AnyValue;
    if (depth > deepest) throw new RangeError('its values go too deep or lead back to themselves');
    if (ArrayBuffer.isView(value)) return this.#copyBytes(value.buffer, value.byteOffset, value.byteLength);
    if (value instanceof ArrayBuffer) return this.#copyBytes(value, 0, value.byteLength);
    if (Array.isArray(value)) return this.#copyList(value, depth + 1);
    if (value instanceof Set) return this.#copyList([...value], depth + 1);
    if (value instanceof Map) return this.copyEntries(Object.fromEntries(value), depth + 1);
    if (value instanceof Error) return this.copy(value.stack ?? String(value));
    const { toJSON } = value as { readonly toJSON?: unknown };
    if (typeof toJSON === 'function') return this.copy(toJSON.call(value), depth + 1);
    return this.copyEntries(value, depth + 1);
  }

  /** The same for values with keys, such as attributes. */
  copyEntries(values: object, depth = 0): AnyValues {
    const keys = Object.keys(values);
    this.#spend(keys.length, 0);
    const copy: AnyValues = {};
    for (const key of keys) {
      this.#spend(0, key.length);
      const value = this.copy((values as Record<string, unknown>)[key], depth);
      // Assigned, this one would not be an entry.
      if (key === '__proto__') Object.defineProperty(copy, key, { value, enumerable: true });
      else copy[key] = value;
    }
    return copy;
  }

  #copyList(values: readonly unknown[], depth: number): AnyValue[] {
    this.#spend(values.length, 0);
    const copy: AnyValue[] = [];
    for (const value of values) copy.push(this.copy(value, depth));
    return copy;
  }

  #copyBytes(buffer: ArrayBufferLike, offset: number, length: number): Uint8Array {
    this.#spend(0, length);
    return new Uint8Array(buffer, offset, length).slice();
  }

  #spend(values: number, bytes: number): void {
    this.#valuesLeft -= values;
    this.#bytesLeft -= bytes;
    if (this.#valuesLeft < 0) throw new RangeError(`it has more than ${mostValues} values`);
    if (this.#bytesLeft < 0) throw new RangeError(`its values take more than ${mostBytes} bytes`);
  }
}
