/** Times that are kept of one call, whatever its provider sends. */
const mostKept = 10_000;

/** How long the chunks of a streamed call were waited for. What its reader takes is not in it. */
export class ChunkTimes {
  /** From the request to the first chunk, in milliseconds; `undefined` until there is one. */
  firstMs: number | undefined;
  /** Of each chunk after the first, in milliseconds. */
  readonly laterMs: number[] = [];
  /** Since the chunk before. */
  #waitedMs: number;

  /** @param openedMs - From the request until there was a stream. */
  constructor(openedMs: number) {
    this.#waitedMs = openedMs;
  }

  waited(ms: number): void {
    this.#waitedMs += ms;
  }

  /** What was waited for is a chunk. */
  arrived(): void {
    if (this.firstMs === undefined) this.firstMs = this.#waitedMs;
    else if (this.laterMs.length < mostKept) this.laterMs.push(this.#waitedMs);
    this.#waitedMs = 0;
  }
}
