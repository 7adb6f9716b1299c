import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fullestMatching, isEveryoneMatched } from './fullest-matching.ts';

/** How many can have a partner at most, by trying all. */
function most(
  left: readonly number[],
  right: readonly number[],
  fits: (l: number, r: number) => boolean,
): number {
  const [first, ...rest] = left;
  if (first === undefined) return 0;
  const partners = right.filter((other) => fits(first, other));
  return Math.max(
    most(rest, right, fits),
    ...partners.map(
      (one) =>
        1 +
        most(
          rest,
          right.filter((other) => other !== one),
          fits,
        ),
    ),
  );
}

describe('fullestMatching', () => {
  it('lets others change their partners where somebody would be left over', () => {
    const likes: Readonly<Record<string, string>> = { a: 'xy', b: 'x', c: 'yz' };
    expect(
      fullestMatching(['a', 'b', 'c'], ['x', 'y', 'z'], (one, other) => likes[one]?.includes(other) === true),
    ).toEqual(['y', 'x', 'z']);
    expect(
      fullestMatching(['b', 'a', 'b'], ['x', 'y'], (one, other) => likes[one]?.includes(other) === true),
    ).toEqual(['x', 'y', undefined]);
    expect(fullestMatching([], [1], () => true)).toEqual([]);
    expect(fullestMatching([1], [], () => true)).toEqual([undefined]);
  });

  it('gives as many as possible a partner of their own that fits', () => {
    const grid = fc.array(fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }), { maxLength: 5 });
    fc.assert(
      fc.property(grid, (rows) => {
        const left = [...rows.keys()];
        const right = [0, 1, 2, 3, 4];
        const fits = (one: number, other: number): boolean => rows[one]?.[other] === true;
        const partners = fullestMatching(left, right, fits);
        const pairs = left.flatMap((one) =>
          partners[one] === undefined ? [] : [[one, partners[one]] as const],
        );
        expect(pairs.every(([one, other]) => fits(one, other))).toBe(true);
        expect(new Set(pairs.map(([, other]) => other)).size).toBe(pairs.length);
        expect(pairs).toHaveLength(most(left, right, fits));
        expect(isEveryoneMatched(left, fits, () => right)).toBe(pairs.length === left.length);
      }),
      { numRuns: 500 },
    );
  });

  it('asks at most twice of each pair, also where half have to move and half find nobody', () => {
    const list = Array.from({ length: 500 }, (_, index) => index);
    const found = (fits: (one: number, other: number) => boolean): number => {
      let asked = 0;
      const partners = fullestMatching(list, list, (one, other) => {
        asked++;
        return fits(one, other);
      });
      expect(asked).toBeLessThanOrEqual(2 * 500 * 500);
      return partners.filter((partner) => partner !== undefined).length;
    };
    expect(found((one, other) => one < 250 || other < 250)).toBe(500);
    expect(found((_one, other) => other < 250)).toBe(250);
  });

  it('looks once through the options of those whom a search asked in vain', () => {
    let seen = 0;
    class Seen extends Array<number> {
      override *[Symbol.iterator](): ArrayIterator<number> {
        for (const one of super[Symbol.iterator]()) {
          seen++;
          yield one;
        }
      }
    }
    const list = Seen.from({ length: 250 }, (_, index) => index);
    const all = Array.from({ length: 500 }, (_, index) => index);
    const partners = fullestMatching(all, list, () => true);
    expect(partners.filter((partner) => partner !== undefined)).toHaveLength(250);
    expect(seen).toBeLessThanOrEqual(500 * 250);
  });

  it('asks only those who may fit', () => {
    const asked: string[] = [];
    const fits = (one: string, other: string): boolean => {
      asked.push(`${one}${other}`);
      return one === other;
    };
    expect(fullestMatching(['a', 'b', 'c'], ['a', 'b'], fits, (one) => [one])).toEqual(['a', 'b', 'c']);
    expect(asked).toEqual(['aa', 'bb', 'cc']);
  });
});

describe('isEveryoneMatched', () => {
  it('ends with the first who finds nobody', () => {
    const asked: number[] = [];
    const fits = (one: number, other: number): boolean => {
      asked.push(one);
      return one === other;
    };
    expect(isEveryoneMatched([1, 7, 2, 3], fits, () => [1, 2, 3, 4])).toBe(false);
    expect(new Set(asked)).toEqual(new Set([1, 7]));
  });
});
