import { logLevelOf } from '@tta/obs-protocol';
import type { LogRecord } from '@tta/obs-protocol';
import type { SpanTree } from '../tree/span-tree.ts';

/** Log lines as they lie on the rows of the spans that logged them, in the order of the rows. */
export interface LogMarks {
  readonly row: Int32Array;
  readonly timeMs: Float64Array;
  /** 1 for what tells of an error. */
  readonly isError: Uint8Array;
}

const NONE: LogMarks = { row: new Int32Array(), timeMs: new Float64Array(), isError: new Uint8Array() };

/** @param startTimeMs - Start of the trace, in milliseconds since the Unix epoch. */
export function logMarks(tree: SpanTree, records: readonly LogRecord[], startTimeMs: number): LogMarks {
  const wanted = new Set<string>();
  for (const { spanId } of records) if (spanId !== null) wanted.add(spanId);
  if (wanted.size === 0) return NONE;
  const rowOf = new Map<string, number>();
  tree.spans.spanId.forEach((spanId, span) => {
    if (wanted.has(spanId)) rowOf.set(spanId, tree.rowOfSpan[span] as number);
  });
  const marks = records
    .flatMap((record) => {
      const row = record.spanId === null ? undefined : rowOf.get(record.spanId);
      if (row === undefined) return [];
      const level = logLevelOf(record);
      const timeMs = Number(record.timeUnixNano) / 1e6 - startTimeMs;
      return [{ row, timeMs, isError: level === 'error' || level === 'fatal' }];
    })
    .sort((a, b) => a.row - b.row);
  return {
    row: Int32Array.from(marks, ({ row }) => row),
    timeMs: Float64Array.from(marks, ({ timeMs }) => timeMs),
    isError: Uint8Array.from(marks, ({ isError }) => Number(isError)),
  };
}

/** Where the marks of `row` and of all rows after it begin. */
export function firstMark({ row: rows }: LogMarks, row: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle] as number) < row) low = middle + 1;
    else high = middle;
  }
  return low;
}
