import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cheapestAlignment, type Step } from './cheapest-alignment.ts';

const costs = {
  left: (): number => 2,
  right: (): number => 2,
  pair: (one: string, other: string): number =>
    one === other ? 0 : one.toLowerCase() === other.toLowerCase() ? 1 : 5,
  isEqual: (one: string, other: string): boolean => one === other,
};

const aligned = (left: string, right: string): string =>
  cheapestAlignment([...left], [...right], costs)
    .map(([one = '-', other = '-']) => `${one}${other}`)
    .join(' ');

const costOf = (steps: readonly Step<string, string>[]): number =>
  steps.reduce(
    (sum, [one, other]) => sum + (one !== undefined && other !== undefined ? costs.pair(one, other) : 2),
    0,
  );

/** What the cheapest one costs, by trying all. */
function least(left: string, right: string): number {
  if (left === '' || right === '') return 2 * (left.length + right.length);
  const [one = '', other = ''] = [left[0], right[0]];
  return Math.min(
    2 + least(left.slice(1), right),
    2 + least(left, right.slice(1)),
    costs.pair(one, other) + least(left.slice(1), right.slice(1)),
  );
}

describe('cheapestAlignment', () => {
  it.each([
    ['', '', ''],
    ['ab', 'ab', 'aa bb'],
    ['abc', 'ac', 'aa b- cc'],
    ['ac', 'abc', 'aa -b cc'],
    ['abc', 'aBc', 'aa bB cc'],
    ['abc', 'axc', 'aa b- -x cc'],
    ['ab', 'ba', 'a- bb -a'],
    ['aa', 'a', 'aa a-'],
    ['', 'ab', '-a -b'],
  ])('aligns %p with %p as %p', (left, right, steps) => {
    expect(aligned(left, right)).toBe(steps);
  });

  it('has all of both lists in order, and costs least', () => {
    const list = fc
      .array(fc.constantFrom('a', 'A', 'b', 'c'), { maxLength: 5 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(list, list, (left, right) => {
        const steps = cheapestAlignment([...left], [...right], costs);
        expect(steps.map(([one]) => one ?? '').join('')).toBe(left);
        expect(steps.map(([, other]) => other ?? '').join('')).toBe(right);
        expect(costOf(steps)).toBe(least(left, right));
      }),
    );
  });

  it('compares what is equal at both ends once', () => {
    const list = Array.from({ length: 10_000 }, (_, index) => `${index}`);
    let compared = 0;
    const steps = cheapestAlignment(list, list.toSpliced(5000, 1), {
      ...costs,
      pair: () => ++compared,
      isEqual: (one, other) => {
        compared++;
        return one === other;
      },
    });
    expect(steps[5000]).toEqual(['5000', undefined]);
    expect(steps).toHaveLength(10_000);
    expect(compared).toBeLessThan(10_010);
  });
});
