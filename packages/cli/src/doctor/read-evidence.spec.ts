import { hostname } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import type { TraceSummary } from '@tta/obs-protocol';
import { EPOCH_MS, tracesOf } from '../../test/stored-spans.ts';
import { originOf } from './origin.ts';
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
    const { unreadCount, evidence } = await readEvidence(client, summaries, { nowMs: EPOCH_MS });
    expect({ asked, unreadCount, traceCount: evidence.traces.length }).toEqual({
      asked: ['b'],
      unreadCount: 1,
      traceCount: 0,
    });
  });
});
