import { deflateSync, inflateSync } from 'node:zlib';
import { InvalidOptionError } from '@tta/obs-context';
import { bucketCount, highestUsOf, significantDigits } from './latency-histogram.ts';

/** Cookies of HdrHistogram's encoding V2, plain and compressed, with the word size that Java writes. */
const plainCookie = 0x1c849313;
const compressedCookie = 0x1c849314;

const headerBytes = 40;
const compressedHeaderBytes = 8;
const largestWordBytes = 9;
const largestPlainBytes = headerBytes + bucketCount * largestWordBytes;

/** More than the largest histogram of ours takes, even if nothing of it could be compressed. */
const largestEncodedLength = 64 * 1024;

/**
 * Encodes counts as HdrHistogram does: V2, compressed, base64. Values are microseconds. Every implementation of
 * HdrHistogram reads it; the fields that `hdr-histogram-js` ignores are as Java expects them.
 */
export function encodeHistogram(counts: Float64Array): string {
  let length = counts.length;
  while (length > 0 && counts[length - 1] === 0) length--;
  const plain = Buffer.allocUnsafe(headerBytes + Math.max(length, 1) * largestWordBytes);
  let at = headerBytes;
  for (let index = 0; index < length;) {
    const count = counts[index++]!;
    let zeros = count === 0 ? 1 : 0;
    while (zeros > 0 && counts[index] === 0) {
      zeros++;
      index++;
    }
    at = writeWord(plain, at, zeros > 1 ? -zeros : count);
  }
  plain.writeInt32BE(plainCookie, 0);
  plain.writeInt32BE(at - headerBytes, 4);
  plain.writeInt32BE(0, 8); // normalizing index offset
  plain.writeInt32BE(significantDigits, 12);
  plain.writeBigInt64BE(1n, 16); // lowest discernible value
  plain.writeBigInt64BE(BigInt(Math.max(highestUsOf(length - 1), 2)), 24); // highest trackable value
  plain.writeDoubleBE(1, 32); // ratio of integers to values
  // A small window: the text is short, and most of the time goes into setting up a large one.
  const deflated = deflateSync(plain.subarray(0, at), { windowBits: 12, memLevel: 5 });
  const encoded = Buffer.allocUnsafe(compressedHeaderBytes + deflated.length);
  encoded.writeInt32BE(compressedCookie, 0);
  encoded.writeInt32BE(deflated.length, 4);
  deflated.copy(encoded, compressedHeaderBytes);
  return encoded.toString('base64');
}

/**
 * Reads what {@link encodeHistogram} or another implementation of HdrHistogram wrote, and tells of each bucket that
 * is not empty. Work and memory are bounded whatever the text says.
 *
 * @param where - What the text is, for the error.
 * @throws InvalidOptionError It is no such histogram, or one of other significant digits or longer durations.
 */
export function decodeHistogram(
  text: string,
  where: string,
  each: (index: number, count: number) => void,
): void {
  if (text.length > largestEncodedLength) {
    throw refused(where, `it is ${text.length} characters long, more than ${largestEncodedLength}`);
  }
  const plain = inflated(Buffer.from(text, 'base64'));
  if (!plain) throw refused(where, 'it is no compressed HdrHistogram (V2, base64)');
  const digits = plain.readInt32BE(12);
  if (digits !== significantDigits) {
    throw refused(where, `it has ${digits} significant digits, not ${significantDigits}`);
  }
  if (plain.readBigInt64BE(16) !== 1n) throw refused(where, 'its lowest discernible value is not 1 (µs)');
  const end = headerBytes + plain.readInt32BE(4);
  if (end !== plain.length) throw refused(where, 'its length is not what its header says');
  const words = new Words(plain, headerBytes);
  let index = 0;
  while (words.at < end) {
    const word = words.next();
    if (!Number.isSafeInteger(word)) throw refused(where, 'one of its counts is cut off or too large');
    if (index + Math.abs(Math.min(word, -1)) > bucketCount)
      throw refused(where, 'it counts more than a week');
    if (word > 0) each(index, word);
    index += word < 0 ? -word : 1;
  }
}

/** The plain histogram, header checked; `undefined` where there is none. */
function inflated(encoded: Buffer): Buffer | undefined {
  if (encoded.length < compressedHeaderBytes) return undefined;
  const end = compressedHeaderBytes + encoded.readInt32BE(4);
  if (encoded.readInt32BE(0) !== compressedCookie) return undefined;
  try {
    const plain = inflateSync(encoded.subarray(compressedHeaderBytes, end), {
      maxOutputLength: largestPlainBytes,
    });
    return plain.length >= headerBytes && plain.readInt32BE(0) === plainCookie ? plain : undefined;
  } catch {
    return undefined;
  }
}

/** Zigzag and LEB128: a count, or how many buckets are empty as a negative number. */
function writeWord(into: Buffer, at: number, word: number): number {
  let rest = word < 0 ? -word * 2 - 1 : word * 2;
  while (rest >= 0x80) {
    into[at++] = (rest % 0x80) + 0x80;
    rest = Math.floor(rest / 0x80);
  }
  into[at++] = rest;
  return at;
}

/** Reads what {@link writeWord} wrote. */
class Words {
  readonly #from: Buffer;
  at: number;

  constructor(from: Buffer, at: number) {
    this.#from = from;
    this.at = at;
  }

  /** Not a safe integer where the bytes end too soon or the word is too large. */
  next(): number {
    let rest = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.#from[this.at++];
      if (byte === undefined || scale > Number.MAX_SAFE_INTEGER) return NaN;
      rest += (byte % 0x80) * scale;
      if (byte < 0x80) return rest % 2 === 0 ? rest / 2 : -(rest + 1) / 2;
    }
  }
}

function refused(where: string, why: string): InvalidOptionError {
  return new InvalidOptionError(
    `${where} cannot be read: ${why}; pass what a PrimitiveStatistics of this version wrote`,
  );
}
