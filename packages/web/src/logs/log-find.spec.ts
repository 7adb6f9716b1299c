import { describe, expect, it } from '@jest/globals';
import { logRecord } from '../testing/log-fixture.ts';
import { spanColumns } from '../testing/trace-fixture.ts';
import { buildSpanTree } from '../tree/span-tree.ts';
import { findLines, neighbouringLine } from './log-find.ts';
import { logRows } from './log-rows.ts';

const tree = buildSpanTree(spanColumns([{ name: 'fetch page' }]));
const rows = logRows(
  [
    logRecord({ body: 'Begun', spanId: null }),
    logRecord({ body: { order: 'A7' }, spanId: null, attributes: { tenant: 'acme' } }),
    logRecord({ body: `${'x'.repeat(5_000)} needle`, spanId: null, serviceName: 'billing' }),
    logRecord({ body: 'in a span' }),
  ],
  { startTimeMs: 0, serviceName: 'demo' },
  tree,
);

describe('findLines', () => {
  it.each([
    ['begun', [0]],
    ['a7', [1]],
    ['ACME', [1]],
    ['tenant', [1]],
    ['needle', [2]],
    ['billing', [2]],
    ['fetch', [3]],
    [' ', []],
    ['none', []],
  ])('finds %j in the lines %j', (sought, lines) => {
    expect(findLines(rows, sought)).toEqual(lines);
  });
});

describe('neighbouringLine', () => {
  it('goes round the end', () => {
    const found = [2, 5];
    expect([-1, 2, 5].map((line) => neighbouringLine(found, line, 1))).toEqual([2, 5, 2]);
    expect([-1, 2, 5].map((line) => neighbouringLine(found, line, -1))).toEqual([5, 5, 2]);
    expect(neighbouringLine([], 3, 1)).toBe(-1);
  });
});
