import { RefusedError } from './refused-error.ts';

/** A flag and the length of the message stand in front of it (gRPC over HTTP/2, Length-Prefixed-Message). */
const PREFIX_BYTES = 5;

const TIMEOUT = /^([0-9]{1,8})([HMSmun])$/;
const UNIT_MS: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1_000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

export interface GrpcMessage {
  readonly isCompressed: boolean;
  readonly bytes: Buffer;
}

/** The one message of a unary call. @throws RefusedError with 400 when there is none, a part of one, or more. */
export function readGrpcMessage(body: Buffer): GrpcMessage {
  if (body.length < PREFIX_BYTES) throw new RefusedError(400, 'The call holds no message.');
  const flag = body[0]!;
  const size = body.readUInt32BE(1);
  if (flag > 1) throw new RefusedError(400, `The flag of the message is ${flag}: it must be 0 or 1.`);
  const bytes = body.subarray(PREFIX_BYTES);
  if (bytes.length !== size) {
    throw new RefusedError(400, `The message should have ${size} bytes; ${bytes.length} were sent.`);
  }
  return { isCompressed: flag === 1, bytes };
}

/** A message as it is sent, uncompressed. */
export function grpcMessage(bytes: Buffer): Buffer {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
}

/** `grpc-timeout` in milliseconds, or `undefined` when it is no such value. */
export function grpcTimeoutMs(text: string): number | undefined {
  const match = TIMEOUT.exec(text);
  return match === null ? undefined : Number(match[1]) * UNIT_MS[match[2]!]!;
}

/** Clients take 8 KiB of headers, and a UTF-16 unit can take nine bytes of them. */
const MESSAGE_LENGTH_MAX = 500;

/** Text for `grpc-message`: UTF-8 of which all but printable ASCII is percent-encoded; the begin of a long one. */
export function grpcStatusMessage(text: string): string {
  const told = text.length > MESSAGE_LENGTH_MAX ? `${text.slice(0, MESSAGE_LENGTH_MAX)}…` : text;
  let encoded = '';
  for (const byte of Buffer.from(told)) {
    const isPlain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    encoded += isPlain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}
