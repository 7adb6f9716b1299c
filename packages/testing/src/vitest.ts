import { expect } from 'vitest';
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
  /** The test in which it is called; from Vitest 4 on. */
  readonly task?: { readonly context: { readonly expect: typeof expect } } | undefined;
}

/** What differs, for Vitest to show. */
interface SnapshotResult extends MatcherResult {
  readonly actual?: unknown;
  readonly expected?: unknown;
}

function toMatchTraceSnapshot(this: VitestState, received: unknown, hint?: unknown): SnapshotResult {
  const text = snapshotOf(this, received, hint);
  // Of tests that run at once, only their own `expect` knows whose snapshot is meant.
  const { expect: own } = this.task?.context ?? { expect };
  try {
    own(text).toMatchSnapshot(typeof hint === 'string' ? hint : undefined);
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
