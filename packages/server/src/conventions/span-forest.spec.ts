import { describe, expect, it } from '@jest/globals';
import { spanForest } from './span-forest.ts';

const forest = (...spans: readonly (readonly [spanId: string, parentSpanId: string | null])[]) =>
  spanForest(spans.map(([spanId, parentSpanId]) => ({ spanId, parentSpanId })));

describe('spanForest', () => {
  it('finds parents in any order, and says those inside first', () => {
    expect(forest(['c', 'b'], ['a', null], ['b', 'a'])).toEqual({
      parents: [2, -1, 1],
      inwardsFirst: [0, 2, 1],
    });
  });

  it('has a span whose parent did not come on top', () => {
    expect(forest(['b', 'a']).parents).toEqual([-1]);
  });

  it('cuts circles where they close', () => {
    expect(forest(['a', 'a']).parents).toEqual([-1]);
    expect(forest(['a', 'c'], ['b', 'a'], ['c', 'b'], ['d', 'a'])).toEqual({
      parents: [2, -1, 1, 0],
      inwardsFirst: [3, 0, 2, 1],
    });
  });

  it('takes the first of two spans with one id for the parent', () => {
    expect(forest(['a', null], ['a', null], ['b', 'a']).parents).toEqual([-1, -1, 0]);
  });
});
