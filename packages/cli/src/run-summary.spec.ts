import { describe, expect, it } from '@jest/globals';
import type { AiUsage, TraceSummary } from '@tta/obs-protocol';
import { isFailed, runSummary } from './run-summary.ts';

const usage: AiUsage = {
  calls: 1,
  errors: 0,
  inputTokens: 100,
  outputTokens: 20,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  reportedUsd: 0.25,
  estimatedUsd: 0,
  unpricedCount: 0,
};
const run = (changes: Partial<TraceSummary>): TraceSummary => ({
  traceId: 'ab'.repeat(16),
  name: 'run',
  serviceName: 'shop',
  status: 'success',
  startTimeMs: 0,
  durationMs: 10,
  spanCount: 1,
  errorCount: 0,
  hasRoot: true,
  isPartial: false,
  isPinned: false,
  sessionId: null,
  userId: null,
  usage: null,
  seq: 1,
  ...changes,
});
const plain = { columns: 60, hasColour: false };

describe('runSummary', () => {
  it('adds up tokens and costs, and tells each failed run with its first error', () => {
    const late = run({ status: 'timeout', name: 'nightly\u001b[2J report', durationMs: 61_000 });
    const bad = run({ status: 'error', name: '' });
    const traces = [run({ usage }), run({ usage: { ...usage, unpricedCount: 1 } }), late, bad];
    const failed = [
      { trace: bad, message: 'x'.repeat(100) },
      { trace: late, message: '' },
    ];
    expect(runSummary(traces, failed, plain).split('\n')).toEqual([
      '4 runs, 2 failed · 200→40 tokens · $0.50 reported, 1 call unpriced',
      `✗ abababab     10.0 ms  (no name)           ${'x'.repeat(15)}…`,
      '◷ abababab  1 min 01 s  nightly [2J report',
      '',
    ]);
  });

  it('says nothing of tokens and failures where there are none', () => {
    expect(runSummary([run({})], [], plain)).toBe('1 run\n');
  });
});

describe('isFailed', () => {
  it('takes neither a cancelled run nor one that waits for a failure', () => {
    const of = (status: TraceSummary['status']) => isFailed(run({ status }));
    expect([of('error'), of('timeout'), of('cancelled'), of('suspended'), of('success')]).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
