import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { spanColumns } from '../testing/trace-fixture.ts';
import type { SpanSketch } from '../testing/trace-fixture.ts';
import { buildSpanTree, childRows, hasChildren, rowLabel, rowStatus, spansBeside } from './span-tree.ts';
import type { SpanTree } from './span-tree.ts';

function drawn(tree: SpanTree): string[] {
  return Array.from(
    { length: tree.rowCount },
    (_, row) => '  '.repeat(tree.depth[row]!) + rowLabel(tree, row),
  );
}

describe('buildSpanTree', () => {
  it('makes one row of a step span and its only child', () => {
    const tree = buildSpanTree(
      spanColumns([
        { name: 'primitive.sequential.execute', type: 'sequential', label: 'review' },
        { name: 'primitive.sequential.step_0', parent: 0, label: 'fetch' },
        { name: 'primitive.lambda.execute', parent: 1, type: 'lambda', label: 'fetch' },
        { name: 'GET', parent: 2 },
        { name: 'primitive.sequential.step_1', parent: 0, label: 'rank' },
        { name: 'primitive.lambda.execute', parent: 4, type: 'lambda' },
      ]),
    );
    expect(drawn(tree)).toEqual(['review', '  fetch', '    GET', '  rank']);
    expect([...tree.rowOfSpan]).toEqual([0, 1, 1, 2, 3, 3]);
    expect([tree.outer[1], tree.inner[1]]).toEqual([1, 2]);
    const id = (span: number) => tree.spans.spanId[span]!;
    expect(spansBeside(tree, id(1))).toEqual([id(1), id(2)]);
    expect(spansBeside(tree, id(2))).toEqual([id(1), id(2)]);
    expect(spansBeside(tree, id(3))).toEqual([id(3)]);
    expect(spansBeside(tree, 'not arrived')).toEqual(['not arrived']);
  });

  it('keeps a step span with several children as its own row', () => {
    const tree = buildSpanTree(
      spanColumns([
        { name: 'primitive.sequential.step_0', label: 'both' },
        { name: 'one', parent: 0 },
        { name: 'two', parent: 0 },
      ]),
    );
    expect(drawn(tree)).toEqual(['both', '  one', '  two']);
  });

  it('does not fold a primitive with one child', () => {
    const tree = buildSpanTree(
      spanColumns([
        { name: 'primitive.timeout.execute', type: 'timeout', label: 'limit' },
        { name: 'primitive.lambda.execute', parent: 0, type: 'lambda', label: 'ask' },
      ]),
    );
    expect(drawn(tree)).toEqual(['limit', '  ask']);
  });

  it('orders siblings by start and puts each before the next', () => {
    const tree = buildSpanTree(
      spanColumns([
        { name: 'root' },
        { name: 'a', parent: 0, start: 1 },
        { name: 'b', parent: 0, start: 2 },
        { name: 'a1', parent: 1, start: 3 },
      ]),
    );
    expect(drawn(tree)).toEqual(['root', '  a', '    a1', '  b']);
    expect([...childRows(tree, 0)]).toEqual([1, 3]);
    expect(hasChildren(tree, 1)).toBe(true);
    expect(hasChildren(tree, 3)).toBe(false);
  });

  it('shows spans without a parent as roots', () => {
    const tree = buildSpanTree(
      spanColumns([{ name: 'late', missingParent: 'ffffffffffffffff' }, { name: 'root' }]),
    );
    expect(drawn(tree)).toEqual(['late', 'root']);
  });

  it('shows spans in a cycle of parents and spans with an impossible parent', () => {
    const tree = buildSpanTree(
      spanColumns([
        { name: 'a', parent: 1 },
        { name: 'b', parent: 0 },
        { name: 'self', parent: 2 },
        { name: 'far', parent: 99 },
      ]),
    );
    expect(drawn(tree)).toEqual(['self', 'far', 'a', '  b']);
  });

  it('holds 100,000 levels', () => {
    const deep: SpanSketch[] = Array.from({ length: 100_000 }, (_, index) =>
      index === 0 ? { name: 's' } : { name: 's', parent: index - 1 },
    );
    const tree = buildSpanTree(spanColumns(deep));
    expect(tree.depth[tree.rowCount - 1]).toBe(99_999);
    expect(tree.end[0]).toBe(100_000);
  });

  it('shows each span in exactly one row, below the row of its parent', () => {
    const names = fc.constantFrom('primitive.sequential.step_0', 'primitive.lambda.execute', 'GET');
    const sketch = fc.record({ name: names, parent: fc.integer({ min: -1, max: 12 }) });
    fc.assert(
      fc.property(fc.array(sketch, { maxLength: 12 }), (sketches) => {
        const tree = buildSpanTree(spanColumns(sketches));
        const shown = new Set<number>();
        for (let row = 0; row < tree.rowCount; row++) {
          shown.add(tree.outer[row]!).add(tree.inner[row]!);
          const above = tree.parent[row]!;
          expect(above).toBeLessThan(row);
          const endAbove = above === -1 ? Number.POSITIVE_INFINITY : tree.end[above];
          expect(endAbove).toBeGreaterThanOrEqual(tree.end[row]!);
        }
        expect(shown.size).toBe(sketches.length);
        expect([...tree.rowOfSpan].every((row) => row >= 0 && row < tree.rowCount)).toBe(true);
      }),
    );
  });
});

describe('rowStatus', () => {
  it('is the status of the child unless the step ended otherwise', () => {
    const step = (outer: SpanSketch['status'], inner: SpanSketch['status']): SpanTree =>
      buildSpanTree(
        spanColumns([
          { name: 'primitive.retry.attempt_1', ...(outer && { status: outer }) },
          { name: 'x', parent: 0, ...(inner && { status: inner }) },
        ]),
      );
    expect(rowStatus(step('success', 'error'), 0)).toBe('error');
    expect(rowStatus(step('timeout', 'cancelled'), 0)).toBe('timeout');
  });
});
