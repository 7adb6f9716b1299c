import { lineDifference } from './drawing/line-difference.ts';
import { noColors } from './drawing/marked-tree.ts';
import { requireTrace } from './matchers/require-trace.ts';
import { checkTrace, traceMatcherNames } from './matchers.ts';
import { invalid } from './matchers/requirement.ts';
import type { TraceMatchers } from './trace-matchers.ts';
import { traceSnapshotText } from './matchers/snapshot-text/trace-snapshot-text.ts';
import { TraceAssertionError } from './trace-assertion-error.ts';
import type { Trace } from './trace.ts';
import { valueText } from './drawing/value-text.ts';
import { isFailure, type Verdict, verdict } from './matchers/verdict.ts';

/** What can be expected of a trace without Jest or Vitest. */
export interface TraceExpectation extends TraceMatchers<void> {
  /** The opposite. */
  readonly not: TraceMatchers<void>;
  /**
   * The trace is as a text has it that {@link traceSnapshotText} once made. How its lines end, and where it ends, does
   * not matter.
   *
   * @example `expectTrace(trace).toMatchTraceSnapshot(await readFile('review.trace.txt', 'utf8'))`
   */
  toMatchTraceSnapshot(expected: string): void;
}

/**
 * The matchers of {@link TraceMatchers} for node:test and every other way to run tests.
 *
 * @example
 * ```ts
 * test('asks again after a 503', observed(async (trace) => {
 *   await answer.execute('why?');
 *   expectTrace(trace).toHaveRetried('ask');
 * }));
 * ```
 *
 * @returns The matchers. They throw an `TraceAssertionError` whose message shows the trace.
 * @throws `OBS_ERR_INVALID_OPTION` when `trace` is none.
 */
export function expectTrace(trace: Trace): TraceExpectation {
  requireTrace(trace, 'expectTrace');
  const toMatchTraceSnapshot = (expected: string): void =>
    assertVerdict(matchText(trace, expected), false, toMatchTraceSnapshot);
  return { ...matchersOf(trace, false), not: matchersOf(trace, true), toMatchTraceSnapshot };
}

function matchersOf(trace: Trace, isNot: boolean): TraceMatchers<void> {
  const entries = traceMatcherNames.map((name) => {
    const matcher = (...expected: readonly unknown[]): void =>
      assertVerdict(checkTrace(name, trace, expected), isNot, matcher);
    return [name, matcher] as const;
  });
  return Object.fromEntries(entries) as unknown as TraceMatchers<void>;
}

/** @param matcher - What the stack of the error leaves out, so that it begins with the test. */
function assertVerdict(found: Verdict, isNot: boolean, matcher: (...expected: never[]) => void): void {
  if (!isFailure(found, isNot)) return;
  const message = found.message(noColors, isNot);
  throw new TraceAssertionError(message, matcher);
}

function matchText(trace: Trace, expected: unknown): Verdict {
  const matcher = 'toMatchTraceSnapshot';
  if (typeof expected !== 'string')
    invalid(
      matcher,
      `${valueText(expected)} is no text to compare with, as traceSnapshotText(trace) makes one`,
    );
  const wanted = lineText(expected);
  const received = lineText(traceSnapshotText(trace));
  return verdict(
    received === wanted,
    { matcher, expected: [] },
    () => 'The trace differs from the text.',
    () => lineDifference(wanted, received),
  );
}

/** With one way to end lines, and without what an editor adds to the last one. */
function lineText(text: string): string {
  return text.replaceAll('\r\n', '\n').trimEnd();
}
