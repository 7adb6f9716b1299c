/** From here on it is worth the time to find out how many bytes a text has in UTF-8. */
const longText = 256;

/** Type and length of a value, and of what holds it. */
const valueFramingBytes = 4;
/** The same of an entry and its key. */
const entryFramingBytes = 4;

/**
 * About how large an attribute value or the body of a log record is in OTLP protobuf (`AnyValue`), framing
 * included: what is empty is not nothing. Short texts count a byte a character.
 */
export function anyValueSizeBytes(value: unknown): number {
  return valueFramingBytes + contentSizeBytes(value);
}

/** The same for values with keys, such as attributes. */
export function anyValuesSizeBytes(values: object | undefined): number {
  let sum = 0;
  for (const key in values)
    sum += entryFramingBytes + key.length + anyValueSizeBytes((values as Record<string, unknown>)[key]);
  return sum;
}

function contentSizeBytes(value: unknown): number {
  if (typeof value === 'string') return value.length < longText ? value.length : Buffer.byteLength(value);
  if (typeof value !== 'object' || value === null) return 8;
  if (value instanceof Uint8Array) return value.byteLength;
  if (!Array.isArray(value)) return anyValuesSizeBytes(value);
  let sum = 0;
  for (const entry of value) sum += anyValueSizeBytes(entry);
  return sum;
}
