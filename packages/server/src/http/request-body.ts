import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { RefusedError } from './refused-error.ts';
import type { Reservation } from './request-budget.ts';

export interface BodyOptions {
  /** The most that the body may hold, in bytes. */
  readonly limitBytes: number;
  /** Pays for the bytes; they stay reserved until it is closed. */
  readonly room: Reservation;
}

const LEAST_CHUNK_BYTES = 16 * 1024;
const MOST_CHUNK_BYTES = 256 * 1024;

/**
 * Reads a body into memory.
 *
 * @throws RefusedError as soon as it is known: 413 over the limit, 503 over the budget or when it gives way to
 * others, 400 when the client goes away. What the client still sends is not read; see {@link drain}.
 */
export function readBody(source: Readable, { limitBytes, room }: BodyOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const refuse = (error: unknown): void => {
      room.endUpload();
      source.off('data', take);
      source.pause();
      chunks.length = 0;
      reject(error);
    };
    const take = (chunk: Buffer): void => {
      try {
        size = grown(size, chunk.length, limitBytes);
        room.take(chunk.length);
        chunks.push(chunk);
      } catch (error) {
        refuse(error);
      }
    };
    room.beginUpload(refuse);
    source.on('data', take);
    source.on('end', () => {
      room.endUpload();
      resolve(joined(chunks, size));
    });
    source.on('error', (error) => reject(new RefusedError(400, `The body broke off: ${error.message}`)));
    source.on('close', () => {
      // An error costs more than all the rest of a small request.
      if (!source.readableEnded) reject(new RefusedError(400, 'The client went away.'));
    });
  });
}

/**
 * Unpacks a body, and stops as soon as it is known to be too large: a small body can unpack to a thousand
 * times its size. The packed bytes stay reserved with it.
 *
 * @throws RefusedError with 413 over the limit, 503 over the budget, 400 when it is not gzip.
 */
export function gunzip(packed: Buffer, { limitBytes, room }: BodyOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunkSize = Math.min(Math.max(packed.length * 4, LEAST_CHUNK_BYTES), MOST_CHUNK_BYTES);
    const stream = createGunzip({ chunkSize });
    const chunks: Buffer[] = [];
    let size = 0;
    stream.on('data', (chunk: Buffer) => {
      try {
        size = grown(size, chunk.length, limitBytes);
        room.take(chunk.length);
        chunks.push(chunk);
      } catch (error) {
        stream.destroy();
        reject(error);
      }
    });
    stream.on('end', () => resolve(joined(chunks, size)));
    stream.on('error', (error) => reject(new RefusedError(400, `The body is not gzip: ${error.message}`)));
    stream.end(packed);
  });
}

/**
 * Throws away what a refused client still sends, for a client that is cut off while sending would never see
 * the answer. One that goes on for more than `limitBytes` is cut off.
 */
export function drain(source: Readable, limitBytes: number): void {
  let rest = limitBytes;
  source.on('error', () => undefined);
  source.on('data', (chunk: Buffer) => {
    rest -= chunk.length;
    if (rest < 0) source.destroy();
  });
  source.resume();
}

function grown(size: number, byteCount: number, limitBytes: number): number {
  if (size + byteCount > limitBytes) throw tooLarge(limitBytes);
  return size + byteCount;
}

export function tooLarge(limitBytes: number): RefusedError {
  return new RefusedError(413, `The body is larger than ${limitBytes} bytes: send smaller batches.`);
}

function joined(chunks: readonly Buffer[], size: number): Buffer {
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size);
}
