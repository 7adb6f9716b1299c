import { DecodeError } from './decode-error.ts';
import { base64Of, textOf } from './text-limit.ts';

export const VARINT = 0;
export const FIXED64 = 1;
export const LENGTH_DELIMITED = 2;
export const FIXED32 = 5;

/**
 * Reads the protobuf wire format. Every read checks the bounds and throws {@link DecodeError} instead of
 * running past the end; nothing is copied until a string is made.
 */
export class WireReader {
  /** Offset of the next byte. */
  position = 0;
  readonly #bytes: Buffer;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** Field number and wire type in one number, as on the wire: `field << 3 | wireType`. */
  tag(): number {
    const start = this.position;
    const tag = this.varint32();
    if (tag >>> 3 === 0)
      throw new DecodeError(`field number 0 at byte ${start}: this is not a protobuf message`);
    return tag;
  }

  /** The lower 32 bits of a varint, unsigned; longer varints are read to their end, as protobuf demands. */
  varint32(): number {
    const bytes = this.#bytes;
    let byte = bytes[this.position];
    if (byte !== undefined && byte < 0x80) {
      this.position++;
      return byte;
    }
    const start = this.position;
    let value = 0;
    for (let index = 0; index < 10; index++) {
      byte = bytes[this.position++];
      if (byte === undefined) throw truncated(start);
      if (index < 5) value |= (byte & 0x7f) << (7 * index);
      if (byte < 0x80) return value >>> 0;
    }
    throw new DecodeError(`varint longer than 10 bytes at byte ${start}`);
  }

  /** A signed 64-bit varint. */
  int64(): bigint {
    const start = this.position;
    let low = 0;
    let middle = 0;
    let high = 0;
    for (let index = 0; index < 10; index++) {
      const byte = this.#bytes[this.position++];
      if (byte === undefined) throw truncated(start);
      const bits = byte & 0x7f;
      if (index < 4) low |= bits << (7 * index);
      else if (index < 8) middle |= bits << (7 * (index - 4));
      else high |= bits << (7 * (index - 8));
      if (byte < 0x80) {
        if (high === 0 && middle < 1 << 24) return BigInt(low + middle * 0x10000000);
        return BigInt.asIntN(64, BigInt(low) | (BigInt(middle) << 28n) | (BigInt(high) << 56n));
      }
    }
    throw new DecodeError(`varint longer than 10 bytes at byte ${start}`);
  }

  /** An unsigned 64-bit varint; a number where that is quicker. */
  uint64(): number | bigint {
    const byte = this.#bytes[this.position];
    if (byte === undefined || byte >= 0x80) return BigInt.asUintN(64, this.int64());
    this.position++;
    return byte;
  }

  fixed32(): number {
    const start = this.#take(4);
    return this.#view.getUint32(start, true);
  }

  /** An unsigned 64-bit integer. */
  fixed64(): bigint {
    const start = this.#take(8);
    return this.#view.getBigUint64(start, true);
  }

  double(): number {
    const start = this.#take(8);
    return this.#view.getFloat64(start, true);
  }

  /** Enters a length-delimited field: returns the offset of its end, the reader stands at its begin. */
  enter(): number {
    const start = this.position;
    const length = this.varint32();
    if (length > this.#bytes.length - this.position) {
      throw new DecodeError(
        `field at byte ${start} claims ${length} bytes, but ${this.#bytes.length - this.position} are left`,
      );
    }
    return this.position + length;
  }

  text(): string {
    const start = this.#slice();
    return start === this.position ? '' : textOf(this.#bytes, start, this.position);
  }

  hex(): string {
    const start = this.#slice();
    return start === this.position ? '' : this.#bytes.toString('hex', start, this.position);
  }

  base64(): string {
    const start = this.#slice();
    return base64Of(this.#bytes, start, this.position);
  }

  skip(wireType: number): void {
    if (wireType === VARINT) this.varint32();
    else if (wireType === FIXED64) this.#take(8);
    else if (wireType === LENGTH_DELIMITED) this.position = this.enter();
    else if (wireType === FIXED32) this.#take(4);
    else throw new DecodeError(`wire type ${wireType} at byte ${this.position}: this is not an OTLP message`);
  }

  /** Ends a message that began with {@link enter}; a field that reached over its end is an error. */
  leave(end: number): void {
    if (this.position !== end)
      throw new DecodeError(`a field reaches over the end of its message at byte ${end}`);
  }

  /** Passes a length-delimited field: returns the offset of its begin, the reader stands at its end. */
  #slice(): number {
    const end = this.enter();
    const start = this.position;
    this.position = end;
    return start;
  }

  #take(byteCount: number): number {
    const start = this.position;
    if (byteCount > this.#bytes.length - start) throw truncated(start);
    this.position = start + byteCount;
    return start;
  }
}

function truncated(position: number): DecodeError {
  return new DecodeError(`the message ends in the middle of a field at byte ${position}`);
}
