import { UnusableRecordError } from './decode-error.ts';

/** The latest time that SQLite's signed 64-bit integers can hold: the year 2262. */
const LATEST_NANOSECOND = 2n ** 63n - 1n;

/** W3C ids in lower case; all zeros stand for "none". */
export const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/;
export const SPAN_ID = /^(?!0{16})[0-9a-f]{16}$/;

/** @throws UnusableRecordError when the time cannot be stored. */
export function checkTime(field: string, timeUnixNano: bigint): void {
  if (timeUnixNano > LATEST_NANOSECOND || timeUnixNano < 0n) {
    throw new UnusableRecordError(
      `${field} must lie between 0 and ${LATEST_NANOSECOND}, but is ${timeUnixNano}`,
    );
  }
}
