import { describe, expect, it } from '@jest/globals';
import { spanColumns } from '../testing/trace-fixture.ts';
import type { SpanSketch } from '../testing/trace-fixture.ts';
import { foldedByDefault } from './folded-by-default.ts';
import { buildSpanTree } from './span-tree.ts';
import { rowId } from './visible-rows.ts';

/** The folded rows of a workflow whose first row is number 0. */
function foldedRows(...sketches: SpanSketch[]): number[] {
  const within = sketches.map((sketch) => ({ ...sketch, parent: (sketch.parent ?? -1) + 1 }));
  return foldedOf([{ name: 'workflow' }, ...within]).map((row) => row - 1);
}

function foldedOf(sketches: readonly SpanSketch[]): number[] {
  const tree = buildSpanTree(spanColumns(sketches));
  const folded = foldedByDefault(tree);
  return Array.from({ length: tree.rowCount }, (_, row) => row).filter((row) => folded.has(rowId(tree, row)));
}

const iterations = (type: 'loop' | 'foreach', count: number): SpanSketch[] => [
  { name: `primitive.${type}.execute`, type },
  ...Array.from({ length: count }, (_, index) => ({ name: `primitive.${type}.item_${index}`, parent: 0 })),
];

describe('foldedByDefault', () => {
  it('folds a retry whose attempts are single rows, a step and its child among them', () => {
    expect(
      foldedRows(
        { name: 'primitive.retry.execute', type: 'retry' },
        { name: 'primitive.retry.attempt_1', parent: 0, status: 'error' },
        { name: 'primitive.lambda.execute', type: 'lambda', parent: 1, status: 'error' },
        { name: 'primitive.retry.attempt_2', parent: 0 },
      ),
    ).toEqual([0]);
  });

  it('leaves a retry open that has more within its attempts than its row can show', () => {
    expect(
      foldedRows(
        { name: 'primitive.retry.execute', type: 'retry' },
        { name: 'primitive.retry.attempt_1', parent: 0 },
        { name: 'primitive.sequential.execute', type: 'sequential', parent: 1 },
        { name: 'primitive.sequential.step_0', parent: 2 },
      ),
    ).toEqual([]);
  });

  it.each(['loop', 'foreach'] as const)('folds a %s of more than five iterations', (type) => {
    expect(foldedRows(...iterations(type, 5))).toEqual([]);
    expect(foldedRows(...iterations(type, 6))).toEqual([0]);
  });

  it('leaves a root open, which is all that could be seen otherwise', () => {
    expect(foldedOf(iterations('foreach', 6))).toEqual([]);
  });

  it('folds nothing that has no rows below it, and nothing else', () => {
    expect(foldedRows({ name: 'r', type: 'retry' })).toEqual([]);
    expect(foldedRows({ name: 's', type: 'sequential' }, { name: 'x', parent: 0 })).toEqual([]);
  });
});
