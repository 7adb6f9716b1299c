import { onAbort } from './on-abort.ts';
import type { RunScope } from './run-scope.ts';

/** Waits on the run's clock. Rejects with the signal's reason as soon as the run is cancelled, and leaves no timer. */
export function pause({ signal, clock }: Pick<RunScope, 'signal' | 'clock'>, ms: number): Promise<void> {
  if (signal.aborted) return Promise.reject(signal.reason as Error);
  return new Promise((resolve, reject) => {
    const wake = (): void => {
      unfollow();
      resolve();
    };
    const cancel = clock.timer(ms, wake, true);
    const unfollow = onAbort(signal, () => {
      cancel();
      reject(signal.reason as Error);
    });
  });
}
