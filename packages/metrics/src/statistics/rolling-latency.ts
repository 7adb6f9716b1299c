import type { Durations } from './durations.ts';
import { type LatencyRecorder, latencyRecorder, longestMs } from './latency-histogram.ts';

/** How many slices a window is made of. The oldest goes as a whole, so that a window is up to one slice short. */
export const slicesPerWindow = 10;

/** A slice of time that is over: the used stretch of its buckets, in the narrowest integers that hold it. */
interface ClosedSlice {
  readonly slice: number;
  readonly firstIndex: number;
  readonly counts: Uint8Array | Uint16Array | Uint32Array;
  readonly minMs: number;
  readonly maxMs: number;
  readonly sumMs: number;
}

/**
 * Durations of one primitive over the running slice of time and the nine before it. Slices are numbered by the
 * caller; what is too old goes when the window is next touched, also after a time in which nothing was recorded.
 */
export class RollingLatency {
  #recorder: LatencyRecorder | undefined;
  #slice = 0;
  #minMs = Infinity;
  #maxMs = 0;
  #sumMs = 0;
  #closed: ClosedSlice[] = [];

  /** @param durationMs - Finite and not negative. */
  record(slice: number, durationMs: number): void {
    this.#rollTo(slice);
    const ms = Math.min(durationMs, longestMs);
    this.#recorder ??= latencyRecorder();
    this.#recorder.recordValue(Math.round(ms * 1000));
    if (ms < this.#minMs) this.#minMs = ms;
    if (ms > this.#maxMs) this.#maxMs = ms;
    this.#sumMs += ms;
  }

  /** Adds what the window holds. */
  addTo(durations: Durations, slice: number): void {
    this.#rollTo(slice);
    for (const closed of this.#closed) {
      for (let i = 0; i < closed.counts.length; i++) durations.add(closed.firstIndex + i, closed.counts[i]!);
      durations.extend(closed.minMs, closed.maxMs, closed.sumMs);
    }
    const recorder = this.#recorder;
    if (!recorder) return;
    for (let i = 0; i < recorder.countsArrayLength; i++) durations.add(i, recorder.getCountAtIndex(i));
    durations.extend(this.#minMs, this.#maxMs, this.#sumMs);
  }

  #rollTo(slice: number): void {
    if (slice <= this.#slice) return;
    const recorder = this.#recorder;
    if (recorder && recorder.totalCount > 0) this.#close(recorder);
    this.#slice = slice;
    this.#closed = this.#closed.filter((closed) => closed.slice > slice - slicesPerWindow);
    // Nothing in the whole window: its memory goes, too.
    if (this.#closed.length === 0) this.#recorder = undefined;
  }

  #close(recorder: LatencyRecorder): void {
    let firstIndex = -1;
    let lastIndex = 0;
    let highest = 0;
    for (let i = 0; i < recorder.countsArrayLength; i++) {
      const count = recorder.getCountAtIndex(i);
      if (count === 0) continue;
      if (firstIndex < 0) firstIndex = i;
      lastIndex = i;
      if (count > highest) highest = count;
    }
    const length = lastIndex - firstIndex + 1;
    const counts =
      highest < 2 ** 8
        ? new Uint8Array(length)
        : highest < 2 ** 16
          ? new Uint16Array(length)
          : new Uint32Array(length);
    for (let i = 0; i < length; i++) counts[i] = recorder.getCountAtIndex(firstIndex + i);
    this.#closed.push({
      slice: this.#slice,
      firstIndex,
      counts,
      minMs: this.#minMs,
      maxMs: this.#maxMs,
      sumMs: this.#sumMs,
    });
    recorder.reset();
    this.#minMs = Infinity;
    this.#maxMs = 0;
    this.#sumMs = 0;
  }
}
