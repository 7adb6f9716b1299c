/** A share of errors below this is calm, whatever was usual: one failure in a hundred is no incident. */
const leastBaseline = 0.01;
/** Over how many intervals the usual share is learned. */
const memoryIntervals = 30;

/** Tells how far the share of failed traces is above what is usual. */
export class ErrorTrend {
  readonly #intervalMs: number;
  #ended = 0;
  #failed = 0;
  #usual = 0;
  #learnedMs = 0;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  count(isFailed: boolean): void {
    this.#ended++;
    if (isFailed) this.#failed++;
  }

  /**
   * Ends a round.
   *
   * @returns The share of errors in it relative to the usual one, 1 or more; 1 when the difference may be
   * chance (at least two errors, and three standard deviations of a Poisson count above the expected).
   */
  endRound(elapsedMs: number): number {
    const ended = this.#ended;
    const failed = this.#failed;
    this.#ended = this.#failed = 0;
    if (ended === 0) return 1;
    const share = failed / ended;
    const usual = this.#learnedMs === 0 ? share : this.#usual;
    // However long nothing happened: else the one trace of a night would be all that is usual.
    const weightMs = Math.min(elapsedMs, this.#intervalMs);
    // The mean of all until there is enough to forget.
    this.#learnedMs = Math.min(this.#learnedMs + Math.max(weightMs, 1), memoryIntervals * this.#intervalMs);
    this.#usual = usual + ((share - usual) * weightMs) / this.#learnedMs;
    const baseline = Math.max(usual, leastBaseline);
    const expected = ended * baseline;
    return failed >= 2 && failed > expected + 3 * Math.sqrt(expected) ? share / baseline : 1;
  }
}
