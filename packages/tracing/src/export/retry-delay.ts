/** A destination that asks for more is asked again all the same: what waits for it is bounded. */
const longestDelayMs = 5 * 60_000;

/** A delay that a destination asked for, in milliseconds, at most five minutes. */
export function boundedDelayMs(ms: number): number {
  return Math.min(Math.max(Math.ceil(ms), 0), longestDelayMs);
}

/**
 * What a `Retry-After` header asks for, in milliseconds (RFC 9110, section 10.2.3): a number of seconds, or a
 * date. A date is compared with the date of the answer, so that a clock that is set wrong here does no harm.
 *
 * @param nowMs - Stands in for the date of the answer where it has none.
 * @returns `undefined` without the header, or for one that is neither.
 */
export function retryAfterMs(
  header: string | undefined,
  dateHeader: string | undefined,
  nowMs: number,
): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header)) return boundedDelayMs(Number(header) * 1000);
  const at = httpDateMs(header);
  return at === undefined ? undefined : boundedDelayMs(at - (httpDateMs(dateHeader ?? '') ?? nowMs));
}

/** RFC 9110, section 5.6.7, but for the oldest of its three forms, which names no zone. */
function httpDateMs(text: string): number | undefined {
  const ms = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun).* GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
