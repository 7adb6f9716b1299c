import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { timeWindows, windowMs } from '../time-window.ts';
import type { AiUsage, MetricsSummary, MetricsTimeSeries, UsageReport } from '@tta/obs-protocol';
import type { ServiceClient, WindowQuery } from '../service/service-client.ts';
import { askWindowFigures, isOfWholeHours, windowsUntil } from './window-figures.ts';

const MINUTE_MS = 60_000;

describe('windowsUntil', () => {
  it('lets the window before end where the service begins to count this one', () => {
    const nowMs = Date.UTC(2026, 10, 21, 10, 5, 30);
    expect(windowsUntil(nowMs, '1h')).toEqual({
      sinceMs: Date.UTC(2026, 10, 21, 9, 5, 30),
      before: { sinceMs: Date.UTC(2026, 10, 21, 8, 5), untilMs: Date.UTC(2026, 10, 21, 9, 5) },
    });
    expect(windowsUntil(nowMs, '24h').before).toEqual({
      sinceMs: Date.UTC(2026, 10, 19, 10),
      untilMs: Date.UTC(2026, 10, 20, 10),
    });
  });

  it('counts nothing twice and leaves nothing out, whenever it is asked', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(...timeWindows), (sinceEpochS, window) => {
        const nowMs = 1.8e12 + sinceEpochS * 1000 + 7;
        const { sinceMs, before } = windowsUntil(nowMs, window);
        const stepMs = isOfWholeHours(window) ? 60 * MINUTE_MS : MINUTE_MS;
        expect(Math.floor(sinceMs / stepMs) * stepMs).toBe(before.untilMs);
        expect(before.untilMs - before.sinceMs).toBe(windowMs(window));
        expect(before.sinceMs % stepMs).toBe(0);
      }),
    );
  });
});

describe('askWindowFigures', () => {
  const usage: AiUsage = {
    calls: 1,
    errors: 0,
    inputTokens: 10,
    outputTokens: 5,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
    reportedUsd: 0,
    estimatedUsd: 0,
    unpricedCount: 0,
  };

  /** Answers every question, and remembers for which time it was asked. */
  function service() {
    const asked: string[] = [];
    const note = (what: string, { sinceMs, untilMs = 0, service: name }: WindowQuery): void => {
      asked.push(`${what} of ${name ?? 'all'} for ${Math.round((untilMs - sinceMs) / MINUTE_MS)} min`);
    };
    const summary: MetricsSummary = {
      sinceMs: 0,
      untilMs: 0,
      traceCount: 1,
      errorCount: 0,
      activeCount: 0,
      p50Ms: 1,
      p95Ms: 1,
      p99Ms: 1,
      usage,
    };
    const client: Pick<ServiceClient, 'summary' | 'timeSeries' | 'usage'> = {
      summary: async (query) => {
        note('summary', query);
        return summary;
      },
      timeSeries: async (query): Promise<MetricsTimeSeries> => {
        note('series', query);
        return { sinceMs: 0, untilMs: 0, stepMs: 1, traceCount: [], errorCount: [], p50Ms: [], p95Ms: [] };
      },
      usage: async (query): Promise<UsageReport> => {
        note(`usage by ${query.by}`, query);
        return { sinceMs: 0, untilMs: 0, by: query.by, total: usage, items: [] };
      },
    };
    return { client, asked };
  }

  it('compares usage where it is summed up as finely as the window is long', async () => {
    const { client, asked } = service();
    const figures = await askWindowFigures(client, { window: '24h', service: 'shop', nowMs: 1.8e12 });
    expect(figures.usageBefore).toEqual(usage);
    expect(asked).toEqual([
      'summary of shop for 1440 min',
      'summary of shop for 1440 min',
      'series of shop for 1440 min',
      'usage by model of shop for 1440 min',
      'usage by service of shop for 1440 min',
    ]);
  });

  it('does not make up a comparison of usage for a window of minutes', async () => {
    const { client, asked } = service();
    const figures = await askWindowFigures(client, { window: '15m', service: undefined, nowMs: 1.8e12 });
    expect(figures.usageBefore).toBeNull();
    expect(asked).toHaveLength(4);
    expect(asked.at(-1)).toBe('usage by model of all for 15 min');
  });
});
