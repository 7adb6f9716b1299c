import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { TraceSummary } from '@tta/obs-protocol';
import { traceSummary } from '../testing/trace-fixture.ts';
import { TraceRows } from './trace-rows.ts';

function shown(rows: TraceRows): string[] {
  return rows.shown.map(({ trace, isGone }) => `${trace.traceId}:${trace.seq}${isGone ? ' gone' : ''}`);
}

function started(traceId: string, startTimeMs: number, seq: number): TraceSummary {
  return traceSummary({ traceId, startTimeMs, seq });
}

describe('TraceRows', () => {
  it('puts the newest start first, whatever the order of arrival', () => {
    const rows = new TraceRows();
    rows.addPage([started('b', 2, 1), started('a', 1, 3)]);
    rows.take(started('c', 3, 2));
    expect(shown(rows)).toEqual(['c:2', 'b:1', 'a:3']);
  });

  it('replaces a trace by its later state and moves it when its start changed', () => {
    const rows = new TraceRows();
    rows.addPage([started('a', 5, 1), started('b', 4, 2)]);
    rows.take(started('a', 3, 3));
    expect(shown(rows)).toEqual(['b:2', 'a:3']);
  });

  it('keeps what it has when an older state arrives late', () => {
    const rows = new TraceRows();
    rows.take(traceSummary({ traceId: 'a', seq: 9, spanCount: 4 }));
    rows.addPage([traceSummary({ traceId: 'a', seq: 8, spanCount: 2 })]);
    expect(rows.shown.map(({ trace }) => trace.spanCount)).toEqual([4]);
  });

  it('tells of each change', () => {
    const rows = new TraceRows();
    const before = rows.version.value;
    rows.take(started('a', 1, 1));
    rows.take(started('a', 1, 2));
    expect(rows.version.value).toBeGreaterThan(before + 1);
  });

  it('drops the oldest beyond its limit and takes them again when they change', () => {
    const rows = new TraceRows({ limit: 2 });
    expect(rows.isFull).toBe(false);
    rows.addPage([1, 2, 3].map((start) => started(`t${start}`, start, start)));
    expect(shown(rows)).toEqual(['t3:3', 't2:2']);
    expect(rows.isFull).toBe(true);
    rows.take(started('t1', 9, 4));
    expect(shown(rows)).toEqual(['t1:4', 't3:3']);
  });

  it('takes away what is no longer found, and forgets everything on clear', () => {
    const rows = new TraceRows();
    rows.addPage([started('a', 2, 1), started('b', 1, 2)]);
    rows.remove('a');
    rows.remove('never shown');
    expect(shown(rows)).toEqual(['b:2']);
    expect(rows.isEmpty.value).toBe(false);
    rows.clear();
    expect(rows.isEmpty.value).toBe(true);
    expect(shown(rows)).toEqual([]);
  });

  it('knows whether a run called a model, or is of a session', () => {
    const rows = new TraceRows();
    rows.take(started('a', 1, 1));
    expect([rows.hasUsage, rows.hasSession]).toEqual([false, false]);
    rows.take(traceSummary({ traceId: 'b', sessionId: 'chat-1' }));
    expect([rows.hasUsage, rows.hasSession]).toEqual([false, true]);
    rows.clear();
    expect(rows.hasSession).toBe(false);
  });
});

describe('TraceRows while rows are held', () => {
  function held() {
    const rows = new TraceRows();
    rows.addPage([started('a', 5, 1), started('b', 4, 2), started('c', 3, 3)]);
    rows.hold();
    return rows;
  }

  it('gathers what is new until rows may move', () => {
    const rows = held();
    rows.take(started('d', 9, 4));
    rows.take(started('e', 4.5, 5));
    rows.take(started('d', 8, 6));
    expect(shown(rows)).toEqual(['a:1', 'b:2', 'c:3']);
    expect(rows.gatheredCount.value).toBe(2);
    rows.release();
    expect(shown(rows)).toEqual(['d:6', 'a:1', 'e:5', 'b:2', 'c:3']);
    expect(rows.gatheredCount.value).toBe(0);
  });

  it('shows what has gathered when that is asked for, and gathers again', () => {
    const rows = held();
    rows.take(started('d', 9, 4));
    rows.showGathered();
    rows.take(started('e', 10, 5));
    expect(shown(rows)).toEqual(['d:4', 'a:1', 'b:2', 'c:3']);
    expect(rows.gatheredCount.value).toBe(1);
  });

  it('lets a trace change in its place, and moves it later', () => {
    const rows = held();
    rows.take(started('a', 1, 4));
    expect(shown(rows)).toEqual(['a:4', 'b:2', 'c:3']);
    rows.release();
    expect(shown(rows)).toEqual(['b:2', 'c:3', 'a:4']);
  });

  it('marks what is no longer found and takes it away later, unless it is found again', () => {
    const rows = held();
    rows.remove('a');
    rows.remove('b');
    expect(shown(rows)).toEqual(['a:1 gone', 'b:2 gone', 'c:3']);
    // Found again because of its log records: the trace itself has not changed.
    rows.take(started('b', 4, 2));
    rows.release();
    expect(shown(rows)).toEqual(['b:2', 'c:3']);
  });

  it('forgets a gathered trace that is no longer found', () => {
    const rows = held();
    rows.take(started('d', 9, 4));
    rows.remove('d');
    expect(rows.gatheredCount.value).toBe(0);
    rows.release();
    expect(shown(rows)).toEqual(['a:1', 'b:2', 'c:3']);
  });

  it('takes further pages, whose rows are below', () => {
    const rows = held();
    rows.addPage([started('z', 1, 9)]);
    expect(shown(rows)).toEqual(['a:1', 'b:2', 'c:3', 'z:9']);
  });

  it('holds back no more than its limit', () => {
    const rows = new TraceRows({ limit: 3 });
    rows.take(started('a', 1, 1));
    rows.hold();
    for (let seq = 2; seq < 10; seq++) rows.take(started(`t${seq}`, seq, seq));
    expect(rows.gatheredCount.value).toBe(3);
    rows.release();
    expect(shown(rows)).toEqual(['t9:9', 't8:8', 't7:7']);
  });
});

describe('TraceRows in any order of changes', () => {
  type Step =
    | { readonly kind: 'take' | 'page'; readonly traceId: string; readonly startTimeMs: number }
    | { readonly kind: 'remove'; readonly traceId: string }
    | { readonly kind: 'hold' | 'release' | 'show' };
  const traceId = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
  const startTimeMs = fc.integer({ min: 0, max: 5 });
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('take' as const), traceId, startTimeMs }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('page' as const), traceId, startTimeMs }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), traceId }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('hold', 'release', 'show' as const) }) },
  );

  it('ends as sorting the latest states ends, and moves nothing while rows are held', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const rows = new TraceRows();
        const latest = new Map<string, TraceSummary>();
        let isHeld = false;
        for (const [index, now] of steps.entries()) {
          const before = rows.shown.map(({ trace }) => trace.traceId);
          switch (now.kind) {
            case 'take':
            case 'page': {
              const trace = started(now.traceId, now.startTimeMs, index + 1);
              latest.set(trace.traceId, trace);
              if (now.kind === 'take') rows.take(trace);
              else rows.addPage([trace]);
              break;
            }
            case 'remove':
              latest.delete(now.traceId);
              rows.remove(now.traceId);
              break;
            case 'hold':
              isHeld = true;
              rows.hold();
              break;
            case 'release':
              isHeld = false;
              rows.release();
              break;
            case 'show':
              rows.showGathered();
          }
          const after = rows.shown.map(({ trace }) => trace.traceId);
          const mayMove = !isHeld || (now.kind !== 'take' && now.kind !== 'remove');
          expect(mayMove ? before : after).toEqual(before);
        }
        rows.release();
        const sorted = [...latest.values()].toSorted(
          (a, b) => b.startTimeMs - a.startTimeMs || (a.traceId < b.traceId ? -1 : 1),
        );
        expect(rows.shown.map(({ trace }) => trace)).toEqual(sorted);
      }),
    );
  });
});
