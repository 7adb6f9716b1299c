import protobuf, { type Field, type Type } from 'protobufjs';

/** A request that is not an OTLP message: says which field, and what is wrong with it. */
class UnreadableError extends Error {}

/** Reads a single value that is no message. */
type ReadValue = (field: Field, value: unknown, path: string) => unknown;

/** Fields of bytes that are ids, by their lengths. */
const idBytes: Readonly<Record<string, number>> = { traceId: 16, spanId: 8, parentSpanId: 8 };

/**
 * A message as the interfaces of `otlp-messages.ts` have it. Fields that are not known are left out, and those that were
 * not sent get their default value, so that both encodings give the same.
 */
function messageObject(type: Type, source: unknown, read: ReadValue, path = ''): Record<string, unknown> {
  if (typeof source !== 'object' || source === null || Array.isArray(source))
    throw new UnreadableError(`${path || 'the message'} is ${kindOf(source)} instead of an object`);
  const object: Record<string, unknown> = {};
  for (const field of type.fieldsArray) {
    const at = path ? `${path}.${field.name}` : field.name;
    const one = (value: unknown, place: string): unknown =>
      field.resolvedType instanceof protobuf.Type
        ? messageObject(field.resolvedType, value, read, place)
        : read(field, value, place);
    const value: unknown = Object.hasOwn(source, field.name)
      ? (source as Record<string, unknown>)[field.name]
      : undefined;
    if (field.repeated)
      object[field.name] = listOf(value, at).map((each, index) => one(each, `${at}[${index}]`));
    else if (value !== undefined && value !== null) object[field.name] = one(value, at);
    else if (!field.resolvedType && !field.partOf) object[field.name] = defaultOf(field);
  }
  return object;
}

/** @throws An error that says what is wrong where the bytes are no such message. */
export function fromProtobuf(type: Type, bytes: Uint8Array): Record<string, unknown> {
  return messageObject(type, type.decode(bytes), (field, value) => {
    if (value instanceof Uint8Array) return bytesText(field, Buffer.from(value), field.name);
    return isWide(field) ? String(value) : value;
  });
}

/** @throws An error that says what is wrong where the text is no such message. */
export function fromJson(type: Type, text: string): Record<string, unknown> {
  return messageObject(type, JSON.parse(text), jsonValue);
}

/** Whether a field holds whole numbers of 64 bits. */
function isWide({ type }: Field): boolean {
  return type.endsWith('64');
}

function defaultOf(field: Field): unknown {
  if (field.type === 'string' || field.type === 'bytes') return '';
  if (field.type === 'bool') return false;
  return isWide(field) ? '0' : 0;
}

function listOf(value: unknown, path: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new UnreadableError(`${path} is ${kindOf(value)} instead of a list`);
  return value;
}

function bytesText(field: Field, bytes: Buffer, path: string): string {
  const length = idBytes[field.name];
  if (length === undefined) return bytes.toString('base64');
  if (bytes.length !== length && bytes.length !== 0)
    throw new UnreadableError(`${path} has ${bytes.length} bytes instead of ${length}`);
  return bytes.toString('hex');
}

/** As "JSON Protobuf Encoding" of the OTLP specification has it: it is strict where an exporter would be wrong. */
function jsonValue(field: Field, value: unknown, path: string): unknown {
  const wrong = (wanted: string): UnreadableError =>
    new UnreadableError(`${path} is ${kindOf(value)} instead of ${wanted}`);
  switch (field.type) {
    case 'string':
      if (typeof value !== 'string') throw wrong('a text');
      return value;
    case 'bool':
      if (typeof value !== 'boolean') throw wrong('true or false');
      return value;
    case 'double':
      return jsonDouble(value) ?? fail(wrong('a number'));
    case 'bytes':
      return jsonBytes(field, value, path) ?? fail(wrong(field.name in idBytes ? 'hex' : 'base64'));
    default:
      return jsonWhole(field, value) ?? fail(wrong('a whole number'));
  }
}

function jsonDouble(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (value === 'NaN') return Number.NaN;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  return Number.isNaN(number) ? undefined : number;
}

function jsonWhole(field: Field, value: unknown): string | number | undefined {
  const isWhole = typeof value === 'number' ? Number.isInteger(value) : /^-?\d+$/.test(String(value));
  if (!isWhole || (typeof value !== 'number' && typeof value !== 'string')) return undefined;
  return isWide(field) ? String(BigInt(value)) : Number(value);
}

function jsonBytes(field: Field, value: unknown, path: string): string | undefined {
  if (typeof value !== 'string') return undefined;
  const isId = field.name in idBytes;
  if (!(isId ? /^([0-9a-f]{2})*$/i : /^[\w+/-]*={0,2}$/).test(value)) return undefined;
  return bytesText(field, Buffer.from(value, isId ? 'hex' : 'base64'), path);
}

function kindOf(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 50 ? text : `${text.slice(0, 49)}…`;
}

function fail(error: Error): never {
  throw error;
}
