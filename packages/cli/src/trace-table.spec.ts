import { describe, expect, it } from '@jest/globals';
import type { TraceSummary } from '@tta/obs-protocol';
import { traceTable, traceTableMarkdown } from './trace-table.ts';

const summary = (changes: Partial<TraceSummary>): TraceSummary => ({
  traceId: 'ab'.repeat(16),
  name: 'checkout',
  serviceName: 'shop',
  status: 'success',
  startTimeMs: Date.UTC(2026, 0, 7, 8, 12, 40),
  durationMs: 1240,
  spanCount: 12,
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
const usage = {
  calls: 1,
  errors: 0,
  inputTokens: 1204,
  outputTokens: 350,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  reportedUsd: 0,
  estimatedUsd: 0.0022,
  unpricedCount: 0,
};
const traces = [
  summary({ usage }),
  summary({ traceId: 'cd'.repeat(16), name: 'a very long name of a run', status: 'error', errorCount: 2 }),
];
const table = (width: number, of = traces) => traceTable(of, width, false).trimEnd().split('\n');

describe('traceTable', () => {
  it('shows tokens and costs when any trace has them', () => {
    expect(table(200)).toEqual([
      '   name                       service              started  duration  spans  failed    tokens       cost                             trace',
      '✓  checkout                   shop     2026-01-07 08:12:40    1.24 s     12          1204→350  ≈ $0.0022  abababababababababababababababab',
      '✗  a very long name of a run  shop     2026-01-07 08:12:40    1.24 s     12       2                       cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd',
    ]);
    expect(table(200, traces.slice(1))[0]).not.toMatch(/tokens|cost/);
  });

  it('cuts ids, then names, then leaves columns out where a terminal is narrow', () => {
    expect(table(110)[1]).toMatch(/ abababab$/);
    for (const width of [110, 100, 90, 80, 70, 60]) {
      expect(Math.max(...table(width).map((line) => [...line].length))).toBeLessThanOrEqual(width);
    }
    expect(table(80)[0]).toMatch(/name +started +duration +failed +cost +trace$/);
  });

  it('keeps whole ids where their beginnings are the same', () => {
    const alike = [summary({}), summary({ traceId: `${'ab'.repeat(15)}00` })];
    expect(table(60, alike)[1]).toContain('abababababababababababababababab');
  });

  it('leaves the date out when all traces are of today', () => {
    expect(table(200, [summary({ startTimeMs: Date.now() })])[1]).toMatch(/shop {2,}\d\d:\d\d:\d\d /);
  });
});

describe('traceTableMarkdown', () => {
  it('cuts nothing', () => {
    expect(traceTableMarkdown(traces)).toContain(
      '| ✗ | `a very long name of a run` | `shop` | 2026-01-07 08:12:40 | 1.24 s | 12 | 2 |  |  | cdcdcdcd',
    );
  });
});
