import { type Assertion, chai, type RunnerTestCase } from 'vitest';
import { invalid } from './matchers/requirement.ts';
import {
  type MatcherResult,
  type MatcherState,
  type RunnerMatcher,
  runnerMatchers,
  snapshotOf,
} from './runner-matchers.ts';
import type { RunnerTraceMatchers } from './trace-matchers.ts';

/** What Vitest gives to a matcher besides. */
interface VitestState extends MatcherState {
  /** The test in which it is called; by the imported `expect`, the one that began last. */
  readonly task?: Pick<RunnerTestCase, 'concurrent' | 'context'> | undefined;
}

/** What differs, for Vitest to show. */
interface SnapshotResult extends MatcherResult {
  readonly actual?: unknown;
  readonly expected?: unknown;
}

function toMatchTraceSnapshot(this: VitestState, received: unknown, hint?: unknown): SnapshotResult {
  const text = snapshotOf(this, received, hint);
  const { task } = this;
  if (!task || (task.concurrent === true && task.context.expect.getState().assertionCalls === 0))
    invalid(
      'toMatchTraceSnapshot',
      'where tests run at once, Vitest does not say which one it is; take `expect` from the parameter of the test: ({ expect }) => …',
    );
  // No `expect`: that would be an assertion more, and not know which of the tests that run at once is meant.
  const assertion = chai.expect(text) as unknown as Assertion;
  chai.util.flag(assertion, 'vitest-test', task);
  try {
    assertion.toMatchSnapshot(typeof hint === 'string' ? hint : undefined);
    return { pass: true, message: () => text };
  } catch (error) {
    // Handed on as a result, its stack begins in the test.
    const { message, actual, expected } = error as Error & Pick<SnapshotResult, 'actual' | 'expected'>;
    return { pass: false, message: () => message, actual, expected };
  }
}

/**
 * The matchers of {@link RunnerTraceMatchers} for Vitest, to register in a set-up file.
 *
 * @example
 * ```ts
 * import { expect } from 'vitest';
 * import { matchers } from '@tta/obs-testing/vitest';
 *
 * expect.extend(matchers);
 * ```
 */
export const matchers: Readonly<Record<keyof RunnerTraceMatchers<void>, RunnerMatcher>> = {
  ...runnerMatchers,
  toMatchTraceSnapshot,
};

declare module 'vitest' {
  interface Matchers<T> extends RunnerTraceMatchers<void> {}
}
