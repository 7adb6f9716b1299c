import { describe, expect, it } from '@jest/globals';
import { spanColumns } from '../testing/trace-fixture.ts';
import type { SpanSketch } from '../testing/trace-fixture.ts';
import { gapsBetween, rowBars } from './row-bars.ts';
import { isFailedBranch, rowNote } from './row-note.ts';
import { buildSpanTree } from '../tree/span-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';

function tree(...sketches: SpanSketch[]): SpanTree {
  return buildSpanTree(spanColumns(sketches));
}

const retried = tree(
  { name: 'primitive.retry.execute', type: 'retry', duration: 500 },
  { name: 'primitive.retry.attempt_1', parent: 0, duration: 100, status: 'error', message: '503' },
  { name: 'primitive.retry.attempt_2', parent: 0, start: 300, duration: 200 },
);

describe('rowBars', () => {
  it('shows the attempts of a retry and the waits between them', () => {
    const bars = rowBars(retried, 0);
    expect(bars.parts).toEqual([
      { startMs: 0, endMs: 100, status: 'error' },
      { startMs: 300, endMs: 500, status: 'success' },
    ]);
    expect(gapsBetween(bars.parts)).toEqual([{ startMs: 100, endMs: 300 }]);
  });

  it('marks where the limit of a timeout passed', () => {
    const limited = tree({
      name: 'primitive.timeout.execute',
      type: 'timeout',
      start: 5,
      duration: 40,
      status: 'timeout',
    });
    expect(rowBars(limited, 0)).toMatchObject({ parts: [], limitMs: 45 });
  });

  it('draws at most as many attempts as can be told apart', () => {
    const attempts = Array.from({ length: 300 }, (_, index) => ({
      name: `primitive.retry.attempt_${index + 1}`,
      parent: 0,
    }));
    expect(
      rowBars(tree({ name: 'primitive.retry.execute', type: 'retry' }, ...attempts), 0).parts,
    ).toHaveLength(200);
  });
});

describe('gapsBetween', () => {
  it('finds none between parts that overlap', () => {
    const part = (startMs: number, endMs: number) => ({ startMs, endMs, status: 'success' as const });
    expect(gapsBetween([part(0, 50), part(10, 20), part(30, 60)])).toEqual([]);
    expect(gapsBetween([])).toEqual([]);
  });
});

describe('rowNote', () => {
  it('counts attempts and the time spent waiting', () => {
    expect(rowNote(retried, 0)).toBe('2 attempts, 200 ms waiting');
    expect(
      rowNote(tree({ name: 'r', type: 'retry' }, { name: 'primitive.retry.attempt_1', parent: 0 }), 0),
    ).toBe('1 attempt');
  });

  it('gives the reason where a failure arose and not again above', () => {
    const failed = tree(
      { name: 'root', status: 'error', message: 'boom' },
      { name: 'leaf', parent: 0, status: 'error', message: 'boom' },
    );
    expect(rowNote(failed, 0)).toBeUndefined();
    expect(rowNote(failed, 1)).toBe('boom');
    expect(rowNote(retried, 1)).toBe('503');
  });

  it('says which branch of a fallback answered', () => {
    const branches = (status: SpanSketch['status'], rootStatus: SpanSketch['status'] = 'success'): SpanTree =>
      tree(
        { name: 'f', type: 'fallback', status: rootStatus },
        { name: 'primitive.fallback.primary', parent: 0, status: 'error' },
        { name: 'primitive.fallback.fallback_1', parent: 0, start: 1, status: status! },
      );
    expect(rowNote(branches('success'), 0)).toBe('answered by fallback 1');
    expect(rowNote(branches('error', 'error'), 0)).toBe('all 2 branches failed');
    expect(
      rowNote(tree({ name: 'f', type: 'fallback' }, { name: 'primitive.fallback.primary', parent: 0 }), 0),
    ).toBe(undefined);
  });

  it('tells when a limit passed and how many branches ran', () => {
    expect(rowNote(tree({ name: 't', type: 'timeout', duration: 250, status: 'timeout' }), 0)).toBe(
      'limit passed at 250 ms',
    );
    expect(rowNote(tree({ name: 't', type: 'timeout' }), 0)).toBeUndefined();
    expect(rowNote(tree({ name: 'p', type: 'parallel' }, { name: 'b', parent: 0 }), 0)).toBe('1 branch');
    expect(rowNote(tree({ name: 'p', type: 'parallel' }), 0)).toBeUndefined();
  });
});

describe('isFailedBranch', () => {
  it('is true for a branch of a fallback that failed, not for one that was cancelled', () => {
    const branch = (name: string, status: NonNullable<SpanSketch['status']>): boolean =>
      isFailedBranch(tree({ name, status }), 0);
    expect(branch('primitive.fallback.primary', 'timeout')).toBe(true);
    expect(branch('primitive.fallback.fallback_1', 'cancelled')).toBe(false);
    expect(branch('primitive.retry.attempt_1', 'error')).toBe(false);
  });
});
