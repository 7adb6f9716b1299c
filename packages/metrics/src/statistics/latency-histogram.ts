// The package's index also loads its WebAssembly build and pako, ten times what this class takes to load.
import int32Histogram from 'hdr-histogram-js/dist/Int32Histogram.js';

/** A histogram of `hdr-histogram-js` that is recorded into. */
export type LatencyRecorder = InstanceType<typeof int32Histogram.default>;

/**
 * Of every histogram here. Two digits of microseconds: what a histogram answers is at most 1/128 (0.8 %) above the
 * true value, or 1 µs where that is more.
 */
export const significantDigits = 2;

/** A week; a longer duration counts as one. */
export const longestMs = 7 * 24 * 3_600_000;

/** One more than the highest index of a bucket that {@link longestMs} needs. */
export const bucketCount = 34 * 128;

/** Starts with 1 KiB and grows with the longest duration: 4 KiB for 10 ms, 7 KiB for 1 s, 13 KiB for 1 h, 17 KiB for a week. */
export function latencyRecorder(): LatencyRecorder {
  const recorder = new int32Histogram.default(1, 2, significantDigits);
  recorder.autoResize = true;
  return recorder;
}

/** The longest duration that the bucket counts, in microseconds; shorter ones by less than 1/128 count there as well. */
export function highestUsOf(index: number): number {
  if (index < 256) return index;
  return (129 + (index % 128)) * 2 ** (Math.floor(index / 128) - 1) - 1;
}
