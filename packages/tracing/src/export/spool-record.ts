import { readSync, writeSync, writevSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Batch } from './backlog.ts';

/*
 * A record is one batch in a segment, in big-endian order:
 *
 *   bytes  0-3   "TTA1"
 *          4-7   length of the body
 *          8-11  number of items
 *         12-15  CRC-32 of the body
 *         16-19  CRC-32 of bytes 0-15
 *         20-    body
 *
 * The header has a checksum of its own, so that a damaged body costs its batch and not those behind it.
 */
const magic = 0x54544131;
export const headerBytes = 20;

/** Larger ones are neither written nor believed: what a receiver takes in one request. */
export const largestBodyBytes = 64 * 2 ** 20;

/** What stands at one place of a segment. */
export interface StoredRecord {
  /** Undefined for one that is damaged or was not written to its end. */
  readonly batch: Batch | undefined;
  /** How many items it holds; 0 where the damage hides that. */
  readonly count: number;
  /** Where the next one begins; the end of the segment where that cannot be told. */
  readonly next: number;
}

interface Header {
  readonly length: number;
  readonly count: number;
  readonly checksum: number;
}

/**
 * Writes a batch at the end of a file that was opened for appending.
 *
 * @throws what the file system says; a part may have been written then.
 */
export function appendRecord(fd: number, { body, count }: Batch): void {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32BE(magic, 0);
  header.writeUInt32BE(body.byteLength, 4);
  header.writeUInt32BE(count, 8);
  header.writeUInt32BE(crc32(body), 12);
  header.writeUInt32BE(crc32(header.subarray(0, 16)), 16);
  // One call, one record: a process that is killed leaves a whole one or the start of one.
  const parts = [header, body];
  let written = writevSync(fd, parts);
  // A disk that runs full takes a part and says why at the second call.
  while (written < headerBytes + body.byteLength) written += writeSync(fd, Buffer.concat(parts), written);
}

/** Reads what stands at `position` of a segment that ends at `end`. Damage does not throw, the file system may. */
export function readRecord(fd: number, position: number, end: number): StoredRecord {
  const header = readHeader(fd, position, end);
  if (!header) return { batch: undefined, count: 0, next: end };
  const { length, count, checksum } = header;
  const next = position + headerBytes + length;
  const body = next <= end ? readBytes(fd, next - length, length) : undefined;
  if (!body) return { batch: undefined, count, next: end };
  return { batch: crc32(body) === checksum ? { body, count } : undefined, count, next };
}

/** How many items the records between two places hold, as far as their headers can be read. */
export function countItems(fd: number, position: number, end: number): number {
  let count = 0;
  for (let at = position, header; (header = readHeader(fd, at, end)); at += headerBytes + header.length)
    count += header.count;
  return count;
}

function readHeader(fd: number, position: number, end: number): Header | undefined {
  const header = position + headerBytes <= end ? readBytes(fd, position, headerBytes) : undefined;
  if (header?.readUInt32BE(0) !== magic) return undefined;
  if (crc32(header.subarray(0, 16)) !== header.readUInt32BE(16)) return undefined;
  const length = header.readUInt32BE(4);
  if (length > largestBodyBytes) return undefined;
  return { length, count: header.readUInt32BE(8), checksum: header.readUInt32BE(12) };
}

/** Undefined when the file ends before. */
function readBytes(fd: number, position: number, length: number): Buffer | undefined {
  const bytes = Buffer.allocUnsafe(length);
  for (let read = 0; read < length;) {
    const more = readSync(fd, bytes, read, length - read, position + read);
    if (more === 0) return undefined;
    read += more;
  }
  return bytes;
}
