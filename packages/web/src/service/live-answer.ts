import type { Timer } from './backoff.ts';
import { Reloader } from './reloader.ts';
import { ServiceProblem } from './service-client.ts';

/** What is known of something that was asked for. */
export type Answer<T> =
  /** `previous`: what the question before was answered with, for a view that keeps its shape meanwhile. */
  | { readonly kind: 'loading'; readonly previous?: T }
  /** `isOutdated`: the last attempt to ask again failed. */
  | { readonly kind: 'shown'; readonly value: T; readonly isOutdated: boolean }
  | { readonly kind: 'failed'; readonly message: string; readonly retry: () => void };

/** What can be shown: the answer, or that of the question before while a new one is asked. */
export function knownOf<T>(answer: Answer<T>): T | undefined {
  if (answer.kind === 'shown') return answer.value;
  return answer.kind === 'loading' ? answer.previous : undefined;
}

export interface LiveAnswerOptions<T> {
  readonly ask: (signal: AbortSignal) => Promise<T>;
  /** Called with each change of what is known, first with `loading`. */
  readonly show: (answer: Answer<T>) => void;
  readonly timer: Timer;
  readonly nowMs: () => number;
  /** What the question before was answered with. */
  readonly previous?: T | undefined;
  /** Shortest time between two questions while changes come in, by default two seconds. */
  readonly quietMs?: number | undefined;
}

const REFRESH_MS = 2_000;
/** Figures of "the last hour" change though nothing comes in. */
const AGING_MS = 15_000;

/** Asks the service, and again when there is a reason to. What is shown stays until the next answer. */
export class LiveAnswer<T> {
  readonly #options: LiveAnswerOptions<T>;
  readonly #reloader: Reloader;
  #answer: Answer<T>;
  #isVisible: boolean;
  /** Whether something happened that nobody saw. */
  #isStale = false;
  #cancelAging: () => void = () => {};

  constructor(options: LiveAnswerOptions<T>, isVisible = true) {
    this.#options = options;
    this.#isVisible = isVisible;
    const { previous, timer, nowMs, quietMs = REFRESH_MS } = options;
    this.#reloader = new Reloader({
      load: (signal) => this.#load(signal),
      timer,
      nowMs,
      quietMs,
    });
    this.#answer = previous === undefined ? { kind: 'loading' } : { kind: 'loading', previous };
    options.show(this.#answer);
    // The first answer is loaded out of sight as well, so that it is there when somebody looks.
    this.#reloader.request();
  }

  /** Something was stored, or the service is there again: asks after the quiet time at the earliest, and only while in sight. */
  refresh(): void {
    if (this.#isVisible) this.#reloader.request();
    else this.#isStale = true;
  }

  /** Whether anybody can see it. */
  setVisible(isVisible: boolean): void {
    this.#isVisible = isVisible;
    if (!isVisible || !this.#isStale) return;
    this.#isStale = false;
    this.#reloader.request();
  }

  /** Nothing is shown from here on. */
  stop(): void {
    this.#cancelAging();
    this.#reloader.stop();
  }

  async #load(signal: AbortSignal): Promise<void> {
    this.#cancelAging();
    try {
      const value = await this.#options.ask(signal);
      if (!signal.aborted) this.#show({ kind: 'shown', value, isOutdated: false });
    } catch (error) {
      if (signal.aborted) return;
      this.#show(
        this.#answer.kind === 'shown'
          ? { ...this.#answer, isOutdated: true }
          : { kind: 'failed', message: reasonOf(error), retry: () => this.#retry() },
      );
    }
    if (!signal.aborted) this.#cancelAging = this.#options.timer(AGING_MS, () => this.refresh());
  }

  #retry(): void {
    this.#show({ kind: 'loading' });
    this.#reloader.request();
  }

  #show(answer: Answer<T>): void {
    this.#answer = answer;
    this.#options.show(answer);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof ServiceProblem ? error.message : 'The service cannot be reached.';
}
