import type { Clock } from '@tta/obs-context';

/** Milliseconds since it was started; `undefined` where the clock could not be read, then or now. */
export type Stopwatch = () => number | undefined;

/** Measures what is only told or learned from: a clock at fault must not fail the run. */
export function stopwatch(clock: Clock): Stopwatch {
  const startedAt = read(clock);
  return () => {
    if (startedAt === undefined) return undefined;
    const now = read(clock);
    return now === undefined ? undefined : now - startedAt;
  };
}

function read(clock: Clock): number | undefined {
  try {
    const now = clock.monotonic();
    return Number.isFinite(now) ? now : undefined;
  } catch {
    return undefined;
  }
}
