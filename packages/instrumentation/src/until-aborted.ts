import { onAbort } from './on-abort.ts';

/** What `work` comes to, or the reason of the signal when that aborts first. */
export function untilAborted<T>(signal: AbortSignal, work: PromiseLike<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    const unfollow = onAbort(signal, abort);
    work.then(
      (value) => {
        unfollow();
        resolve(value);
      },
      (error: unknown) => {
        unfollow();
        reject(error);
      },
    );
    // Nobody calls who follows a signal that has aborted.
    if (signal.aborted) abort();
  });
}
