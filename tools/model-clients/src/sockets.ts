import type { ManualClock } from '@tta/obs-context/manual';

/** Sockets and streams take as long as they take; until then no timer of the manual clock is pending. */
export async function timerOf(clock: Pick<ManualClock, 'nextTimerInMs'>): Promise<number> {
  while (clock.nextTimerInMs === undefined) await new Promise(setImmediate);
  return clock.nextTimerInMs;
}

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}

export async function textsOf(chunks: AsyncIterable<string>): Promise<string[]> {
  const texts: string[] = [];
  for await (const text of chunks) texts.push(text);
  return texts;
}
