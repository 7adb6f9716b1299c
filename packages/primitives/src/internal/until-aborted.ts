import { onAbort, type RunScope } from '@tta/obs-instrumentation';

/** What `work` comes to, or the reason of the signal when that aborts first. */
export function untilAborted<T>(
  scope: Pick<RunScope, 'isCancellable' | 'signal'>,
  work: PromiseLike<T>,
): PromiseLike<T> {
  // Where nothing can abort, no signal is made.
  if (!scope.isCancellable) return work;
  const { signal } = scope;
  return new Promise((resolve, reject) => {
    const unfollow = onAbort(signal, () => reject(signal.reason as Error));
    const settle = (act: () => void): void => {
      unfollow();
      act();
    };
    work.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error as Error)),
    );
    // Also where it aborted before: nobody is called then.
    if (signal.aborted) settle(() => reject(signal.reason as Error));
  });
}
