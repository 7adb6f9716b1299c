import { setEntry, type Attributes, type AttributesDraft, type AttributeValue } from './attribute-value.ts';
import {
  asList,
  asObject,
  double,
  isSet,
  member,
  optionalObject,
  signed64,
  text,
  truth,
  type JsonObject,
} from './json-fields.ts';
import { deepestValue } from './parse-json.ts';
import { FieldError } from './trace-problem.ts';

/** A list of OTLP's `KeyValue` in JSON. The last one of a key counts. */
export function readKeyValues(list: unknown, what: string, depth = 0): Attributes {
  const attributes: AttributesDraft = {};
  for (const item of asList(list, what)) {
    const entry = asObject(item, `an entry of ${what}`);
    const key = text(entry['key'], `a key of ${what}`);
    setEntry(attributes, key, readAnyValue(entry['value'], `${what} "${key}"`, depth));
  }
  return attributes;
}

/**
 * OTLP's `AnyValue` in JSON (OTLP specification, "JSON Protobuf Encoding").
 *
 * @throws FieldError
 */
export function readAnyValue(value: unknown, what: string, depth = 0): AttributeValue {
  if (depth > deepestValue) throw new FieldError(`${what} is nested deeper than ${deepestValue} levels`);
  const { stringValue, boolValue, intValue, doubleValue, bytesValue, arrayValue, kvlistValue } =
    optionalObject(value, what);
  if (isSet(stringValue)) return text(stringValue, what);
  if (isSet(boolValue)) return truth(boolValue, what);
  if (isSet(intValue)) return integerOrDouble(intValue, what);
  if (isSet(doubleValue)) return double(doubleValue, what);
  if (isSet(bytesValue)) return Uint8Array.from(Buffer.from(text(bytesValue, what), 'base64'));
  if (isSet(arrayValue)) {
    const { values } = asObject(arrayValue, what);
    return asList(values, what).map((item) => readAnyValue(item, what, depth + 1));
  }
  if (isSet(kvlistValue)) {
    return readKeyValues(member(asObject(kvlistValue, what), 'values'), what, depth + 1);
  }
  return null;
}

/** What {@link readKeyValues} reads. */
export function writeKeyValues(attributes: Attributes): JsonObject[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: writeAnyValue(value) }));
}

/** What {@link readAnyValue} reads. */
export function writeAnyValue(value: AttributeValue): JsonObject {
  if (value === null) return {};
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'bigint') return { intValue: value.toString() };
  if (typeof value === 'number') return { doubleValue: writeDouble(value) };
  if (value instanceof Uint8Array) return { bytesValue: base64(value) };
  if (isList(value)) return { arrayValue: { values: value.map(writeAnyValue) } };
  return { kvlistValue: { values: writeKeyValues(value) } };
}

/** A double in JSON: what JSON has no number for is text. */
export function writeDouble(value: number): number | string {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : String(value);
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** `Array.isArray` does not narrow arrays that cannot be changed. */
export function isList(value: AttributeValue): value is readonly AttributeValue[] {
  return Array.isArray(value);
}

/** The exporters for JavaScript write every whole number as `intValue`, also those beyond 64 bits. */
function integerOrDouble(value: unknown, what: string): bigint | number {
  const isBeyond = typeof value === 'number' && (value >= 2 ** 63 || value < -(2 ** 63));
  return isBeyond ? value : signed64(value, what);
}
