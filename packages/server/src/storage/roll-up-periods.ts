import type { StatisticsQuery } from './statistics-store.ts';

export const MINUTE_S = 60;
export const HOUR_S = 3_600;
/** Windows up to this long are told by the minute, longer ones by the hour. */
const MINUTES_FOR_S = 6 * HOUR_S;
/** How long sums are kept: minutes for the longest window that they are for and the hour that it begins in. */
const KEPT_S: Readonly<Record<number, number>> = {
  [MINUTE_S]: MINUTES_FOR_S + HOUR_S,
  [HOUR_S]: 90 * 24 * HOUR_S,
};
/** Clocks may be ahead of ours by so much. */
const AHEAD_S = HOUR_S;

/** Lengths of the periods that things are summed up by, in seconds. */
export const PERIODS = [MINUTE_S, HOUR_S] as const;

export function startOf(timeS: number, periodS: number): number {
  return Math.floor(timeS / periodS) * periodS;
}

/** Whether a period is summed up: not one that cannot have begun yet, nor one that is long over. */
export function isSummedUp(startS: number, periodS: number, nowMs: number): boolean {
  const nowS = nowMs / 1000;
  return startS <= nowS + AHEAD_S && startS >= nowS - KEPT_S[periodS]!;
}

/** Periods that began before are not kept. */
export function keptSince(periodS: number, nowMs: number): number {
  return Math.floor(nowMs / 1000 - KEPT_S[periodS]!);
}

/** By which periods a window is told: by the minute where they are short enough and still kept. */
export function periodOf(
  { sinceMs, untilMs }: Pick<StatisticsQuery, 'sinceMs' | 'untilMs'>,
  nowMs: number,
): number {
  // Clocks go on between the question and the answer: a window of six hours may have become a little longer.
  const isShort = untilMs - sinceMs < (MINUTES_FOR_S + MINUTE_S) * 1000;
  return isShort && sinceMs / 1000 >= keptSince(MINUTE_S, nowMs) ? MINUTE_S : HOUR_S;
}
