import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { traceSummary } from '../testing/trace-fixture.ts';
import { TraceRows } from './trace-rows.ts';

function names(rows: TraceRows): string[] {
  return rows.rows.value.map((trace) => `${trace.traceId}:${trace.seq}`);
}

describe('TraceRows', () => {
  it('puts the newest start first, whatever the order of arrival', () => {
    const rows = new TraceRows();
    rows.merge([
      traceSummary({ traceId: 'b', startTimeMs: 2, seq: 1 }),
      traceSummary({ traceId: 'c', startTimeMs: 3, seq: 2 }),
      traceSummary({ traceId: 'a', startTimeMs: 1, seq: 3 }),
    ]);
    expect(names(rows)).toEqual(['c:2', 'b:1', 'a:3']);
    expect(rows.newestSeq).toBe(3);
  });

  it('replaces a trace by its later state and moves it when its start changed', () => {
    const rows = new TraceRows();
    rows.merge([
      traceSummary({ traceId: 'a', startTimeMs: 5, seq: 1 }),
      traceSummary({ traceId: 'b', startTimeMs: 4, seq: 2 }),
    ]);
    rows.merge([traceSummary({ traceId: 'a', startTimeMs: 3, seq: 3 })]);
    expect(names(rows)).toEqual(['b:2', 'a:3']);
  });

  it('keeps what it has when an older state arrives late', () => {
    const rows = new TraceRows();
    rows.merge([traceSummary({ traceId: 'a', seq: 9, spanCount: 4 })]);
    const before = rows.rows.value;
    rows.merge([traceSummary({ traceId: 'a', seq: 8, spanCount: 2 })]);
    expect(rows.rows.value).toBe(before);
  });

  it('drops the oldest beyond its limit and takes them again when they change', () => {
    const rows = new TraceRows({ limit: 2 });
    rows.merge(
      [1, 2, 3].map((start) => traceSummary({ traceId: `t${start}`, startTimeMs: start, seq: start })),
    );
    expect(names(rows)).toEqual(['t3:3', 't2:2']);
    rows.merge([traceSummary({ traceId: 't1', startTimeMs: 9, seq: 4 })]);
    expect(names(rows)).toEqual(['t1:4', 't3:3']);
  });

  it('forgets everything on clear', () => {
    const rows = new TraceRows();
    rows.merge([traceSummary({ seq: 5 })]);
    rows.clear();
    expect(rows.rows.value).toEqual([]);
    expect(rows.newestSeq).toBe(0);
  });

  it('ends in the same order as sorting the latest states', () => {
    const change = fc.record({
      traceId: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      startTimeMs: fc.integer({ min: 0, max: 5 }),
    });
    fc.assert(
      fc.property(fc.array(change), fc.integer({ min: 1, max: 4 }), (changes, batch) => {
        const traces = changes.map((given, index) => traceSummary({ ...given, seq: index + 1 }));
        const rows = new TraceRows();
        for (let at = 0; at < traces.length; at += batch) rows.merge(traces.slice(at, at + batch));
        const latest = [...new Map(traces.map((trace) => [trace.traceId, trace])).values()];
        latest.sort((a, b) => b.startTimeMs - a.startTimeMs || (a.traceId < b.traceId ? -1 : 1));
        expect(rows.rows.value).toEqual(latest);
      }),
    );
  });
});
