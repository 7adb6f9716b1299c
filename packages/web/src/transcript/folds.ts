import { signal } from '@preact/signals';

/** What the reader has opened and closed: it stays so while rows go out of sight and the trace is loaded anew. */
export class Folds {
  readonly #chosen = signal<ReadonlyMap<string, boolean>>(new Map());

  /** @param isOpen - As long as nobody has chosen. */
  isOpen(key: string, isOpen: boolean): boolean {
    return this.#chosen.value.get(key) ?? isOpen;
  }

  set(key: string, isOpen: boolean): void {
    this.#chosen.value = new Map(this.#chosen.value).set(key, isOpen);
  }

  setAll(keys: Iterable<string>, isOpen: boolean): void {
    const chosen = new Map(this.#chosen.value);
    for (const key of keys) chosen.set(key, isOpen);
    this.#chosen.value = chosen;
  }
}
