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
    if (tokens > this.#tokens) return false;
    this.#tokens -= tokens;
    return true;
  }
}
