import type { Timer } from './backoff.ts';

export interface ReloaderOptions {
  /** Loads and shows. `signal` is aborted when the answer is not wanted any more; rejections are its own affair. */
  readonly load: (signal: AbortSignal) => Promise<void>;
  readonly timer: Timer;
  readonly nowMs: () => number;
  /** Shortest time between two loads, by default 100 ms. */
  readonly quietMs?: number;
}

const QUIET_MS = 100;

/** Loads a thing whenever it is asked to, but never twice at a time and not all the time. */
export class Reloader {
  readonly #options: ReloaderOptions;
  #abort = new AbortController();
  #isBusy = false;
  #isStale = false;
  #cancelPause: () => void = () => {};

  constructor(options: ReloaderOptions) {
    this.#options = options;
  }

  /** Loads now, or once after the load that is under way. */
  request(): void {
    if (this.#isBusy) this.#isStale = true;
    else void this.#load();
  }

  /** Gives up what is under way. */
  stop(): void {
    this.#cancelPause();
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#isBusy = false;
    this.#isStale = false;
  }

  async #load(): Promise<void> {
    const { signal } = this.#abort;
    this.#isBusy = true;
    this.#isStale = false;
    const startedMs = this.#options.nowMs();
    await this.#options.load(signal);
    if (signal.aborted) return;
    // A large thing that grows is loaded at most for a third of the time.
    const pauseMs = Math.max(this.#options.quietMs ?? QUIET_MS, 2 * (this.#options.nowMs() - startedMs));
    this.#cancelPause = this.#options.timer(pauseMs, () => {
      this.#isBusy = false;
      if (this.#isStale) void this.#load();
    });
  }
}
