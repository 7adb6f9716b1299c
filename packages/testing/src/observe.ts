import { context } from '@opentelemetry/api';
import type { Clock } from '@tta/obs-context';
import { instrumentationOf } from '@tta/obs-instrumentation';
import { type ClockOf, ObservedTrace, type ObserveOptions } from './observed-trace.ts';
import { holdContextManager } from './shared-context-manager.ts';
import { watchStandstill } from './standstill.ts';
import { TraceAssertionError } from './trace-assertion-error.ts';

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
 * @throws What `body` throws, untouched; an error where the context manager was taken away while `body` ran, since nothing
 *   was observed from then on; a {@link TraceAssertionError} where nothing has happened for three seconds while timers of
 *   a manual clock are pending.
 */
export async function observe<T, K extends Clock | 'manual' = Clock>(
  body: (trace: ObservedTrace<ClockOf<K>>) => T | PromiseLike<T>,
  options: ObserveOptions<K> = {},
): Promise<T> {
  const trace = new ObservedTrace<ClockOf<K>>(options);
  const release = holdContextManager();
  const standstill = new TraceAssertionError('', observe);
  let unwatch = (): void => undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      unwatch = watchStandstill(trace, (hint) => reject(standstill.saying(hint)));
      trace
        .run(async () => {
          const returned = await body(trace);
          requireContext(trace);
          return returned;
        })
        .then(resolve, reject);
    });
  } finally {
    unwatch();
    release();
  }
}

/** What runs where the context is lost is not in the trace, and a trace of nothing holds no errors either. */
function requireContext({ instrumentation }: ObservedTrace): void {
  if (instrumentationOf(context.active()) === instrumentation) return;
  throw new Error(
    'observe: the context of the test was lost: something called context.disable(), shut OpenTelemetry down or registered another context manager while it ran. Do that before or after the observation: from then on it has seen nothing.',
  );
}

/**
 * The body of a test as a fixture: each call of it is an observation of its own. For `it`, `it.each`,
 * `it.concurrent` and the like, of every test runner; what a table gives comes after the trace.
 *
 * @param options - For each test the same: `clock: 'manual'` makes a clock for each, a clock is shared by all.
 *
 * @example
 * ```ts
 * it('asks again after a 503', observed(async (trace) => {
 *   const answered = answer.execute('why?');
 *   await trace.clock.advance(60_000);
 *   await answered;
 *   expect(trace).toHaveRetried('ask');
 * }, { clock: 'manual' }));
 * ```
 */
export function observed<K extends Clock | 'manual' = Clock, A extends readonly unknown[] = []>(
  body: (trace: ObservedTrace<ClockOf<K>>, ...row: A) => unknown,
  options: ObserveOptions<K> = {},
): (...row: A) => Promise<void> {
  return async (...row) => {
    await observe<unknown, K>((trace) => body(trace, ...row), options);
  };
}
