/** How one run of a route ended. */
export interface Sample {
  /** When it ended, on the monotonic clock. */
  readonly endedAtMs: number;
  readonly durationMs: number;
  /** A cancelled one says only that it would have taken longer. */
  readonly ending: 'answered' | 'failed' | 'cancelled';
  /** What it cost, in US dollars; `undefined` where nothing was told. */
  readonly costUsd: number | undefined;
}

/** What the samples of a window say. */
export interface WindowSummary {
  /** How many runs there were, cancelled ones included. */
  readonly tried: number;
  /** How many of them were not cancelled. */
  readonly samples: number;
  /** Share of the runs that failed, from 0 to 1; 0 where there are no samples. */
  readonly errorRate: number;
  /** What a run takes, those that failed included; 0 where there are no samples. */
  readonly meanMs: number;
  /** What the cancelled runs took, all together. */
  readonly cancelledMs: number;
  /**
   * What a run costs, in US dollars, those that failed included; `undefined` where none has told anything. Where one
   * has, the others were free.
   */
  readonly costUsd: number | undefined;
}

/** The latest runs of a route: so many at most, and none that ended longer ago than the window is long. */
export class SampleWindow {
  readonly #limit: number;
  readonly #lengthMs: number;
  readonly #samples: Sample[] = [];

  constructor(limit: number, lengthMs: number) {
    this.#limit = limit;
    this.#lengthMs = lengthMs;
  }

  add(sample: Sample): void {
    if (this.#samples.length === this.#limit) this.#samples.shift();
    this.#samples.push(sample);
  }

  summary(nowMs: number): WindowSummary {
    const recent = this.#recent(nowMs);
    let samples = 0;
    let failed = 0;
    let totalMs = 0;
    let cancelledMs = 0;
    let totalUsd: number | undefined;
    for (const { ending, durationMs, costUsd } of recent) {
      if (ending === 'cancelled') {
        cancelledMs += durationMs;
        continue;
      }
      samples++;
      if (ending === 'failed') failed++;
      totalMs += durationMs;
      if (costUsd !== undefined) totalUsd = (totalUsd ?? 0) + costUsd;
    }
    return {
      tried: recent.length,
      samples,
      errorRate: failed / (samples || 1),
      meanMs: totalMs / (samples || 1),
      cancelledMs,
      costUsd: totalUsd === undefined ? undefined : totalUsd / samples,
    };
  }

  /** By nearest rank; `undefined` where there are no samples. */
  percentileMs(percent: number, nowMs: number): number | undefined {
    const sorted = this.#recent(nowMs)
      .filter(({ ending }) => ending !== 'cancelled')
      .map(({ durationMs }) => durationMs)
      .sort((a, b) => a - b);
    return sorted[Math.ceil((percent / 100) * sorted.length) - 1];
  }

  #recent(nowMs: number): readonly Sample[] {
    const samples = this.#samples;
    const firstRecent = samples.findIndex(({ endedAtMs }) => endedAtMs > nowMs - this.#lengthMs);
    if (firstRecent !== 0) samples.splice(0, firstRecent === -1 ? samples.length : firstRecent);
    return samples;
  }
}
