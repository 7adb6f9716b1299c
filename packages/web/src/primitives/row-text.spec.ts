import { describe, expect, it } from '@jest/globals';
import { spanColumns } from '../testing/trace-fixture.ts';
import type { SpanSketch } from '../testing/trace-fixture.ts';
import { buildSpanTree } from '../tree/span-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import { rowGlyph } from './row-kind.ts';
import { hiddenFailures, rowText } from './row-text.ts';

function tree(...sketches: SpanSketch[]): SpanTree {
  return buildSpanTree(spanColumns(sketches));
}

describe('rowText', () => {
  it('says kind, name, status, duration, note and figures', () => {
    const retried = tree(
      { name: 'primitive.sequential.step_2', label: 'rank', duration: 500 },
      { name: 'primitive.retry.execute', type: 'retry', parent: 0, duration: 500, status: 'error' },
      {
        name: 'primitive.retry.attempt_1',
        parent: 1,
        status: 'error',
        message: '503',
        ai: { inputTokens: 10, outputTokens: 2, costUsd: 0.5, costSource: 'reported' },
      },
    );
    expect(rowText(retried, 0)).toMatchObject({ edge: undefined, label: 'rank' });
    expect(rowText(retried, 0).all).toBe(
      'retry rank, error, 500 ms, 1 attempt, gave up: 503, 10 tokens in, 2 out, $0.50 reported, in all below',
    );
  });

  it('names the edge where the label does not', () => {
    const edges = (name: string, label?: string) =>
      rowText(tree({ name, ...(label !== undefined && { label }) }), 0).edge;
    expect(edges('primitive.parallel.branch_news', 'ask')).toBe('news');
    expect(edges('primitive.parallel.branch_news', 'news')).toBeUndefined();
    expect(edges('primitive.sequential.step_3', 'ask')).toBeUndefined();
    expect(edges('primitive.saga.compensate_pay', 'pay')).toBe('undo pay');
  });

  it('counts tries to undo one step', () => {
    const undone = tree(
      { name: 'primitive.saga.execute', type: 'saga', status: 'error' },
      { name: 'primitive.saga.compensate_room', parent: 0, status: 'error' },
      { name: 'primitive.saga.compensate_room', parent: 0, start: 1 },
      { name: 'primitive.saga.compensate_seat', parent: 0, start: 2 },
    );
    expect([1, 2, 3].map((row) => rowText(undone, row).edge)).toEqual([
      'undo room, 1 of 2',
      'undo room, 2 of 2',
      'undo seat',
    ]);
  });
});

describe('texts of others', () => {
  it('are cut where nobody reads on, and cannot turn what stands beside them', () => {
    const { label, note } = rowText(
      tree({ name: 'x', label: 'a\u202egpj.exe', status: 'error', message: 'y'.repeat(100_000) }),
      0,
    );
    expect(label).toBe('a\ufffdgpj.exe');
    expect(note).toHaveLength(500);
  });
});

describe('hiddenFailures', () => {
  it('counts failures that arose inside, but not the steps that the row itself shows', () => {
    const within = tree(
      { name: 'root' },
      { name: 'primitive.retry.execute', type: 'retry', parent: 0 },
      { name: 'primitive.retry.attempt_1', parent: 1, status: 'error' },
      { name: 'primitive.retry.attempt_2', parent: 1, start: 1 },
      { name: 'call', parent: 3, start: 2 },
      { name: 'call', parent: 3, start: 3, status: 'error' },
    );
    expect([0, 1, 2].map((row) => hiddenFailures(within, row))).toEqual([2, 1, 0]);
  });
});

describe('rowGlyph', () => {
  it('says how it went where the kind has such a glyph', () => {
    const glyph = (sketch: Partial<SpanSketch>) => rowGlyph(tree({ name: 'x', ...sketch }), 0);
    expect(glyph({ type: 'cache', facts: { cacheOutcome: 'stale' } })).toBe('cache_stale');
    expect(glyph({ type: 'circuit_breaker', facts: { circuitState: 'open' } })).toBe('circuit_open');
    expect(glyph({ type: 'circuit_breaker', facts: { circuitState: 'closed' } })).toBeUndefined();
    expect(glyph({ name: 'primitive.saga.compensate_pay' })).toBe('undo');
    expect(glyph({ type: 'retry' })).toBeUndefined();
  });
});
