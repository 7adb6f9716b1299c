import { formatDuration } from '../format-duration.ts';
import { processOf, spanText, type Evidence, type StoredSpan } from './evidence.ts';
import { firstOf, type Finding } from './finding.ts';
import { groupBy } from './group-by.ts';
import { isOtherProcess, originText } from './origin.ts';
import { clockMend } from './times-check.ts';

/** Clocks of one machine differ by less, also where an SDK counts from whole milliseconds. */
const TOLERANCE_MS = 10;
/** A clock is set right now and then, and an answer may be sent after the caller has stopped listening: a few calls must agree. */
const LEAST_CALLS = 3;

const CLIENT = 3;
const SERVER = 2;

/** A call from one process to another: the span of the caller with that of the called. */
interface Call {
  readonly caller: StoredSpan;
  readonly called: StoredSpan;
}

/**
 * Calls that are answered before they are made, or after the caller had the answer, always by about the same time: two
 * clocks. The offset lies between what the beginnings and what the ends allow, as in NTP.
 */
export function checkClocks({ traces }: Evidence): readonly Finding[] {
  const calls = traces.flatMap(({ spans, byId }) =>
    spans.flatMap((called): readonly Call[] => {
      const caller = called.parentSpanId === null ? undefined : byId.get(called.parentSpanId);
      // Consumers may have begun to wait before there was a message.
      if (caller === undefined || called.kind !== SERVER) return [];
      return isOtherProcess(caller.origin, called.origin) ? [{ caller, called }] : [];
    }),
  );
  const pairs = groupBy(calls, ({ caller, called }) => `${processOf(caller)}\n${processOf(called)}`);
  return [...pairs.values()].flatMap((ofPair) => {
    const offsetMs = clockOffset(ofPair);
    return offsetMs === undefined ? [] : [finding(ofPair, offsetMs)];
  });
}

/** By how much the clock of the called is ahead; `undefined` when the two agree, or no one offset explains the calls. */
function clockOffset(calls: readonly Call[]): number | undefined {
  if (calls.length < LEAST_CALLS) return undefined;
  const starts = calls.map(({ caller, called }) => called.startMs - caller.startMs);
  const answered = calls.filter(({ caller }) => caller.kind === CLIENT && !caller.hasFailed);
  const ends = answered.map(({ caller, called }) => called.endMs - caller.endMs);
  const most = Math.min(...starts);
  const least = Math.max(...ends);
  if (most < -TOLERANCE_MS && median(starts) < 0) {
    return Number.isFinite(least) && least <= most ? (least + most) / 2 : most;
  }
  const agree = ends.length >= LEAST_CALLS && least <= most && median(ends) > 0;
  return agree && least > TOLERANCE_MS ? (least + most) / 2 : undefined;
}

function finding(calls: readonly [Call, ...Call[]], offsetMs: number): Finding {
  const { caller, called } = calls[0];
  const direction = offsetMs > 0 ? 'ahead of' : 'behind';
  return {
    check: 'clocks',
    what: `The clock of ${originText(called.origin)} is ${direction} that of ${originText(caller.origin)} by about ${formatDuration(Math.abs(offsetMs))}.`,
    evidence: firstOf(calls.map((call) => callText(call, offsetMs))),
    mend: clockMend([caller.origin, called.origin]),
  };
}

function callText({ caller, called }: Call, offsetMs: number): string {
  if (offsetMs < 0) {
    return `${spanText(called)} begins ${formatDuration(Math.max(0, caller.startMs - called.startMs))} before its caller "${caller.name}"`;
  }
  return `${spanText(called)} ends ${formatDuration(Math.max(0, called.endMs - caller.endMs))} after its caller "${caller.name}" had the answer`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
