/** Lets the first `limit` different values through; every further one becomes `_OTHER`, as for `error.type` in the semantic conventions. */
export class BoundedValues {
  readonly #seen = new Set<string>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  admit(value: string): string {
    if (this.#seen.has(value)) return value;
    if (this.#seen.size >= this.#limit) return '_OTHER';
    this.#seen.add(value);
    return value;
  }
}
