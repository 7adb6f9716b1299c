import type { Colors } from './drawing/marked-tree.ts';
import { requireTrace } from './matchers/require-trace.ts';
import { checkTrace, type TraceMatcherName, traceMatcherNames } from './matchers.ts';
import { invalid } from './matchers/requirement.ts';
import { traceSnapshotText } from './matchers/snapshot-text/trace-snapshot-text.ts';
import { valueText } from './drawing/value-text.ts';
import { isFailure } from './matchers/verdict.ts';

/** What Jest and Vitest give to a matcher, as far as it is used. */
export interface MatcherState {
  readonly isNot?: boolean;
  readonly utils: {
    readonly EXPECTED_COLOR: (text: string) => string;
    readonly RECEIVED_COLOR: (text: string) => string;
    readonly DIM_COLOR: (text: string) => string;
  };
}

/** What a matcher answers. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** A matcher of Jest and Vitest. */
export type RunnerMatcher = (
  this: MatcherState,
  received: unknown,
  ...expected: readonly unknown[]
) => MatcherResult;

/** The matchers that Jest and Vitest share. */
export const runnerMatchers = Object.fromEntries(
  traceMatcherNames.map((name): [TraceMatcherName, RunnerMatcher] => [
    name,
    function (received, ...expected) {
      const isNot = this.isNot === true;
      const verdict = checkTrace(name, received, expected);
      // A runner takes for a failure what passes after .not.
      return {
        pass: isFailure(verdict, isNot) === isNot,
        message: () => verdict.message(colorsOf(this), isNot),
      };
    },
  ]),
) as Readonly<Record<TraceMatcherName, RunnerMatcher>>;

/** The runner's colours, which are none where it writes to no terminal. */
function colorsOf({ utils }: MatcherState): Colors {
  return { expected: utils.EXPECTED_COLOR, received: utils.RECEIVED_COLOR, dim: utils.DIM_COLOR };
}

/**
 * The text that `toMatchTraceSnapshot` compares.
 *
 * @throws `OBS_ERR_INVALID_OPTION` when `received` is no trace, `hint` no text, or it is called after `.not`.
 */
export function snapshotOf({ isNot }: MatcherState, received: unknown, hint: unknown): string {
  const matcher = 'toMatchTraceSnapshot';
  requireTrace(received, matcher);
  if (isNot === true) invalid(matcher, 'a snapshot has no opposite; leave out .not');
  if (hint !== undefined && typeof hint !== 'string')
    invalid(matcher, `the hint is ${valueText(hint)}; it has to be a text`);
  return traceSnapshotText(received);
}
