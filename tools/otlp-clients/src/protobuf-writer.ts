/*
 * The protobuf wire format, one function for each way in which a field can stand on it. A message is the
 * concatenation of its fields: what order they come in, which are left out and how they are written is up to the
 * caller, as it is to each client.
 */

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** @param width - Bytes that are used even if fewer would do. */
function rawVarint(value: bigint, width = 1): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  } while (rest > 0n || bytes.length < width);
  bytes.push((bytes.pop() as number) & 0x7f);
  return Buffer.from(bytes);
}

function tag(field: number, wireType: number): Buffer {
  return rawVarint(BigInt((field << 3) | wireType));
}

export function varint(field: number, value: bigint | number): Buffer {
  return Buffer.concat([tag(field, VARINT), rawVarint(BigInt(value))]);
}

/** `sint32`: small in either direction. */
export function zigzag(field: number, value: number): Buffer {
  return varint(field, ((value << 1) ^ (value >> 31)) >>> 0);
}

function fixed64Bytes(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  return bytes;
}

function doubleBytes(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

/** `fixed64` and `sfixed64`. */
export function fixed64(field: number, value: bigint): Buffer {
  return Buffer.concat([tag(field, FIXED64), fixed64Bytes(value)]);
}

export function double(field: number, value: number): Buffer {
  return Buffer.concat([tag(field, FIXED64), doubleBytes(value)]);
}

export function fixed32(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return Buffer.concat([tag(field, FIXED32), bytes]);
}

export function bytes(field: number, value: Uint8Array): Buffer {
  return Buffer.concat([tag(field, LENGTH_DELIMITED), rawVarint(BigInt(value.length)), value]);
}

export function text(field: number, value: string): Buffer {
  return bytes(field, Buffer.from(value));
}

export function hex(field: number, value: string): Buffer {
  return bytes(field, Buffer.from(value, 'hex'));
}

export function message(field: number, ...fields: readonly Buffer[]): Buffer {
  return bytes(field, Buffer.concat(fields));
}

/** A message by a writer that fills in the length afterwards and has kept four bytes for it. */
export function paddedMessage(field: number, ...fields: readonly Buffer[]): Buffer {
  const content = Buffer.concat(fields);
  return Buffer.concat([tag(field, LENGTH_DELIMITED), rawVarint(BigInt(content.length), 4), content]);
}

export function packedFixed64(field: number, values: readonly bigint[]): Buffer {
  return bytes(field, Buffer.concat(values.map(fixed64Bytes)));
}

export function packedDouble(field: number, values: readonly number[]): Buffer {
  return bytes(field, Buffer.concat(values.map(doubleBytes)));
}

export function packedVarint(field: number, values: readonly bigint[]): Buffer {
  return bytes(field, Buffer.concat(values.map((value) => rawVarint(value))));
}
