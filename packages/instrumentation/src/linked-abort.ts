/**
 * A controller that aborts with any of its parents and can be aborted alone. Linked by hand, because
 * `AbortSignal.any` retains memory on the Node versions that we support.
 */
export class LinkedAbort {
  readonly #controller = new AbortController();
  readonly #parents: readonly AbortSignal[];
  readonly #follow = (): void => this.abort(this.#parents.find(({ aborted }) => aborted)?.reason);

  constructor(...parents: readonly AbortSignal[]) {
    this.#parents = parents;
    const aborted = parents.find((parent) => parent.aborted);
    if (aborted) this.#controller.abort(aborted.reason);
    else for (const parent of parents) parent.addEventListener('abort', this.#follow, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.release();
    this.#controller.abort(reason);
  }

  /** Lets go of the parents. Call it when the work is done, or they keep every child alive. */
  release(): void {
    for (const parent of this.#parents) parent.removeEventListener('abort', this.#follow);
  }
}
