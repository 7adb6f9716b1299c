/** As many as a service keeps by default. */
const LIMIT = 1_000;

/**
 * Which traces a live client knows to be found or not, in bounded memory. What it has listed before it came is not known
 * here, so it is told of each trace once that it is not found.
 */
export class KnownTraces {
  /** Whether they are found, by their ids. */
  readonly #traces = new Map<string, boolean>();

  add(traceId: string): void {
    this.#set(traceId, true);
  }

  delete(traceId: string): void {
    this.#set(traceId, false);
  }

  /** Surely, by this connection. */
  has(traceId: string): boolean {
    return this.#traces.get(traceId) === true;
  }

  mayHave(traceId: string): boolean {
    return this.#traces.get(traceId) !== false;
  }

  #set(traceId: string, isFound: boolean): void {
    if (this.#traces.size >= LIMIT && !this.#traces.has(traceId)) this.#traces.clear();
    this.#traces.set(traceId, isFound);
  }
}
