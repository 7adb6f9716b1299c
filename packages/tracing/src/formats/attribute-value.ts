/**
 * A value of an attribute, as exact as OTLP's `AnyValue`: integers of 64 bits are `bigint`, `number` is a double,
 * also where it is whole. `null` is a value that was set to nothing.
 */
export type AttributeValue =
  string | boolean | bigint | number | Uint8Array | null | readonly AttributeValue[] | Attributes;

/** Attributes by key. A key may be any text, `__proto__` as well: ask with `Object.hasOwn`. */
export interface Attributes {
  readonly [key: string]: AttributeValue;
}

/** Attributes in the making. */
export type AttributesDraft = Record<string, AttributeValue>;

/** Sets an own entry whatever the key is: plain assignment to `__proto__` would change the prototype. */
export function setEntry<Value>(entries: Record<string, Value>, key: string, value: Value): void {
  if (key === '__proto__') {
    Object.defineProperty(entries, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    entries[key] = value;
  }
}
