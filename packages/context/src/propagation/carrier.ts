import type { TextMapGetter, TextMapSetter } from '@opentelemetry/api';

/**
 * How the fields of a propagator are read from a kind of message, written to it and taken out of it.
 *
 * `get` returns a list where a message holds a field more than once, and `undefined` where it holds none.
 */
export interface Carrier<T> extends TextMapGetter<T>, TextMapSetter<T> {
  /** Takes out every value of a field. */
  remove(carrier: T, field: string): void;
}

/** What may be taken for the value of a field: text, or a list of nothing but texts. */
export function textOf(value: unknown): string | string[] | undefined {
  if (!Array.isArray(value)) return singleText(value);
  const texts = value.map(singleText);
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

/** A byte order mark is a character like others: text that begins with it is no field. */
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

function singleText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? utf8.decode(value) : undefined;
}

/** What headers behind methods may have to take one out. */
interface RemovableHeaders {
  get(name: string): unknown;
  set(name: string, value: string): unknown;
  delete?(name: string): unknown;
  remove?(name: string): unknown;
}

/** Takes a header out, or empties it where that is all that can be done: to a reader that is the same. */
export function removeFrom(headers: RemovableHeaders, name: string): void {
  if (headers.delete) headers.delete(name);
  else if (headers.remove) headers.remove(name);
  else if (headers.get(name)) headers.set(name, '');
}
