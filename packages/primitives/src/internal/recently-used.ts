/** As many values as fit, each by its key. For the next one the value makes room that was used longest ago. */
export class RecentlyUsed<T> {
  readonly #limit: number;
  readonly #values = new Map<string, T>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The value of a key, which counts as used. */
  get(key: string): T | undefined {
    const value = this.#values.get(key);
    // Alone it is the last already: nearly all of our maps have the one key of those who use none.
    if (value === undefined || this.#values.size === 1) return value;
    this.#values.delete(key);
    this.#values.set(key, value);
    return value;
  }

  /**
   * Takes in a value under a key that has none.
   *
   * @param mayGo - Whether a value may make room. @defaultValue all may
   * @returns `false`, and the value is not taken in, where it is full and none may go.
   */
  add(key: string, value: T, mayGo: (value: T) => boolean = () => true): boolean {
    if (this.#values.size >= this.#limit && !this.#makeRoom(mayGo)) return false;
    this.#values.set(key, value);
    return true;
  }

  #makeRoom(mayGo: (value: T) => boolean): boolean {
    for (const [key, value] of this.#values) if (mayGo(value)) return this.#values.delete(key);
    return false;
  }

  get size(): number {
    return this.#values.size;
  }

  /** @returns Whether there was a value. */
  delete(key: string): boolean {
    return this.#values.delete(key);
  }

  clear(): void {
    this.#values.clear();
  }

  /** From the one used longest ago on. */
  [Symbol.iterator](): IterableIterator<[string, T]> {
    return this.#values.entries();
  }
}
