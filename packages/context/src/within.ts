import type { Clock } from './clock.ts';

/**
 * Waits for work to end, but not longer than the limit; what is left then goes on in the background. The process
 * waits as long, for work that hangs may hold nothing else that keeps it.
 *
 * @throws What the work is rejected with before the limit.
 */
export async function within(limitMs: number, clock: Clock, work: Promise<unknown>): Promise<void> {
  let cancel = (): void => {};
  const limit = new Promise<void>((resolve) => {
    cancel = clock.timer(limitMs, resolve, true);
  });
  try {
    await Promise.race([work, limit]);
  } finally {
    cancel();
  }
}
