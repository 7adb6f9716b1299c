import { describe, expect, it } from '@jest/globals';
import type { Random } from './random.ts';
import { systemRandom } from './random.ts';
import { seededRandom } from './seeded-random.ts';

const version4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const take = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);

describe.each<[string, () => Random]>([
  ['systemRandom', () => systemRandom],
  ['seededRandom', () => seededRandom(7)],
])('%s', (_name, create) => {
  it('draws from [0, 1), spread over the whole of it', () => {
    const random = create();
    const numbers = take(2_000, () => random.next());
    expect(numbers.every((n) => n >= 0 && n < 1)).toBe(true);
    const tenths = new Set(numbers.map((n) => Math.floor(n * 10)));
    expect(tenths.size).toBe(10);
  });

  it('makes UUIDs of version 4, each a new one', () => {
    const random = create();
    const ids = take(200, () => random.uuid());
    for (const id of ids) expect(id).toMatch(version4);
    expect(new Set(ids).size).toBe(200);
  });
});

describe('seededRandom', () => {
  it('repeats itself for the same seed and differs for another', () => {
    const draw = (seed: number): unknown[] => {
      const random = seededRandom(seed);
      return [...take(20, () => random.next()), random.uuid()];
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });
});
