import { base64, isList, readAnyValue, writeAnyValue, writeDouble } from './any-value.ts';
import { setEntry, type Attributes, type AttributesDraft, type AttributeValue } from './attribute-value.ts';
import { double, isObject, shown, signed64, type JsonObject } from './json-fields.ts';
import { deepestValue, parseJson } from './parse-json.ts';
import { FieldError } from './trace-problem.ts';

/**
 * How the text of a value is to be read. `json` is plain JSON, in which whole numbers are integers; `otlp` is
 * an `AnyValue` in JSON, for lists and objects that plain JSON does not say exactly.
 */
export type TextType = 'string' | 'bool' | 'int' | 'double' | 'bytes' | 'empty' | 'json' | 'otlp';

/** A value as text for people, and as what tells it apart from the same text of another type. */
export interface AttributeText {
  readonly type: TextType;
  readonly text: string;
}

/** For formats whose values are text: lists and objects become JSON, bytes base64. */
export function attributeText(value: AttributeValue): AttributeText {
  if (typeof value === 'string') return { type: 'string', text: value };
  if (typeof value === 'boolean') return { type: 'bool', text: String(value) };
  if (typeof value === 'bigint') return { type: 'int', text: value.toString() };
  if (typeof value === 'number') return { type: 'double', text: String(writeDouble(value)) };
  if (value === null) return { type: 'empty', text: '' };
  if (value instanceof Uint8Array) return { type: 'bytes', text: base64(value) };
  return { type: 'json', text: JSON.stringify(plainJson(value)) };
}

/** The same, exact: what {@link readAttributeText} makes the value of. */
export function exactAttributeText(value: AttributeValue): AttributeText {
  const plain = attributeText(value);
  if (plain.type !== 'json') return plain;
  const exact = JSON.stringify(writeAnyValue(value));
  const isExact = JSON.stringify(writeAnyValue(fromPlainJson(JSON.parse(plain.text)))) === exact;
  return isExact ? plain : { type: 'otlp', text: exact };
}

/** @throws FieldError when the text is none of its type. */
export function readAttributeText(type: string, text: string, what: string): AttributeValue {
  switch (type) {
    case 'string':
      return text;
    case 'bool':
      if (text === 'true' || text === 'false') return text === 'true';
      break;
    case 'int':
      if (text !== '') return signed64(text, what);
      break;
    case 'double':
      return double(text, what);
    case 'bytes':
      return Uint8Array.from(Buffer.from(text, 'base64'));
    case 'empty':
      return null;
    case 'json':
      return fromPlainJson(parseJson(text));
    case 'otlp':
      return readAnyValue(parseJson(text), what);
  }
  throw new FieldError(`${what} must be text of the type ${shown(type)}, but is ${shown(text)}`);
}

/** JSON for people. Integers beyond the exact numbers of JSON are text there. */
export function plainJson(value: AttributeValue): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return writeDouble(value);
  if (typeof value === 'bigint')
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (value instanceof Uint8Array) return base64(value);
  if (isList(value)) return value.map(plainJson);
  const entries: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) setEntry(entries, key, plainJson(item));
  return entries;
}

/** Of JSON that somebody wrote: whole numbers that are exact become integers. */
export function fromPlainJson(json: unknown, depth = 0): AttributeValue {
  if (depth > deepestValue) throw new FieldError(`a value is nested deeper than ${deepestValue} levels`);
  if (typeof json === 'string' || typeof json === 'boolean') return json;
  if (typeof json === 'number') return fromPlainNumber(json);
  if (Array.isArray(json)) return json.map((item) => fromPlainJson(item, depth + 1));
  return isObject(json) ? fromPlainEntries(json, depth + 1) : null;
}

/** The same for values with keys, such as attributes. */
export function fromPlainEntries(json: JsonObject, depth = 0): Attributes {
  const entries: AttributesDraft = {};
  for (const [key, item] of Object.entries(json)) setEntry(entries, key, fromPlainJson(item, depth));
  return entries;
}

export function fromPlainNumber(number: number): bigint | number {
  return Number.isSafeInteger(number) && !Object.is(number, -0) ? BigInt(number) : number;
}
