import { describe, expect, it } from '@jest/globals';
import { spanColumns } from '../testing/trace-fixture.ts';
import { buildSpanTree } from '../tree/span-tree.ts';
import { rowId } from '../tree/visible-rows.ts';
import { foldedRows, revealed, rowsBelowRoots, siblingRows, withFolded } from './folding.ts';

const tree = buildSpanTree(
  spanColumns([
    { name: 'root' },
    { name: 'a', parent: 0 },
    { name: 'b', parent: 0 },
    { name: 'a1', parent: 1 },
    { name: 'a11', parent: 3 },
    { name: 'b1', parent: 2 },
    { name: 'other root' },
  ]),
);
const [root, a, a1, , b] = Array.from({ length: 7 }, (_, row) => rowId(tree, row)) as [
  string,
  string,
  string,
  string,
  string,
];
const NOTHING = new Set<string>();

describe('folding', () => {
  it('keeps what somebody opened open, and what is folded by default folded', () => {
    const folds = withFolded(tree, new Map(), [1], false);
    expect([...foldedRows(new Set([a, b]), folds)]).toEqual([b]);
    expect(foldedRows(NOTHING, new Map())).toBe(NOTHING);
  });

  it('folds only rows with something below them', () => {
    expect([...withFolded(tree, new Map(), rowsBelowRoots(tree), true).keys()]).toEqual([a, a1, b]);
  });

  it.each([
    [0, [0, 6]],
    [1, [1, 4]],
    [4, [1, 4]],
    [3, [3]],
  ])('counts as siblings of row %d rows %j', (row, rows) => {
    expect([...siblingRows(tree, row)]).toEqual(rows);
  });

  it('opens all that hides a row, and nothing else', () => {
    const all = withFolded(tree, new Map(), [0, 1, 2, 4], true);
    const folds = revealed(tree, all, foldedRows(NOTHING, all), [3]);
    expect([...foldedRows(NOTHING, folds)]).toEqual([b]);
    expect(folds.get(root)).toBe(false);
    expect(revealed(tree, all, foldedRows(NOTHING, all), [0])).toBe(all);
    expect(revealed(tree, all, NOTHING, [3])).toBe(all);
  });
});
