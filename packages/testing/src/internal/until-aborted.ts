import { onAbort, type RunScope } from '@tta/obs-instrumentation';

/** Never answers. Rejects with the signal's reason as soon as the run is cancelled. */
export function untilAborted({ signal }: Pick<RunScope, 'signal'>): Promise<never> {
  return new Promise((_, reject) => {
    const rejectNow = (): void => reject(signal.reason as Error);
    if (signal.aborted) rejectNow();
    else onAbort(signal, rejectNow);
  });
}
