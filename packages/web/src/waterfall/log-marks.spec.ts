import { describe, expect, it } from '@jest/globals';
import { logRecord } from '../testing/log-fixture.ts';
import { spanColumns } from '../testing/trace-fixture.ts';
import { buildSpanTree } from '../tree/span-tree.ts';
import { firstMark, logMarks } from './log-marks.ts';

const tree = buildSpanTree(
  spanColumns([{ name: 'root' }, { name: 'a', parent: 0 }, { name: 'b', parent: 0, start: 5 }]),
);
const inSpan = (index: number): string => String(index + 1).padStart(16, '0');

describe('logMarks', () => {
  it('places lines on the rows of their spans, those of one row together', () => {
    const marks = logMarks(
      tree,
      [
        logRecord({ spanId: inSpan(2), timeUnixNano: '1007000000', severityNumber: 17 }),
        logRecord({ spanId: inSpan(0), timeUnixNano: '1001000000' }),
        logRecord({ spanId: inSpan(2), timeUnixNano: '1009000000' }),
        logRecord({ spanId: 'ffffffffffffffff' }),
        logRecord({ spanId: null }),
      ],
      1_000,
    );
    expect([...marks.row]).toEqual([0, 2, 2]);
    expect([...marks.timeMs]).toEqual([1, 7, 9]);
    expect([...marks.isError]).toEqual([0, 1, 0]);
    expect([0, 1, 2, 3].map((row) => firstMark(marks, row))).toEqual([0, 1, 1, 3]);
  });

  it('is empty without lines of spans', () => {
    expect(logMarks(tree, [logRecord({ spanId: null })], 0).row).toHaveLength(0);
  });
});
