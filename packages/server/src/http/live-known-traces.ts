/** As many as a service keeps by default. */
const LIMIT = 1_000;

/** Which traces a live client has heard of, in bounded memory: it is asked only what may be forgotten. */
export class KnownTraces {
  readonly #ids = new Set<string>();
  /** It knows no others. */
  #isComplete: boolean;

  /** @param isNew - The client knows nothing from before. */
  constructor(isNew: boolean) {
    this.#isComplete = isNew;
  }

  add(traceId: string): void {
    this.#ids.add(traceId);
    if (this.#ids.size <= LIMIT) return;
    this.#ids.clear();
    this.#isComplete = false;
  }

  delete(traceId: string): void {
    this.#ids.delete(traceId);
  }

  /** Surely, by this connection. */
  has(traceId: string): boolean {
    return this.#ids.has(traceId);
  }

  mayHave(traceId: string): boolean {
    return !this.#isComplete || this.#ids.has(traceId);
  }
}
