import { describe, expect, it } from '@jest/globals';
import { spanColumns } from '../testing/trace-fixture.ts';
import { buildSpanTree } from '../tree/span-tree.ts';
import { minimapPicture } from './minimap-picture.ts';
import { TimeAxis } from './time-axis.ts';

const tree = buildSpanTree(
  spanColumns([
    { name: 'root', duration: 100 },
    { name: 'a', parent: 0, start: 0, duration: 19 },
    { name: 'b', parent: 0, start: 20, duration: 10, status: 'error' },
    { name: 'c', parent: 0, start: 90, duration: 10 },
  ]),
);
const axis = new TimeAxis({ totalMs: 100, widthPx: 10 });
const band = (cells: Int32Array, index: number): number[] => [...cells.subarray(index * 10, index * 10 + 10)];

describe('minimapPicture', () => {
  it('has a band for each row while there is room', () => {
    const { bands, columns, counts, failed, most } = minimapPicture(tree, axis, 20);
    expect([bands, columns, most]).toEqual([4, 10, 1]);
    expect(band(counts, 0)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    expect(band(counts, 1)).toEqual([1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(band(counts, 3)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(band(failed, 2)).toEqual([0, 0, 1, 1, 0, 0, 0, 0, 0, 0]);
  });

  it('counts the rows that share a band', () => {
    const { bands, counts, failed, most } = minimapPicture(tree, axis, 2);
    expect([bands, most]).toEqual([2, 2]);
    expect(band(counts, 0)).toEqual([2, 2, 1, 1, 1, 1, 1, 1, 1, 1]);
    expect(band(counts, 1)).toEqual([0, 0, 1, 1, 0, 0, 0, 0, 0, 1]);
    expect(band(failed, 0)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('is empty for a trace without rows', () => {
    expect(minimapPicture(buildSpanTree(spanColumns([])), axis, 4)).toMatchObject({ bands: 1, most: 0 });
  });
});
