import type { RunScope } from '@tta/obs-instrumentation';

/** Waits on the run's clock. Rejects with the signal's reason as soon as the run is cancelled. */
export function pause(scope: RunScope, ms: number): Promise<void> {
  const { signal, clock } = scope;
  if (signal.aborted) return Promise.reject(signal.reason as Error);
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      cancel();
      reject(signal.reason as Error);
    };
    const wake = (): void => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    };
    const cancel = clock.timer(ms, wake, true);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
