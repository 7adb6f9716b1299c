/** The size of a part of the page that somebody has chosen; the browser remembers it. */
export class RememberedSize {
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'>;
  readonly #key: string;
  readonly #standard: number;

  /** @param standard - Until somebody chooses. */
  constructor(storage: Pick<Storage, 'getItem' | 'setItem'>, key: string, standard: number) {
    this.#storage = storage;
    this.#key = `obs.size.${key}`;
    this.#standard = standard;
  }

  read(): number {
    try {
      const stored = Number(this.#storage.getItem(this.#key) ?? Number.NaN);
      return Number.isFinite(stored) && stored > 0 ? stored : this.#standard;
    } catch {
      return this.#standard;
    }
  }

  write(size: number): void {
    try {
      this.#storage.setItem(this.#key, String(Math.round(size * 1_000) / 1_000));
    } catch {
      // A full or forbidden storage only means that the size ends with the page.
    }
  }
}
