/**
 * A controller that aborts with its parent and can be aborted alone. Linked by hand, because
 * `AbortSignal.any` retains memory on the Node versions that we support.
 */
export class LinkedAbort {
  readonly #controller = new AbortController();
  readonly #parent: AbortSignal;
  readonly #follow = (): void => this.abort(this.#parent.reason);

  constructor(parent: AbortSignal) {
    this.#parent = parent;
    if (parent.aborted) this.#controller.abort(parent.reason);
    else parent.addEventListener('abort', this.#follow, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.release();
    this.#controller.abort(reason);
  }

  /** Lets go of the parent. Call it when the work is done, or the parent keeps every child alive. */
  release(): void {
    this.#parent.removeEventListener('abort', this.#follow);
  }
}
