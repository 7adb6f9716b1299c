import { onAbort, type RunScope } from '@tta/obs-instrumentation';

interface Waiter {
  readonly call: () => void;
  before: Waiter | undefined;
  after: Waiter | undefined;
}

/** When somebody who waits gives up, and what is said then. */
export interface Patience {
  readonly ms: number;
  readonly error: () => Error;
}

/**
 * Runs that wait for their turn, called one by one in the order in which they came. A linked list: one that is
 * cancelled leaves from the middle, and calling the first costs the same however many wait.
 */
export class WaitingLine {
  #first: Waiter | undefined;
  #last: Waiter | undefined;
  #length = 0;

  /** How many wait. */
  get length(): number {
    return this.#length;
  }

  /**
   * Waits until it is called. Who stops waiting leaves nothing behind: no place, no timer, no listener.
   *
   * @returns Rejects with the signal's reason as soon as the run is cancelled, and with the error of `patience`
   * once that has run out.
   */
  wait({ signal, clock }: Pick<RunScope, 'signal' | 'clock'>, patience?: Patience): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        leave();
        reject((patience as Patience).error());
      };
      // First: a clock that throws leaves nobody in the line.
      const cancelTimer = patience && clock.timer(patience.ms, giveUp, true);
      const leave = (): void => {
        this.#remove(waiter);
        cancelTimer?.();
        unfollow();
      };
      const waiter = this.#append(() => {
        leave();
        resolve();
      });
      const unfollow = onAbort(signal, () => {
        leave();
        reject(signal.reason as Error);
      });
    });
  }

  /** Calls the one who came first. @returns `false` where nobody waits */
  callNext(): boolean {
    const first = this.#first;
    first?.call();
    return first !== undefined;
  }

  #append(call: () => void): Waiter {
    const waiter: Waiter = { call, before: this.#last, after: undefined };
    if (this.#last) this.#last.after = waiter;
    else this.#first = waiter;
    this.#last = waiter;
    this.#length++;
    return waiter;
  }

  #remove({ before, after }: Waiter): void {
    if (before) before.after = after;
    else this.#first = after;
    if (after) after.before = before;
    else this.#last = before;
    this.#length--;
  }
}
