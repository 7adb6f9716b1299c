import type { TextMapGetter, TextMapSetter } from '@opentelemetry/api';

/**
 * How the fields of a propagator are read from a kind of message, and written to it.
 *
 * `get` returns a list where a message holds a field more than once, and `undefined` where it holds none.
 */
export type Carrier<T> = TextMapGetter<T> & TextMapSetter<T>;

/** What may be taken for the value of a field: text, or a list of nothing but texts. */
export function textOf(value: unknown): string | string[] | undefined {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return new TextDecoder('utf-8', { ignoreBOM: true }).decode(value);
  if (!Array.isArray(value)) return undefined;
  const texts = value.map((item) => (Array.isArray(item) ? undefined : textOf(item)));
  return texts.every((text) => typeof text === 'string') ? texts : undefined;
}
