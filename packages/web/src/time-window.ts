/** How far back figures are summed up. */
export type TimeWindow = keyof typeof LENGTHS_MS;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const LENGTHS_MS = {
  '15m': 15 * MINUTE_MS,
  '1h': HOUR_MS,
  '6h': 6 * HOUR_MS,
  '24h': DAY_MS,
  '7d': 7 * DAY_MS,
  '30d': 30 * DAY_MS,
} as const;

/** From the shortest to the longest. */
export const timeWindows = Object.keys(LENGTHS_MS) as readonly TimeWindow[];

export function isTimeWindow(text: string | null): text is TimeWindow {
  return text !== null && Object.hasOwn(LENGTHS_MS, text);
}

export function windowMs(window: TimeWindow): number {
  return LENGTHS_MS[window];
}
