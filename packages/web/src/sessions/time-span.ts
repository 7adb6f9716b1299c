import { clockTime } from '../format/clock-time.ts';

/** From when to when, in local time: `09:44`, `09:44–09:48`, `11-20 09:44–09:48`, `11-20 23:50–11-21 00:10`. */
export function timeSpan(fromMs: number, toMs: number, nowMs: number): string {
  const from = clockTime(fromMs, !isSameDay(fromMs, nowMs));
  const isMoment = clockTime(fromMs, true) === clockTime(toMs, true);
  return isMoment ? from : `${from}–${clockTime(toMs, !isSameDay(fromMs, toMs))}`;
}

function isSameDay(oneMs: number, otherMs: number): boolean {
  return new Date(oneMs).toDateString() === new Date(otherMs).toDateString();
}
