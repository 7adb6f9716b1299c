/** A text of ASCII characters to look for. */
export interface Literal<Name> {
  readonly name: Name;
  /** At least 3 characters. In lower case where the case does not matter. */
  readonly text: string;
  readonly anyCase?: boolean;
}

type Confirm<Name> = (name: Name, start: number, end: number) => boolean;

interface Place<Name> {
  readonly name: Name;
  readonly codes: Uint8Array;
  /** The bit in which lower and upper case differ, for each letter whose case does not matter. */
  readonly caseBits: Uint8Array;
  /** Of {@link codes} and {@link caseBits}, which take longer to reach. */
  readonly first: number;
  readonly firstBit: number;
  /** Where in the literal the three bytes begin that lead here. */
  readonly offset: number;
}

/**
 * Looks for many literals in bytes at once, in about a nanosecond a byte: it reads two bytes at a time. A literal is known
 * by two such pairs, one for each way that it may lie across them; these are its rarest, each with a byte beside it.
 */
export class LiteralSearch<Name> {
  /** For each pair its marks, 0 for most. */
  readonly #marks = new Uint16Array(65_536);
  /** For each hash of three bytes the index in {@link #places}, 0 for most. */
  readonly #lists = new Uint16Array(65_536);
  readonly #places: Place<Name>[][] = [[]];

  constructor(literals: readonly Literal<Name>[]) {
    for (const { name, text, anyCase = false } of literals) {
      const codes = Uint8Array.from(text, (character) => character.charCodeAt(0));
      const caseBits = codes.map((code) => (anyCase && code >= 97 && code <= 122 ? 32 : 0));
      const [first = 0, firstBit = 0] = [codes[0], caseBits[0]];
      for (const parity of [0, 1]) {
        const pairAt = rarestPair(text, parity);
        const isBegin = pairAt + 3 <= text.length;
        const place = { name, codes, caseBits, first, firstBit, offset: isBegin ? pairAt : pairAt - 1 };
        const [one, two, three] = [0, 1, 2].map((index) => spellings(place, place.offset + index));
        for (const begin of one!) {
          for (const second of two!)
            for (const third of three!) this.#add(place, isBegin, begin, second, third);
        }
      }
    }
  }

  /** Whether `confirm` is true of one of the places where a literal stands; it is not asked further then. */
  some(bytes: Uint8Array, confirm: Confirm<Name>): boolean {
    const marks = this.#marks;
    const odd = bytes.byteOffset & 1;
    const length = bytes.length < odd ? 0 : (bytes.length - odd) >> 1;
    const pairs = length === 0 ? noPairs : new Uint16Array(bytes.buffer, bytes.byteOffset + odd, length);
    // Where the bytes of a pair are in its number.
    const first = pairOf(1, 0) === 1 ? 0 : 8;
    const second = 8 - first;
    let last = odd === 0 ? 0 : bytes[0]! << second;
    for (let index = 0; index < length;) {
      // Four pairs at a time, without a branch: whether a pair has marks is hard to foresee.
      for (; index < length - 4; index += 4) {
        const one = pairs[index]!;
        const two = pairs[index + 1]!;
        const three = pairs[index + 2]!;
        const four = pairs[index + 3]!;
        const any =
          hit(marks[one]!, last >> second, two >> first) |
          hit(marks[two]!, one >> second, three >> first) |
          hit(marks[three]!, two >> second, four >> first) |
          hit(marks[four]!, three >> second, pairs[index + 4]! >> first);
        if ((any & 1) !== 0) break;
        last = four;
      }
      for (const until = Math.min(index + 4, length); index < until; index++) {
        const mark = marks[pairs[index]!]!;
        if (mark === 0) continue;
        const at = odd + 2 * index;
        const isBegin = ((mark >> (bytes[at + 2]! & 7)) & 1) !== 0;
        if (isBegin && this.#confirms(bytes, at, confirm)) return true;
        const isEnd = ((mark >> ((bytes[at - 1]! & 7) | 8)) & 1) !== 0;
        if (isEnd && this.#confirms(bytes, at - 1, confirm)) return true;
      }
      last = pairs[index - 1]!;
    }
    return false;
  }

  /** @param at - Where three bytes begin that a literal may have. */
  #confirms(bytes: Uint8Array, at: number, confirm: Confirm<Name>): boolean {
    const list = this.#lists[hash(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!)]!;
    if (list === 0) return false;
    for (const place of this.#places[list]!) {
      const start = at - place.offset;
      if ((bytes[start]! | place.firstBit) !== place.first) continue;
      if (isWhole(bytes, start, place) && confirm(place.name, start, start + place.codes.length)) return true;
    }
    return false;
  }

  #add(place: Place<Name>, isBegin: boolean, first: number, second: number, third: number): void {
    if (isBegin) this.#marks[pairOf(first, second)]! |= 1 << (third & 7);
    else this.#marks[pairOf(second, third)]! |= 1 << ((first & 7) | 8);
    const key = hash(first, second, third);
    if (this.#lists[key] === 0) this.#lists[key] = this.#places.push([]) - 1;
    const places = this.#places[this.#lists[key]!]!;
    const isThere = places.some(({ codes, offset }) => codes === place.codes && offset === place.offset);
    if (!isThere) places.push(place);
  }
}

const noPairs = new Uint16Array(0);

/**
 * Whether the bytes beside a pair are such as its marks ask for, in the lowest bit. The marks say by their place what the
 * last three bits may be: of the byte behind the pair, then of the byte before it. That tells most from what is none.
 */
function hit(marks: number, before: number, behind: number): number {
  return (marks >> (behind & 7)) | (marks >> ((before & 7) | 8));
}

/** In the order of bytes that this machine has. */
function pairOf(first: number, second: number): number {
  return new Uint16Array(Uint8Array.of(first, second).buffer)[0]!;
}

function hash(first: number, second: number, third: number): number {
  return (first + second * 251 + third * 7_919) & 0xffff;
}

function isWhole<Name>(bytes: Uint8Array, start: number, { codes, caseBits }: Place<Name>): boolean {
  if (start < 0 || start + codes.length > bytes.length) return false;
  for (let index = 0; index < codes.length; index++) {
    if ((bytes[start + index]! | caseBits[index]!) !== codes[index]) return false;
  }
  return true;
}

function spellings<Name>({ codes, caseBits }: Place<Name>, at: number): readonly number[] {
  const code = codes[at]!;
  return caseBits[at] === 0 ? [code] : [code, code - 32];
}

/** In prose, and in names and values of attributes; the first are the most frequent. */
const frequentPairs =
  ' ": th st en al on 00 ti he er in es re te :" at it me ue an e" se ri e. co ha le ke or nt tr ut ," lu ' +
  '", im ge om ve ns nd io am ou ng et pr is ex ro ce ey pl "s ar to de ll mp as ai ch pa mi ts no iv tt ' +
  'ac ag ow lo id va "k i. us wh el .i na ta ss ec y" ho Va "v gV ed hi sa tp qu t. ra ep pe wo n_ /c ma ' +
  'be eq of .s ea ht un ne d" pt od ot il ca ad wa ok em _a n. ic rt 20 ps la ul pi .n sp cu ap s: "p ur ' +
  'ry nc "t -a l. .e mo ay ol .m li pu wi .c xe ia s" ty // rv si fi ee rr fo t- do so xa /a rk rs t/ po ' +
  'yp :/ v1 /v fl we m/ o- ct gp oo s. .r kf ab ir ld np bu xt op vi _t t" ru "g um Id ys os fa fu eo ni ' +
  'da .t su oc bo ak "c p_ w. ls s, "h 01 ef r. rd t_ y. by di .a .f fr gi p. ga ba yo wn .u Ti Na "e sk ' +
  'ms ck lt o" nI e, ev ds d. ix Un sh "a "u dd eU xN av eg ny tu 10 ob og mb t, up ';

/** @param parity - Of the place where the pair begins. */
function rarestPair(text: string, parity: number): number {
  let best = parity;
  let fewest = Infinity;
  for (let at = parity; at + 2 <= text.length; at += 2) {
    const often = frequency(text.slice(at, at + 2));
    if (often < fewest) {
      fewest = often;
      best = at;
    }
  }
  return best;
}

function frequency(pair: string): number {
  // Words begin and end with blanks.
  const rank = pair.includes(' ') ? 0 : frequentPairs.indexOf(` ${pair} `);
  return rank < 0 ? 0 : 2 ** (8 - (8 * rank) / frequentPairs.length);
}
