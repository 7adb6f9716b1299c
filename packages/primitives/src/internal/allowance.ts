/** By how much of what is spent sums of fractions may be off. */
const rounding = 1e-9;

/** Tokens that are earned and spent, never more than it can hold: what bounds extra load. */
export class Allowance {
  readonly #capacity: number;
  #tokens: number;

  constructor(capacity: number, tokens = capacity) {
    this.#capacity = capacity;
    this.#tokens = tokens;
  }

  get tokens(): number {
    return this.#tokens;
  }

  earn(tokens: number): void {
    this.#tokens = Math.min(this.#tokens + tokens, this.#capacity);
  }

  /** Takes so many tokens, or none where there are not enough. */
  spend(tokens: number): boolean {
    // Fractions do not add up: eight times 0.1 is less than 0.8.
    if (tokens > this.#tokens + tokens * rounding) return false;
    this.#tokens = Math.max(0, this.#tokens - tokens);
    return true;
  }
}
