import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

const decompress = promisify(gunzip);
const headBytes = 5;

/** A message as it goes over the wire: whether it is compressed, its length, itself (gRPC over HTTP/2, "Length-Prefixed-Message"). */
export function grpcFrame(message: Uint8Array, isCompressed: boolean): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUInt8(isCompressed ? 1 : 0);
  head.writeUInt32BE(message.byteLength, 1);
  return Buffer.concat([head, message]);
}

/**
 * The first message in what a call was answered.
 *
 * @param encoding - Of `grpc-encoding`, how a compressed message is compressed.
 * @param limitBytes - For a message that is compressed.
 * @returns `undefined` when there is none, or one that cannot be read.
 */
export async function readGrpcFrame(
  bytes: Buffer,
  encoding: unknown,
  limitBytes: number,
): Promise<Uint8Array | undefined> {
  if (bytes.length < headBytes) return undefined;
  const message = bytes.subarray(headBytes, headBytes + bytes.readUInt32BE(1));
  if (bytes.readUInt8() === 0) return message;
  if (encoding !== 'gzip') return undefined;
  return decompress(message, { maxOutputLength: limitBytes }).catch(() => undefined);
}
