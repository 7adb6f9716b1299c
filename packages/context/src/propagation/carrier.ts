import type { TextMapGetter, TextMapSetter } from '@opentelemetry/api';

/**
 * How the fields of a propagator are read from a kind of message, and written to it.
 *
 * `get` returns a list where a message holds a field more than once, and `undefined` where it holds none.
 */
export type Carrier<T> = TextMapGetter<T> & TextMapSetter<T>;

/** What may be taken for the value of a field: text, or a list of nothing but texts. */
export function textOf(value: unknown): string | string[] | undefined {
  if (!Array.isArray(value)) return singleText(value);
  const texts = value.map(singleText);
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

function singleText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : undefined;
}
