import { checkCompensated } from './matchers/compensated.ts';
import { checkFallenBack } from './matchers/fallen-back.ts';
import { checkHitCache } from './matchers/hit-cache.ts';
import { checkLogged } from './matchers/logged.ts';
import { checkMetric } from './matchers/metric.ts';
import { checkNoErrors } from './matchers/no-errors.ts';
import { checkNoOrphans } from './matchers/no-orphans.ts';
import { requireTrace } from './matchers/require-trace.ts';
import { checkRetried } from './matchers/retried.ts';
import { checkSpanTree } from './matchers/span-tree.ts';
import { checkSpan } from './matchers/span.ts';
import { checkStayWithin } from './matchers/stay-within.ts';
import type { TraceMatchers } from './trace-matchers.ts';
import type { Trace, TracePoint } from './trace.ts';
import type { Verdict } from './matchers/verdict.ts';

/** Every check by the name of its matcher. */
export const traceChecks = {
  toHaveSpanTree: checkSpanTree,
  toHaveSpan: checkSpan,
  toHaveRetried: checkRetried,
  toHaveFallenBack: checkFallenBack,
  toHaveHitCache: checkHitCache,
  toHaveCompensated: checkCompensated,
  toHaveNoErrors: checkNoErrors,
  toHaveNoOrphans: checkNoOrphans,
  toStayWithin: checkStayWithin,
  toHaveMetric: checkMetric,
  toHaveLogged: checkLogged,
} as const satisfies {
  [M in keyof TraceMatchers<void>]: (
    trace: Trace,
    ...expected: Parameters<TraceMatchers<void>[M]>
  ) => Verdict;
};

/** The names of all matchers that need no snapshots of a runner. */
export type TraceMatcherName = keyof typeof traceChecks;

/** All of {@link TraceMatcherName}. */
export const traceMatcherNames = Object.keys(traceChecks) as readonly TraceMatcherName[];

/**
 * Asks a matcher about a value as it is now: an observed trace goes on growing.
 *
 * @throws `OBS_ERR_INVALID_OPTION` when `received` is no trace, or the arguments say nothing.
 */
export function checkTrace(
  matcher: TraceMatcherName,
  received: unknown,
  expected: readonly unknown[],
): Verdict {
  requireTrace(received, matcher);
  const { spans, lines } = received;
  let points: readonly TracePoint[] | undefined;
  const check = traceChecks[matcher] as (trace: Trace, ...expected: readonly unknown[]) => Verdict;
  const now: Trace = {
    spans,
    lines: [...lines],
    // To read them calls functions of the program.
    get points() {
      return (points ??= received.points);
    },
  };
  return check(now, ...expected);
}
