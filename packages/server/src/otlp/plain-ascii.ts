/** 1 for what JSON has to escape or what is no ASCII. */
const special = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x5c ? 1 : 0,
);
/** The same of two bytes in a row, in whatever order this machine has them in a number. */
const specialPair = Uint8Array.from(
  { length: 65_536 },
  (_, pair) => special[pair & 0xff]! | special[pair >> 8]!,
);

/** Shorter texts are looked at byte by byte as fast. */
const SHORT = 32;

/** Tells how far bytes are the same in JSON: texts are most of what comes in, and this looks at eight bytes at a time. */
export class PlainAscii {
  readonly bytes: Buffer;
  readonly #pairs: Uint16Array;
  /** Where the first pair begins, 0 or 1. */
  readonly #first: number;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.#first = bytes.byteOffset & 1;
    const count = Math.max(0, bytes.length - this.#first) >> 1;
    this.#pairs = new Uint16Array(
      bytes.buffer,
      bytes.byteOffset + (count === 0 ? -this.#first : this.#first),
      count,
    );
  }

  /** Where the first byte stands from `start` on that is not the same in JSON; `end` if there is none. */
  end(start: number, end: number): number {
    let at = start;
    if (end - start > SHORT) {
      const pairs = this.#pairs;
      let pair = (start - this.#first + 1) >> 1;
      const last = ((end - this.#first) >> 1) - 4;
      // The byte before the first whole pair.
      if (this.#first + 2 * pair > start && special[this.bytes[start]!] === 1) return start;
      while (
        pair <= last &&
        (specialPair[pairs[pair]!]! |
          specialPair[pairs[pair + 1]!]! |
          specialPair[pairs[pair + 2]!]! |
          specialPair[pairs[pair + 3]!]!) ===
          0
      ) {
        pair += 4;
      }
      at = this.#first + 2 * pair;
    }
    while (at < end && special[this.bytes[at]!] === 0) at++;
    return at;
  }
}
