/** From here on it is worth the time to find out how many bytes a text has in UTF-8. */
const longText = 256;

/**
 * About how large an attribute value or the body of a log record is in OTLP protobuf (`AnyValue`). Short texts
 * count a byte a character, framing does not count.
 */
export function anyValueSizeBytes(value: unknown): number {
  if (typeof value === 'string') return value.length < longText ? value.length : Buffer.byteLength(value);
  if (typeof value !== 'object' || value === null) return 8;
  if (value instanceof Uint8Array) return value.byteLength;
  if (!Array.isArray(value)) return anyValuesSizeBytes(value);
  let sum = 0;
  for (const entry of value) sum += anyValueSizeBytes(entry);
  return sum;
}

/** The same for values with keys, such as attributes. */
export function anyValuesSizeBytes(values: object | undefined): number {
  let sum = 0;
  for (const key in values) sum += key.length + anyValueSizeBytes((values as Record<string, unknown>)[key]);
  return sum;
}
