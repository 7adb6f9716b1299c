import { onAbort } from '@tta/obs-instrumentation';

/** What is awaited; rejects with the signal's reason as soon as that aborts. */
export async function untilAborted<T>(signal: AbortSignal, awaited: PromiseLike<T>): Promise<T> {
  let unfollow = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    const giveUp = (): void => reject(signal.reason as Error);
    if (signal.aborted) giveUp();
    else unfollow = onAbort(signal, giveUp);
  });
  try {
    return await Promise.race([awaited, aborted]);
  } finally {
    unfollow();
  }
}
