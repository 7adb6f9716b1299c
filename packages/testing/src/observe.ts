import type { Clock } from '@tta/obs-context';
import { ObservedTrace, type ObserveOptions } from './observed-trace.ts';
import { holdContextManager } from './shared-context-manager.ts';

/**
 * Runs `body` where every primitive is observed in memory, apart from whatever else is observed at the same time in
 * this process. Nothing is registered with OpenTelemetry but a context manager where the program has none, and that
 * only until the last `body` has ended.
 *
 * @example
 * ```ts
 * await observe(async (trace) => {
 *   await review.execute('pull request 7');
 *   expect(trace).toHaveRetried('fetch page', 2);
 * });
 * ```
 *
 * @returns What `body` returns.
 * @throws What `body` throws, untouched.
 */
export async function observe<T, C extends Clock = Clock>(
  body: (trace: ObservedTrace<C>) => T | PromiseLike<T>,
  options: ObserveOptions<C> = {},
): Promise<T> {
  const trace = new ObservedTrace(options);
  const release = holdContextManager();
  try {
    return await trace.run(() => body(trace));
  } finally {
    release();
  }
}

/**
 * The body of a test as a fixture: each call of it is an observation of its own. For `it`, `it.each`,
 * `it.concurrent` and the like, of every test runner; what a table gives comes after the trace.
 *
 * @param options - Or what makes them, anew for each test: `() => ({ clock: new ManualClock() })`.
 *
 * @example
 * ```ts
 * it('asks again after a 503', observed(async (trace) => {
 *   await answer.execute('why?');
 *   expect(trace).toHaveRetried('ask');
 * }));
 * ```
 */
export function observed<C extends Clock = Clock, A extends readonly unknown[] = []>(
  body: (trace: ObservedTrace<C>, ...row: A) => unknown,
  options: ObserveOptions<C> | (() => ObserveOptions<C>) = {},
): (...row: A) => Promise<void> {
  return async (...row) => {
    await observe<unknown, C>(
      (trace) => body(trace, ...row),
      typeof options === 'function' ? options() : options,
    );
  };
}
