import { onAbort } from './on-abort.ts';

/**
 * A controller that aborts with any of its parents and can be aborted alone. Linked by hand, because
 * `AbortSignal.any` retains memory on the Node versions that we support.
 */
export class LinkedAbort {
  readonly #controller = new AbortController();
  #links: (() => void)[] = [];

  constructor(...parents: readonly AbortSignal[]) {
    const aborted = parents.find((parent) => parent.aborted);
    if (aborted) this.#controller.abort(aborted.reason);
    else this.#links = parents.map((parent) => onAbort(parent, () => this.abort(parent.reason)));
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
    for (const unlink of this.#links) unlink();
    this.#links = [];
  }
}
