import { type Clock, systemClock } from '@tta/obs-context';

/** What can send the rest while the process ends; blocks it until then. */
export interface Finishing {
  finishNow(limitMs: number): void;
}

/** One destination that hangs leaves time for another. */
export const limitOfOneMs = 1_000;

/**
 * Has all of them send the rest, one after the other, within a limit for all together.
 *
 * @param mostMs - What a single one may take of it.
 */
export function finishInTurn(
  all: Iterable<Finishing>,
  limitMs: number,
  mostMs: number = limitMs,
  clock: Clock = systemClock,
): void {
  const deadline = clock.monotonic() + limitMs;
  for (const one of all) one.finishNow(Math.max(Math.min(mostMs, deadline - clock.monotonic()), 0));
}
