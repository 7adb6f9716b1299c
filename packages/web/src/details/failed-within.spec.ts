import { describe, expect, it } from '@jest/globals';
import { spanColumns } from '../testing/trace-fixture.ts';
import type { SpanSketch } from '../testing/trace-fixture.ts';
import { buildSpanTree } from '../tree/span-tree.ts';
import { failedWithin } from './failed-within.ts';

function within(...sketches: SpanSketch[]) {
  return failedWithin(buildSpanTree(spanColumns(sketches)), 0);
}

describe('failedWithin', () => {
  it('names the attempts that failed, also of a retry that succeeded', () => {
    const found = within(
      { name: 'primitive.retry.execute', type: 'retry', label: 'fetch' },
      { name: 'primitive.retry.attempt_1', parent: 0, start: 1, status: 'error', message: '503' },
      { name: 'primitive.retry.attempt_2', parent: 0, start: 20 },
    );
    expect(found.parts.map(({ name, message }) => [name, message])).toEqual([
      ['attempt 1: primitive.retry.attempt_1', '503'],
    ]);
    expect(found.origin).toBeUndefined();
  });

  it('finds where the failure began', () => {
    const found = within(
      { name: 'root', status: 'error' },
      { name: 'early', parent: 0, start: 1, duration: 2, status: 'error', message: 'first' },
      { name: 'late', parent: 0, start: 3, duration: 10, status: 'error', message: 'outer' },
      { name: 'deep', parent: 2, start: 4, duration: 5, status: 'error', message: 'the cause' },
    );
    expect(found.count).toBe(2);
    expect(found.origin).toMatchObject({ name: 'deep', message: 'the cause' });
  });

  it('finds nothing below what failed by itself', () => {
    expect(within({ name: 'root', status: 'error' }, { name: 'child', parent: 0 })).toEqual({
      parts: [],
      count: 0,
      origin: undefined,
    });
  });
});
