/** Spans that are looked at in one step by a query of one term, at first and at most. */
const FIRST_SPANS = 256;
const MOST_SPANS = 1_024;
/** What a step should take. */
const STEP_MS = 5;

/** How many spans are looked at in one step: more or fewer next time, by how long the last step took. */
export class Pace {
  readonly #elapsedMs: () => number;
  readonly #most: number;
  #spans: number;
  #tookMs = 0;

  /**
   * @param elapsedMs - Milliseconds that only grow.
   * @param terms - Of the query: what a span costs is not known at first, but each of them costs something.
   */
  constructor(elapsedMs: () => number, terms: number) {
    this.#elapsedMs = elapsedMs;
    this.#most = Math.max(1, Math.floor(MOST_SPANS / terms));
    this.#spans = Math.max(1, Math.floor(FIRST_SPANS / terms));
  }

  /** At least one. */
  get spans(): number {
    return this.#spans;
  }

  /** Part of a step. */
  measure<Result>(work: () => Result): Result {
    const beginMs = this.#elapsedMs();
    const result = work();
    this.#tookMs += this.#elapsedMs() - beginMs;
    return result;
  }

  endStep(): void {
    if (this.#tookMs > STEP_MS) this.#spans = Math.max(1, this.#spans >> 1);
    else if (this.#tookMs < STEP_MS / 2) this.#spans = Math.min(2 * this.#spans, this.#most);
    this.#tookMs = 0;
  }
}
