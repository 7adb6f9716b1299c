import { describe, expect, it } from '@jest/globals';
import { spanColumns } from '../testing/trace-fixture.ts';
import { buildSpanTree } from './span-tree.ts';
import { positionOf, revealing, rowId, visibleRows } from './visible-rows.ts';

const tree = buildSpanTree(
  spanColumns([
    { name: 'root' },
    { name: 'a', parent: 0 },
    { name: 'a1', parent: 1 },
    { name: 'a11', parent: 2 },
    { name: 'b', parent: 0 },
  ]),
);
const nothing = new Set<string>();

describe('visibleRows', () => {
  it('shows every row when nothing is collapsed', () => {
    expect([...visibleRows(tree, nothing)]).toEqual([0, 1, 2, 3, 4]);
  });

  it('leaves out what lies below a collapsed row', () => {
    expect([...visibleRows(tree, new Set([rowId(tree, 1)]))]).toEqual([0, 1, 4]);
    expect([...visibleRows(tree, new Set([rowId(tree, 0)]))]).toEqual([0]);
  });
});

describe('positionOf', () => {
  it('finds a visible row and not a hidden one', () => {
    const visible = visibleRows(tree, new Set([rowId(tree, 1)]));
    expect([0, 1, 2, 3, 4].map((row) => positionOf(visible, row))).toEqual([0, 1, -1, -1, 2]);
  });
});

describe('revealing', () => {
  it('opens only the rows above the one that is wanted', () => {
    const collapsed = new Set([rowId(tree, 1), rowId(tree, 2), rowId(tree, 4)]);
    expect([...revealing(tree, collapsed, 3)]).toEqual([rowId(tree, 4)]);
  });

  it('changes nothing for a row that shows already', () => {
    const collapsed = new Set([rowId(tree, 4)]);
    expect(revealing(tree, collapsed, 3)).toBe(collapsed);
  });
});
