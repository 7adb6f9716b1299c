import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { spanColumns } from '../testing/trace-fixture.ts';
import { buildSpanTree } from '../tree/span-tree.ts';
import { selfTimeMs } from './self-time.ts';

function tree(...children: readonly (readonly [start: number, duration: number])[]) {
  const sorted = children.toSorted(([a], [b]) => a - b);
  return buildSpanTree(
    spanColumns([
      { name: 'root', start: 0, duration: 100 },
      ...sorted.map(([start, duration]) => ({ name: 'child', parent: 0, start, duration })),
    ]),
  );
}

describe('selfTimeMs', () => {
  it('is what no child covers', () => {
    expect(selfTimeMs(tree(), 0)).toBe(100);
    expect(selfTimeMs(tree([10, 20], [50, 20]), 0)).toBe(60);
    expect(selfTimeMs(tree([10, 50], [20, 10], [30, 40]), 0)).toBe(40);
    expect(selfTimeMs(tree([90, 50]), 0)).toBe(90);
    expect(selfTimeMs(tree([200, 50]), 0)).toBe(100);
  });

  it('tells a step from its only child, which stands on the same row', () => {
    const merged = buildSpanTree(
      spanColumns([
        { name: 'primitive.sequential.step_0', duration: 100 },
        { name: 'process', type: 'lambda', parent: 0, start: 60, duration: 40 },
        { name: 'query', parent: 1, start: 70, duration: 25 },
      ]),
    );
    expect(merged.rowCount).toBe(2);
    expect([0, 1].map((span) => selfTimeMs(merged, 0, span))).toEqual([60, 15]);
  });

  it('is within the duration and no less than what single children leave', () => {
    const stretches = fc.array(fc.tuple(fc.nat(150), fc.nat(150)), { maxLength: 8 });
    fc.assert(
      fc.property(stretches, (children) => {
        const covered = Array.from({ length: 100 }, (_, ms) =>
          children.some(([start, duration]) => start <= ms && ms < start + duration),
        );
        expect(selfTimeMs(tree(...children), 0)).toBe(covered.filter((isCovered) => !isCovered).length);
      }),
    );
  });
});
