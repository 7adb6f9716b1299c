import { bucketCount, highestUsOf } from './latency-histogram.ts';

/** How long executions took over a window. All zero where there were none. */
export interface LatencySummary {
  readonly count: number;
  /** Exact, as are `maxMs` and `meanMs`. */
  readonly minMs: number;
  readonly maxMs: number;
  readonly meanMs: number;
  /** By nearest rank; at most 0.8 % or 1 µs above the true value, never outside of `minMs` and `maxMs`. */
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
}

/** In thousandths, so that ranks are whole numbers. */
const percentiles = [500, 900, 950, 990, 999] as const;

/** The durations of one window, of one process or of many. */
export class Durations {
  /** How many durations fell in each bucket. */
  readonly counts = new Float64Array(bucketCount);
  count = 0;
  #minMs = Infinity;
  #maxMs = 0;
  #sumMs = 0;

  /** Counts durations of a bucket. */
  add(index: number, count: number): void {
    if (count === 0) return;
    this.counts[index]! += count;
    this.count += count;
  }

  /** Says what the buckets do not know exactly. */
  extend(minMs: number, maxMs: number, sumMs: number): void {
    this.#minMs = Math.min(this.#minMs, minMs);
    this.#maxMs = Math.max(this.#maxMs, maxMs);
    this.#sumMs += sumMs;
  }

  clear(): void {
    this.counts.fill(0);
    this.count = 0;
    this.#minMs = Infinity;
    this.#maxMs = 0;
    this.#sumMs = 0;
  }

  summary(): LatencySummary {
    const { count } = this;
    if (count === 0) {
      return { count, minMs: 0, maxMs: 0, meanMs: 0, p50Ms: 0, p90Ms: 0, p95Ms: 0, p99Ms: 0, p999Ms: 0 };
    }
    const [p50Ms, p90Ms, p95Ms, p99Ms, p999Ms] = this.#percentilesMs();
    const meanMs = this.#within(this.#sumMs / count);
    return { count, minMs: this.#minMs, maxMs: this.#maxMs, meanMs, p50Ms, p90Ms, p95Ms, p99Ms, p999Ms };
  }

  #percentilesMs(): [number, number, number, number, number] {
    const found: [number, number, number, number, number] = [0, 0, 0, 0, 0];
    let index = -1;
    let seen = 0;
    for (const [i, thousandths] of percentiles.entries()) {
      const rank = Math.ceil((this.count * thousandths) / 1000);
      while (seen < rank) seen += this.counts[++index]!;
      found[i] = this.#within(highestUsOf(index) / 1000);
    }
    return found;
  }

  #within(ms: number): number {
    return Math.min(Math.max(ms, this.#minMs), this.#maxMs);
  }
}
