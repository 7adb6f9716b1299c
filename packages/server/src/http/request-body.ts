import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** A body that is not taken; `status` is the HTTP status to answer. */
export class BodyError extends Error {
  readonly status: 400 | 413 | 503;

  constructor(status: 400 | 413 | 503, message: string) {
    super(message);
    this.name = 'BodyError';
    this.status = status;
  }
}

/** Limits the memory of all bodies that are being read or worked on at one time. */
export class BodyBudget {
  readonly #limitBytes: number;
  #usedBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Reserves room for `byteCount` more bytes; false when there is none. */
  reserve(byteCount: number): boolean {
    if (this.#usedBytes + byteCount > this.#limitBytes) return false;
    this.#usedBytes += byteCount;
    return true;
  }

  release(byteCount: number): void {
    this.#usedBytes -= byteCount;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }
}

export interface BodyOptions {
  readonly isGzip: boolean;
  /** The most that the body may hold, in bytes, also after decompression. */
  readonly limitBytes: number;
  readonly budget: BodyBudget;
}

/**
 * Reads a request body into memory. A body that is refused is still read to its end and thrown away: a
 * client that is cut off while sending would never see the answer.
 *
 * The bytes stay reserved in the budget; the caller releases `body.length` when it is done with them.
 *
 * @throws BodyError with 413 over the limit, 503 over the budget, 400 when it is broken.
 */
export function readBody(source: Readable, options: BodyOptions): Promise<Buffer> {
  const { isGzip, limitBytes, budget } = options;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let failure: BodyError | undefined;
    const gunzip = isGzip ? createGunzip() : undefined;

    const fail = (error: BodyError) => {
      if (failure !== undefined) return;
      failure = error;
      budget.release(size);
      size = 0;
      chunks.length = 0;
      if (gunzip !== undefined) {
        source.unpipe(gunzip);
        gunzip.destroy();
      }
      if (source.readableEnded || source.destroyed) reject(error);
      else source.resume();
    };
    const take = (chunk: Buffer) => {
      if (failure !== undefined) return;
      if (size + chunk.length > limitBytes) {
        fail(new BodyError(413, `The body is larger than ${limitBytes} bytes: send smaller batches.`));
      } else if (!budget.reserve(chunk.length)) {
        fail(new BodyError(503, 'Too many requests are being worked on: try again in a second.'));
      } else {
        size += chunk.length;
        chunks.push(chunk);
      }
    };
    const finish = () => {
      if (failure === undefined) resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size));
      else reject(failure);
    };

    source.on('error', (error) => {
      fail(new BodyError(400, `The body could not be read: ${error.message}`));
      reject(failure);
    });
    source.on('close', () => {
      if (!source.readableEnded) {
        fail(new BodyError(400, 'The client went away.'));
        reject(failure);
      }
    });
    if (gunzip === undefined) {
      source.on('data', take);
      source.on('end', finish);
    } else {
      gunzip.on('data', take);
      gunzip.on('end', finish);
      gunzip.on('error', (error) => fail(new BodyError(400, `The body is not gzip: ${error.message}`)));
      source.on('end', () => {
        if (failure !== undefined) reject(failure);
      });
      source.pipe(gunzip);
    }
  });
}
