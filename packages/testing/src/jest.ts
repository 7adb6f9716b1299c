import { expect } from '@jest/globals';
import type { SyncExpectationResult } from 'expect';
import { type MatcherState, type RunnerMatcher, runnerMatchers, snapshotOf } from './runner-matchers.ts';
import type { RunnerTraceMatchers } from './trace-matchers.ts';

function toMatchTraceSnapshot(this: MatcherState, received: unknown, hint?: unknown): SyncExpectationResult {
  const text = snapshotOf(this, received, hint);
  // What differs, Jest keeps until the test has ended, as for every snapshot.
  /* oxlint-disable jest/prefer-snapshot-hint -- the hint is the caller's */
  if (typeof hint === 'string') expect(text).toMatchSnapshot(hint);
  else expect(text).toMatchSnapshot();
  /* oxlint-enable jest/prefer-snapshot-hint */
  // It is one assertion: the one that Jest counts next.
  expect.setState({ assertionCalls: expect.getState().assertionCalls - 1 });
  return { pass: true, message: () => text };
}

/**
 * The matchers of {@link RunnerTraceMatchers} for Jest, to register in a set-up file.
 *
 * @example
 * ```ts
 * import { expect } from '@jest/globals';
 * import { matchers } from '@tta/obs-testing/jest';
 *
 * expect.extend(matchers);
 * ```
 */
export const matchers: Readonly<Record<keyof RunnerTraceMatchers<void>, RunnerMatcher>> = {
  ...runnerMatchers,
  toMatchTraceSnapshot,
};

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T> extends RunnerTraceMatchers<R> {}
}

declare global {
  // For those who take `expect` from the globals, with the types of @types/jest.
  namespace jest {
    interface Matchers<R, T> extends RunnerTraceMatchers<R> {}
  }
}
