import { conditional, forEach, lambda, retry, skipItem } from '@tta/obs-primitives';

/** What a sensor has measured; there is no temperature where it was broken. */
export interface Reading {
  readonly number: number;
  readonly celsius: number | undefined;
}

export type UsableReading = Reading & { readonly celsius: number };

/** How many readings are worked on at a time. */
export const lanes = 4;

/**
 * Stores readings, four at a time, as they come. The next one is taken from the source when a lane is free, so that a
 * source of any size fits into memory; a reading that cannot be used leaves no result.
 *
 * @param store - Puts a reading into an archive, and returns its place there.
 */
export function storeReadings(store: (reading: UsableReading) => Promise<number>) {
  const storeOne = retry(lambda('store', store), { baseMs: 5 });
  const skip = lambda('skip', () => skipItem);
  return forEach(conditional(isUsable, storeOne, skip, { name: 'store or skip' }), {
    concurrency: lanes,
    name: 'store readings',
  });
}

function isUsable(reading: Reading): reading is UsableReading {
  return reading.celsius !== undefined;
}
