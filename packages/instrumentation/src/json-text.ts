import { isWorkflowContext } from '@tta/obs-context';

/** So many values, also missing ones, are looked at; what lies beyond cannot be told. */
const mostValues = 10_000;
const deepest = 32;

/** The beginning of a value's JSON. */
export interface JsonText {
  readonly text: string;
  /** Whether it is all of it. */
  readonly isWhole: boolean;
  /** Of binary data in it, in place of which the text has notes. */
  readonly binaryBytes: number;
}

/**
 * The JSON of any value, up to so many characters, in bounded time: with notes in place of bytes, cycles and what
 * cannot be read, digits for big integers, and lists for maps and sets. Nothing is consumed: streams and generators
 * are named, and so are contexts of runs. Never throws.
 */
export function jsonText(value: unknown, limit: number): JsonText {
  const writer = new JsonWriter(limit);
  writer.write(value);
  return writer;
}

class JsonWriter implements JsonText {
  text = '';
  isWhole = true;
  binaryBytes = 0;
  readonly #limit: number;
  readonly #above: object[] = [];
  #valuesLeft = mostValues;

  constructor(limit: number) {
    this.#limit = limit;
  }

  write(value: unknown): void {
    this.#valuesLeft--;
    switch (typeof value) {
      case 'string':
        return this.#quote(value);
      case 'number':
        return this.#put(Number.isFinite(value) ? String(value) : 'null');
      case 'boolean':
        return this.#put(String(value));
      case 'bigint':
        return this.#quote(String(value));
      case 'object':
        return value === null ? this.#put('null') : this.#nested(value);
      default:
        return this.#put('null');
    }
  }

  get #isFull(): boolean {
    return this.text.length >= this.#limit || this.#valuesLeft <= 0;
  }

  #put(text: string): void {
    const room = this.#limit - this.text.length;
    if (text.length > room) this.isWhole = false;
    this.text += text.length > room ? text.slice(0, room) : text;
  }

  #quote(text: string): void {
    const room = this.#limit - this.text.length;
    this.#put(JSON.stringify(text.length > room ? text.slice(0, room) : text));
    if (text.length > room) this.isWhole = false;
  }

  #nested(value: object): void {
    if (this.#above.includes(value)) return this.#quote('[Circular]');
    if (this.#above.length >= deepest) return this.#leaveOut('[Deep]');
    this.#above.push(value);
    try {
      this.#object(value);
    } catch {
      this.#leaveOut('[Unreadable]');
    } finally {
      this.#above.pop();
    }
  }

  #leaveOut(note: string): void {
    this.#quote(note);
    this.isWhole = false;
  }

  #object(value: object): void {
    if (isStream(value)) return this.#leaveOut('[Stream]');
    // Before `toJSON`, which makes of a buffer a list of all its bytes.
    if (isBinary(value)) {
      this.binaryBytes += value.byteLength;
      return this.#quote(`[${value.byteLength} bytes]`);
    }
    if (isWorkflowContext(value)) return this.#quote('[WorkflowContext]');
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === 'function') {
      const json: unknown = Reflect.apply(toJSON, value, ['']);
      if (json !== value) return this.write(json);
    }
    if (Array.isArray(value) || value instanceof Map || value instanceof Set) return this.#list(value);
    this.#fields(value);
  }

  #list(items: Iterable<unknown>): void {
    let separator = '[';
    for (const item of items) {
      if (this.#isFull) return this.#stop();
      this.#put(separator);
      separator = ',';
      this.write(item);
    }
    this.#put(separator === '[' ? '[]' : ']');
  }

  #fields(value: object): void {
    let separator = '{';
    for (const key of Object.keys(value)) {
      if (this.#isFull) return this.#stop();
      const item = read(value, key);
      if (item === undefined || typeof item === 'function' || typeof item === 'symbol') {
        this.#valuesLeft--;
        continue;
      }
      this.#put(separator);
      separator = ',';
      this.#quote(key);
      this.#put(':');
      this.write(item);
    }
    this.#put(separator === '{' ? '{}' : '}');
  }

  #stop(): void {
    this.isWhole = false;
  }
}

/** Whether a value gives or takes what it has over time, or gives it once. */
export function isStream(value: object): boolean {
  if (Symbol.asyncIterator in value || (Symbol.iterator in value && 'next' in value)) return true;
  return 'getWriter' in value || ('pipe' in value && 'on' in value);
}

/** Whether a value is an `ArrayBuffer`, or a view of one such as a `Buffer`. */
export function isBinary(value: object): value is ArrayBufferView | ArrayBuffer | SharedArrayBuffer {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof SharedArrayBuffer;
}

function read(source: object, key: string): unknown {
  try {
    return (source as Record<string, unknown>)[key];
  } catch {
    return '[Unreadable]';
  }
}
