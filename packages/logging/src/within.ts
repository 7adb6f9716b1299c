import type { Clock } from '@tta/obs-context';

/** Waits for work to end, but not longer than the limit; what is left then goes on in the background. */
export async function within(limitMs: number, clock: Clock, work: Promise<unknown>): Promise<void> {
  let cancel = (): void => {};
  const limit = new Promise<void>((resolve) => {
    cancel = clock.timer(limitMs, resolve, true);
  });
  await Promise.race([work, limit]);
  cancel();
}
