import { attributeNames as names, sharedRunLink } from '@tta/obs-context';
import { isSuspension, onAbort, type RunScope } from '@tta/obs-instrumentation';
import { isNotResumable } from '../approval/approval-errors.ts';
import { countLateFailure, countLateResult, isAnswerToAbort } from './late-result.ts';

interface Waiter<O> {
  readonly scope: RunScope;
  readonly resolve: (value: O | Promise<O>) => void;
  readonly reject: (error: unknown) => void;
  /** Asks for the work anew. */
  readonly again: () => Promise<O>;
  readonly unfollow: () => void;
  /** Whether it waits only as long as nobody else has come and left. */
  readonly isBackground: boolean;
}

/**
 * Work that several executions wait for. It belongs to the one that came first, in whose trace it is, and goes on
 * when that one leaves; it is aborted when the last one has left, with whoever waits in the background.
 */
export class SharedRun<O> {
  readonly leader: RunScope;
  readonly #runs: Map<string, SharedRun<O>>;
  readonly #key: string;
  readonly #abort = new AbortController();
  readonly #waiters = new Set<Waiter<O>>();
  #callers = 0;

  constructor(runs: Map<string, SharedRun<O>>, key: string, leader: RunScope) {
    this.#runs = runs;
    this.#key = key;
    this.leader = leader;
    runs.set(key, this);
  }

  /** Aborts when nobody waits any more. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Whether whoever asks for its key now waits for this run: nobody has left it alone, or said to forget it. */
  get isCurrent(): boolean {
    return this.#runs.get(this.#key) === this;
  }

  begin(work: (run: SharedRun<O>) => Promise<O>): void {
    work(this).then(
      (value) => {
        if (this.#waiters.size === 0) countLateResult(this.leader);
        this.#settle((waiter) => waiter.resolve(value));
      },
      (error: unknown) => {
        if (this.#waiters.size === 0 && !isAnswerToAbort(error, this.signal)) {
          countLateFailure(this.leader, error);
        }
        this.#settle((waiter) => {
          // Who goes on with the run of the first does not answer the others, and who cannot wait says nothing about
          // them: each has to ask for itself.
          if ((isSuspension(error) || isNotResumable(error)) && waiter.scope !== this.leader)
            waiter.resolve(waiter.again());
          else waiter.reject(error);
        });
      },
    );
  }

  /** Waits for the end of the work, or for that of the waiting execution, whichever comes first. */
  wait(scope: RunScope, isBackground: boolean, again: () => Promise<O>): Promise<O> {
    this.#callers++;
    return new Promise((resolve, reject) => {
      const { signal } = scope;
      const unfollow = onAbort(signal, () => {
        this.#waiters.delete(waiter);
        // First, so that work which answers at once ends before its last caller goes on.
        if (this.#isAlone) this.#abandon(signal.reason);
        reject(signal.reason as Error);
      });
      const waiter: Waiter<O> = { scope, resolve, reject, again, unfollow, isBackground };
      this.#waiters.add(waiter);
    });
  }

  get #isAlone(): boolean {
    for (const { isBackground } of this.#waiters) if (!isBackground) return false;
    return true;
  }

  #abandon(reason: unknown): void {
    this.#forget();
    const inBackground = [...this.#waiters];
    this.#waiters.clear();
    this.#abort.abort(reason);
    for (const { reject, unfollow } of inBackground) {
      unfollow();
      reject(reason);
    }
  }

  #settle(settle: (waiter: Waiter<O>) => void): void {
    this.#forget();
    for (const waiter of this.#waiters) {
      waiter.unfollow();
      // One that has left has ended, and its span with it.
      if (waiter.scope === this.leader && this.#callers > 1) {
        this.leader.attr(names.sharedRunCallers, this.#callers);
      }
      settle(waiter);
    }
  }

  #forget(): void {
    if (this.isCurrent) this.#runs.delete(this.#key);
  }
}

/** The work that is being done, at most one run for each key. It holds no more than is waited for. */
export class SharedRuns<O> {
  readonly #runs = new Map<string, SharedRun<O>>();

  /** Runs that have begun and not ended. */
  get size(): number {
    return this.#runs.size;
  }

  has(key: string): boolean {
    return this.#runs.has(key);
  }

  /**
   * Waits for the run of a key; where there is none, begins it with `work`.
   *
   * @param isBackground - Whether this one does not keep alive a run that others came to wait for, and left.
   */
  join(
    key: string,
    scope: RunScope,
    work: (run: SharedRun<O>) => Promise<O>,
    isBackground = false,
  ): Promise<O> {
    if (scope.signal.aborted) return Promise.reject(scope.signal.reason as Error);
    const again = (): Promise<O> => this.join(key, scope, work, isBackground);
    const running = this.#runs.get(key);
    if (running) {
      scope.link(running.leader, sharedRunLink);
      scope.attr(names.sharedRunJoined, true);
      return running.wait(scope, isBackground, again);
    }
    const run = new SharedRun(this.#runs, key, scope);
    const outcome = run.wait(scope, isBackground, again);
    run.begin(work);
    return outcome;
  }

  /** Whoever comes from now on waits for another run; those who wait already get what they wait for. */
  forget(key: string): void {
    this.#runs.delete(key);
  }

  forgetAll(): void {
    this.#runs.clear();
  }
}
