import type { AiUsage, MetricsSummary, MetricsTimeSeries, UsageReport } from '@tta/obs-protocol';
import type { ServiceClient } from '../service/service-client.ts';
import { windowMs } from '../time-window.ts';
import type { TimeWindow } from '../time-window.ts';

/** What the overview asks for, in one answer, so that its figures are of one moment. */
export interface WindowFigures {
  readonly now: MetricsSummary;
  /** Of the window before this one, as long as it is. */
  readonly before: MetricsSummary;
  readonly series: MetricsTimeSeries;
  /** By model. */
  readonly usage: UsageReport;
  /** Of the window before. `null` for windows that are too short: usage is summed up by the hour. */
  readonly usageBefore: AiUsage | null;
}

const POINTS = 60;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Windows from here on are told in whole hours by everything. */
const WHOLE_HOURS_FROM_MS = 24 * HOUR_MS;

/** The window that ends now, and the one before, which ends where the first has its beginning. */
export function windowsUntil(
  nowMs: number,
  window: TimeWindow,
): { readonly sinceMs: number; readonly before: { readonly sinceMs: number; readonly untilMs: number } } {
  const lengthMs = windowMs(window);
  const sinceMs = nowMs - lengthMs;
  // The service counts from the beginning of the minute or hour: what it counts there must not count before as well.
  const stepMs = isOfWholeHours(window) ? HOUR_MS : MINUTE_MS;
  const untilMs = Math.floor(sinceMs / stepMs) * stepMs;
  return { sinceMs, before: { sinceMs: untilMs - lengthMs, untilMs } };
}

/** Whether all figures of a window are of the same hours. */
export function isOfWholeHours(window: TimeWindow): boolean {
  return windowMs(window) >= WHOLE_HOURS_FROM_MS;
}

/** @param nowMs - Milliseconds since the Unix epoch. */
export async function askWindowFigures(
  client: Pick<ServiceClient, 'summary' | 'timeSeries' | 'usage'>,
  { window, service, nowMs }: { window: TimeWindow; service: string | undefined; nowMs: number },
  signal?: AbortSignal,
): Promise<WindowFigures> {
  const { sinceMs, before } = windowsUntil(nowMs, window);
  const of = { service, ...(signal !== undefined && { signal }) };
  const [now, earlier, series, usage, usageBefore] = await Promise.all([
    client.summary({ sinceMs, untilMs: nowMs, ...of }),
    client.summary({ ...before, ...of }),
    client.timeSeries({ sinceMs, untilMs: nowMs, points: POINTS, ...of }),
    client.usage({ by: 'model', sinceMs, untilMs: nowMs, ...of }),
    isOfWholeHours(window) ? client.usage({ by: 'service', ...before, ...of }) : undefined,
  ]);
  return { now, before: earlier, series, usage, usageBefore: usageBefore?.total ?? null };
}
