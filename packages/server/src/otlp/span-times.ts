import type { SpanBatch } from './span-batch.ts';

/** The year 2000: a time before it is mostly one in other units than nanoseconds, or of a clock that was never set. */
const EARLIEST_NS = 946_684_800_000_000_000n;
const DAY_NS = 86_400_000_000_000n;
/** How protobuf spells a time that was not given. */
const MISSING = 0n;

/**
 * Gives spans without a start one: their end, else the time of arrival, which is their end then as well. All other
 * times stay as they are; whoever reads them takes an end that is missing or before the start for the start.
 *
 * @param arrivalNs - Nanoseconds since the Unix epoch.
 * @returns What the sender should know about times that are missing or cannot be right; empty when there are none.
 */
export function mendSpanTimes(batch: SpanBatch, arrivalNs: bigint): string {
  const { startNs, endNs, count } = batch;
  const latestNs = arrivalNs + DAY_NS;
  let oddCount = 0;
  let first = '';
  for (let index = 0; index < count; index++) {
    const start = startNs[index]!;
    const end = endNs[index]!;
    if (start >= EARLIEST_NS && end >= start && end <= latestNs) continue;
    if (oddCount++ === 0) {
      first = `${batch.strings[batch.spanId[index]!]!} ${faultOf(start, end, latestNs)}`;
    }
    if (start !== MISSING) continue;
    startNs[index] = end === MISSING ? arrivalNs : end;
    endNs[index] = startNs[index]!;
  }
  if (oddCount === 0) return '';
  return `${oddCount} spans were stored whose times cannot be right (nanoseconds since 1970 are expected); the first: span ${first}`;
}

function faultOf(start: bigint, end: bigint, latest: bigint): string {
  if (start === MISSING) {
    return end === MISSING
      ? 'has no times and got that of its arrival'
      : 'has no start and got its end for it';
  }
  if (end === MISSING) return 'has no end, for which its start is taken';
  if (start < EARLIEST_NS) return 'starts before the year 2000';
  if (start > latest || end > latest) return 'lies more than a day ahead';
  return 'ends before it starts, and is taken to end there';
}
