import type { Random } from '@tta/obs-context';
import { below, oneOf, randomBytes } from './chance.ts';

type Mutation = (bytes: Buffer, random: Random, other: Buffer) => Buffer;

/** Invalid UTF-8, the longest varints, empty messages, and what means something to JSON. */
const FRAGMENTS = [
  [0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x00],
  [0x0a, 0x00],
  [0x12, 0x00],
  [0x7f],
  [0x00],
  [0x22],
  [0x5c],
  [0x7b, 0x7d, 0x2c],
  [0x5b, 0x5b, 0x5b],
].map((bytes) => Buffer.from(bytes));

const MUTATIONS: readonly Mutation[] = [
  function flipBits(bytes, random) {
    const result = Buffer.from(bytes);
    for (let count = 1 + below(random, 8); count > 0 && result.length > 0; count--) {
      const at = below(random, result.length);
      result[at] = result[at]! ^ (1 << below(random, 8));
    }
    return result;
  },
  function setByte(bytes, random) {
    const result = Buffer.from(bytes);
    if (result.length > 0) {
      result[below(random, result.length)] = oneOf(random, [
        0x00,
        0x01,
        0x7f,
        0x80,
        0xff,
        below(random, 256),
      ]);
    }
    return result;
  },
  function truncate(bytes, random) {
    return bytes.subarray(0, below(random, bytes.length + 1));
  },
  function splice(bytes, random, other) {
    return Buffer.concat([
      bytes.subarray(0, below(random, bytes.length + 1)),
      other.subarray(below(random, other.length + 1)),
    ]);
  },
  function remove(bytes, random) {
    const at = below(random, bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + below(random, 20))]);
  },
  function repeat(bytes, random) {
    const at = below(random, bytes.length + 1);
    const part = bytes.subarray(at, at + 1 + below(random, 40));
    return Buffer.concat([
      bytes.subarray(0, at),
      ...Array<Buffer>(1 + below(random, 4)).fill(part),
      bytes.subarray(at),
    ]);
  },
  function insert(bytes, random) {
    const at = below(random, bytes.length + 1);
    const part = random.next() < 0.5 ? oneOf(random, FRAGMENTS) : randomBytes(random, 12);
    return Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)]);
  },
];

/** Changes that know nothing of the format. */
export function mutateBytes(bytes: Buffer, random: Random, other: Buffer): Buffer {
  return oneOf(random, MUTATIONS)(bytes, random, other);
}
