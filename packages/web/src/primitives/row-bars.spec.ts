import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buildSpanTree } from '../tree/span-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import { spanColumns } from '../testing/trace-fixture.ts';
import type { SpanSketch } from '../testing/trace-fixture.ts';
import { mostAtATime, useOverTime } from './lane-use.ts';
import { gapsBetween, rowBars } from './row-bars.ts';

function tree(...sketches: SpanSketch[]): SpanTree {
  return buildSpanTree(spanColumns(sketches));
}

describe('rowBars', () => {
  it('shows the attempts of a retry and the waits between them', () => {
    const bars = rowBars(
      tree(
        { name: 'primitive.retry.execute', type: 'retry', duration: 500 },
        { name: 'primitive.retry.attempt_1', parent: 0, duration: 100, status: 'error' },
        { name: 'primitive.retry.attempt_2', parent: 0, start: 300, duration: 200 },
      ),
      0,
    );
    expect(bars.shape).toBe('segments');
    expect(bars.parts).toEqual([
      { startMs: 0, endMs: 100, status: 'error', role: 'plain' },
      { startMs: 300, endMs: 500, status: 'success', role: 'plain' },
    ]);
    expect(gapsBetween(bars.parts)).toEqual([{ startMs: 100, endMs: 300 }]);
  });

  it('draws at most as many attempts as can be told apart', () => {
    const attempts = Array.from({ length: 300 }, (_, index) => ({
      name: `primitive.retry.attempt_${index + 1}`,
      parent: 0,
    }));
    const retried = tree({ name: 'primitive.retry.execute', type: 'retry' }, ...attempts);
    expect(rowBars(retried, 0).parts).toHaveLength(200);
  });

  it('marks where the limit of a timeout passed, and where it lay when it was kept', () => {
    const limited = (status: 'success' | 'timeout', limitMs?: number) =>
      rowBars(
        tree({
          name: 'primitive.timeout.execute',
          type: 'timeout',
          start: 5,
          duration: 40,
          status,
          ...(limitMs !== undefined && { facts: { limitMs } }),
        }),
        0,
      );
    expect(limited('timeout')).toMatchObject({ shape: 'bar', limitMs: 45, isLimitPassed: true });
    expect(limited('timeout', 30)).toMatchObject({ limitMs: 35, isLimitPassed: true });
    expect(limited('success', 60)).toMatchObject({ limitMs: 65, isLimitPassed: false });
    expect(limited('success')).toMatchObject({ limitMs: undefined, isLimitPassed: false });
  });

  it('draws what undoes a step of a saga as such, on its own row and on that of the saga', () => {
    const undone = tree(
      { name: 'primitive.saga.execute', type: 'saga', status: 'error', duration: 30 },
      { name: 'primitive.saga.forward_book', parent: 0 },
      { name: 'primitive.saga.forward_pay', parent: 0, start: 10, status: 'error' },
      { name: 'primitive.saga.compensate_book', parent: 0, start: 20 },
    );
    expect(rowBars(undone, 0).parts.map(({ role }) => role)).toEqual(['plain', 'plain', 'undo']);
    expect([1, 3].map((row) => rowBars(undone, row).isUndo)).toEqual([false, true]);
  });

  it('shows branches as lanes, and beyond six how many ran at a time', () => {
    const branches = (count: number): SpanTree =>
      tree(
        { name: 'primitive.parallel.execute', type: 'parallel' },
        ...Array.from({ length: count }, (_, index) => ({
          name: `primitive.parallel.branch_${index}`,
          parent: 0,
          status: index === 3 ? ('error' as const) : ('success' as const),
        })),
      );
    expect(rowBars(branches(1), 0).shape).toBe('bar');
    expect(rowBars(branches(6), 0)).toMatchObject({ shape: 'lanes', density: undefined });
    const dense = rowBars(branches(7), 0);
    expect(dense.shape).toBe('density');
    expect(dense.ticks?.atMs).toHaveLength(1);
  });

  it('shows branches that ran one after the other on one lane', () => {
    const inTurn = tree(
      { name: 'primitive.settle.execute', type: 'settle', duration: 20 },
      { name: 'primitive.settle.branch_a', parent: 0 },
      { name: 'primitive.settle.branch_b', parent: 0, start: 10, status: 'error' },
    );
    expect(rowBars(inTurn, 0)).toMatchObject({
      shape: 'segments',
      parts: [{ endMs: 10 }, { status: 'error' }],
    });
  });

  it('marks the branch of a race that won by what the race says, else by who ended first', () => {
    const raced = (choice?: string): SpanTree =>
      tree(
        { name: 'primitive.race.execute', type: 'race', ...(choice !== undefined && { facts: { choice } }) },
        { name: 'primitive.race.branch_slow', parent: 0, duration: 9 },
        { name: 'primitive.race.branch_fast', parent: 0, duration: 4 },
        { name: 'primitive.race.branch_off', parent: 0, duration: 4, status: 'cancelled' },
      );
    const roles = (raced_: SpanTree) => rowBars(raced_, 0).parts.map(({ role }) => role);
    expect(roles(raced())).toEqual(['loser', 'winner', 'plain']);
    expect(roles(raced('slow'))).toEqual(['winner', 'loser', 'plain']);
  });

  it('shows iterations one after the other as ticks, and those beside each other as lanes', () => {
    const items = (starts: readonly number[]) =>
      rowBars(
        tree(
          { name: 'primitive.foreach.execute', type: 'foreach', duration: 100 },
          ...starts.map((start, index) => ({
            name: `primitive.foreach.item_${index}`,
            parent: 0,
            start,
            status: index === 1 ? ('error' as const) : ('success' as const),
          })),
        ),
        0,
      );
    const apart = items([0, 10, 20]);
    expect(apart.shape).toBe('ticks');
    expect([...(apart.ticks?.atMs ?? [])]).toEqual([0, 10, 20]);
    expect([...(apart.ticks?.failed ?? [])]).toEqual([0, 1, 0]);
    expect(items([0, 5, 20]).shape).toBe('lanes');
  });

  it('tells until when a call waited for its turn, and when its answer began', () => {
    const of = (sketch: Partial<SpanSketch>) =>
      rowBars(tree({ name: 'x', start: 10, duration: 50, ...sketch }), 0);
    expect(of({ type: 'rate_limit', facts: { waitedMs: 20 } }).waitedUntilMs).toBe(30);
    expect(of({ type: 'approval', facts: { waitedMs: 60_000 } }).waitedUntilMs).toBeUndefined();
    expect(of({ type: 'streaming', facts: { firstChunkMs: 15 } }).firstChunkMs).toBe(25);
    expect(of({ ai: { timeToFirstChunkMs: 30 } }).firstChunkMs).toBe(40);
    expect(of({ type: 'sequential', facts: { firstChunkMs: 15 } }).firstChunkMs).toBeUndefined();
  });
});

describe('gapsBetween', () => {
  it('finds none between parts that overlap', () => {
    const part = (startMs: number, endMs: number) => ({ startMs, endMs, status: 'success' as const });
    expect(gapsBetween([part(0, 50), part(10, 20), part(30, 60)])).toEqual([]);
    expect(gapsBetween([])).toEqual([]);
  });
});

describe('mostAtATime and useOverTime', () => {
  const stretches = fc.array(fc.tuple(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 1, max: 50 })), {
    minLength: 1,
    maxLength: 30,
  });
  const rowsOf = (list: readonly (readonly [number, number])[]): SpanTree =>
    tree(...[...list].sort(([a], [b]) => a - b).map(([start, duration]) => ({ name: 'x', start, duration })));

  it('count as many as a count at every moment finds', () => {
    fc.assert(
      fc.property(stretches, (list) => {
        const all = rowsOf(list);
        const rows = list.map((_, row) => row);
        const counts = Array.from(
          { length: 150 },
          (_, ms) => list.filter(([start, duration]) => start <= ms && ms < start + duration).length,
        );
        expect(mostAtATime(all, rows)).toBe(Math.max(...counts));
      }),
    );
  });

  it('are a share of the most, which some piece reaches', () => {
    fc.assert(
      fc.property(stretches, (list) => {
        const use = useOverTime(
          rowsOf(list),
          list.map((_, row) => row),
          { startMs: 0, endMs: 150 },
        );
        expect(Math.max(...use)).toBe(1);
        expect(Math.min(...use)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
