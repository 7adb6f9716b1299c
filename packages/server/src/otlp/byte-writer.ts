import { TooManyValuesError } from './decode-error.ts';
import type { PlainAscii } from './plain-ascii.ts';

const FIRST_BYTES = 16 * 1024;
/** Requests are decoded one after the other: the next one writes where the last one wrote. */
const KEPT_BUFFERS = 2;
const KEPT_BYTES = 4 * 1024 * 1024;
const kept: Buffer<ArrayBuffer>[] = [];
/** What 64 MiB of telemetry become is less; those of control characters alone become six times as much. */
const BYTE_LIMIT = 128 * 1024 * 1024;
const NOTHING = Buffer.alloc(0);

/** Below this length a loop copies faster than a call of the runtime. */
const SHORT = 256;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** For bytes that JSON escapes with two characters the second of them, as `JSON.stringify` writes it; else 0. */
const ESCAPES = new Uint8Array(256);
for (const character of '"\\\b\f\n\r\t') {
  ESCAPES[character.charCodeAt(0)] = JSON.stringify(character).charCodeAt(2);
}

/**
 * Text as UTF-8 bytes that grow as they are written: what was received is copied and never becomes a string.
 * Every write throws TooManyValuesError beyond 128 MiB.
 */
export class ByteWriter {
  #bytes = kept.pop() ?? Buffer.allocUnsafeSlow(FIRST_BYTES);
  /** Bytes written so far; may be set back to take back what was written since. */
  length = 0;

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.length++] = value;
  }

  copy(source: Buffer, start: number, end: number): void {
    const count = end - start;
    this.#reserve(count);
    const bytes = this.#bytes;
    if (count <= SHORT) {
      let to = this.length;
      for (let from = start; from < end; from++) bytes[to++] = source[from]!;
    } else {
      source.copy(bytes, this.length, start, end);
    }
    this.length += count;
  }

  /**
   * Writes a JSON string of bytes that are ASCII, with the escapes that texts of people and models need: quotes, backslashes
   * and ends of lines. Others are not written, and false is returned.
   */
  asciiString(source: PlainAscii, start: number, end: number): boolean {
    this.#reserve(end - start + 2);
    const begin = this.length;
    this.byte(QUOTE);
    for (let from = start; ; from++) {
      const plainEnd = source.end(from, end);
      this.copy(source.bytes, from, plainEnd);
      from = plainEnd;
      if (from === end) break;
      const escaped = ESCAPES[source.bytes[from]!]!;
      if (escaped === 0) {
        this.length = begin;
        return false;
      }
      this.byte(BACKSLASH);
      this.byte(escaped);
    }
    this.byte(QUOTE);
    return true;
  }

  /** ASCII alone, and not much of it. */
  ascii(text: string): void {
    this.#reserve(text.length);
    const bytes = this.#bytes;
    let to = this.length;
    for (let index = 0; index < text.length; index++) bytes[to++] = text.charCodeAt(index);
    this.length = to;
  }

  /** @param most - Bytes to write at most; a character that does not fit whole is left out. */
  utf8(text: string, most = Infinity): void {
    const size = Math.min(text.length <= SHORT ? text.length * 3 : Buffer.byteLength(text), most);
    this.#reserve(size);
    this.length += this.#bytes.write(text, this.length, size, 'utf8');
  }

  /** Whether `true`, `false` or `null` begins there: no other JSON begins with a letter. */
  isLiteralAt(position: number): boolean {
    return this.#bytes[position]! >= 0x61 && this.#bytes[position]! <= 0x7a;
  }

  /** What was written from a position on, as text. */
  since(position: number): string {
    return this.#bytes.toString('utf8', position, this.length);
  }

  /** What was written, in memory of its own: it can be handed to another thread. Nothing can be written after that. */
  finish(): Uint8Array<ArrayBuffer> {
    const bytes = Buffer.allocUnsafeSlow(this.length);
    this.#bytes.copy(bytes, 0, 0, this.length);
    if (kept.length < KEPT_BUFFERS && this.#bytes.length <= KEPT_BYTES) kept.push(this.#bytes);
    this.#bytes = NOTHING;
    this.length = 0;
    return bytes;
  }

  #reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.#bytes.length) return;
    if (needed > BYTE_LIMIT) throw new TooManyValuesError(BYTE_LIMIT, 'bytes as JSON');
    const larger = Buffer.allocUnsafeSlow(Math.min(Math.max(needed, this.#bytes.length * 2), BYTE_LIMIT));
    this.#bytes.copy(larger, 0, 0, this.length);
    this.#bytes = larger;
  }
}
