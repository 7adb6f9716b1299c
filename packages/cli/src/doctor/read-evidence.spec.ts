import { hostname } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import type { SpanDetail, TraceSummary } from '@tta/obs-protocol';
import { detailOf, EPOCH_MS, RESOURCE, tracesOf, type ToldSpan } from '../../test/stored-spans.ts';
import { RemovedTraceError } from '../removed-trace-error.ts';
import { originOf } from './origin.ts';
import { checkFlush } from './flush-check.ts';
import { checkOrphans } from './orphans-check.ts';
import { checkTimes } from './times-check.ts';
import { processEnds, readEvidence } from './read-evidence.ts';

const traces = tracesOf([{ traceId: '1'.repeat(32), spanId: '2'.repeat(16), startMs: 0, endMs: 10 }]);
const origin = (attributes: Record<string, string | number>) =>
  originOf({ 'service.name': 'shop', ...attributes });

describe('processEnds', () => {
  it('asks the machine of its own processes', () => {
    const hasEnded = processEnds(traces, EPOCH_MS, undefined);
    expect(hasEnded(origin({ 'host.name': hostname(), 'process.pid': process.pid }))).toBe(false);
    expect(hasEnded(origin({ 'host.name': hostname(), 'process.pid': 4_000_000 }))).toBe(true);
  });

  it('waits ten minutes for processes elsewhere', () => {
    const elsewhere = origin({ 'host.name': 'ada', 'process.pid': 7 });
    expect(processEnds(traces, EPOCH_MS + 599_000, undefined)(elsewhere)).toBe(false);
    expect(processEnds(traces, EPOCH_MS + 601_000, undefined)(elsewhere)).toBe(true);
  });

  it('takes what tells no host for the program that was run', () => {
    const program = { pid: 9, startMs: EPOCH_MS, endMs: EPOCH_MS };
    expect(processEnds(traces, EPOCH_MS, program)(origin({}))).toBe(true);
    expect(processEnds(traces, EPOCH_MS, undefined)(origin({}))).toBe(false);
  });
});

describe('readEvidence', () => {
  it('leaves out traces with more spans than can be held', async () => {
    const summaries = [
      { traceId: 'a', spanCount: 5_001 },
      { traceId: 'b', spanCount: 0 },
    ] as TraceSummary[];
    const asked: string[] = [];
    const client = {
      async *spans(traceId: string) {
        asked.push(traceId);
        yield await Promise.resolve([]);
      },
    };
    const { unreadCount, evidence } = await readEvidence(client, summaries, { now: () => EPOCH_MS });
    expect({ asked, unreadCount, traceCount: evidence.traces.length }).toEqual({
      asked: ['b'],
      unreadCount: 1,
      traceCount: 0,
    });
  });

  it('leaves out a trace that is removed while it is read', async () => {
    const summaries = [{ traceId: 'a', spanCount: 501 }] as TraceSummary[];
    const client = {
      async *spans() {
        yield await Promise.resolve([{} as SpanDetail]);
        throw new RemovedTraceError();
      },
    };
    const { evidence } = await readEvidence(client, summaries, { now: () => EPOCH_MS });
    expect(evidence.traces).toEqual([]);
  });
});

describe('readEvidence of what goes on', () => {
  const traceId = '1'.repeat(32);
  const summaries = [{ traceId, name: 'order', spanCount: 2, isPartial: false }] as TraceSummary[];
  const parent: ToldSpan = { traceId, spanId: 'a'.repeat(16), startMs: 0, endMs: 20 };
  const child: ToldSpan = {
    traceId,
    spanId: 'b'.repeat(16),
    parentSpanId: parent.spanId,
    startMs: 5,
    endMs: 10,
  };
  const lateRoot: ToldSpan = { ...parent, spanId: 'c'.repeat(16), endMs: 30 };

  /** A service that has more of a trace each time that it is asked. */
  const growing = (...readings: readonly (readonly ToldSpan[])[]) => {
    let at = 0;
    return {
      async *spans() {
        yield await Promise.resolve(readings[Math.min(at++, readings.length - 1)]!.map(detailOf));
      },
    };
  };
  const hourLater = () => EPOCH_MS + 3_600_000;

  it.each([
    ['the root', [child], [child, parent]],
    ['a span in the midst', [lateRoot, child], [lateRoot, child, parent]],
  ])('blames no process that has sent %s and ended while traces were read', async (_what, first, second) => {
    const { evidence } = await readEvidence(growing(first, second), summaries, { now: hourLater });
    expect([...checkFlush(evidence), ...checkOrphans(evidence, { url: 'http://s' })]).toEqual([]);
  });

  it('knows the end of a process that has not sent what is lacking', async () => {
    const { evidence } = await readEvidence(growing([child]), summaries, { now: hourLater });
    expect(checkFlush(evidence)).toHaveLength(1);
  });

  it('takes no span for one of the future that has come meanwhile', async () => {
    let nowMs = EPOCH_MS;
    const client = {
      async *spans() {
        nowMs += 60_000;
        const late = { ...parent, startMs: 50_000, endMs: 60_000, resource: RESOURCE };
        yield await Promise.resolve([detailOf(late)]);
      },
    };
    const { evidence } = await readEvidence(client, summaries, { now: () => nowMs });
    expect(checkTimes(evidence)).toEqual([]);
  });
});
