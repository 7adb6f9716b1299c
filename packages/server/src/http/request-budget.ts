import { RefusedError } from './refused-error.ts';

export interface RequestBudgetOptions {
  /** The most that the bodies of all requests in flight may hold together. */
  readonly limitBytes: number;
  /** The most requests that may be in flight. */
  readonly limitRequests: number;
}

/** Limits what all requests that are being read or worked on hold at one time. */
export class RequestBudget {
  readonly #options: RequestBudgetOptions;
  #bytes = 0;
  #requests = 0;

  constructor(options: RequestBudgetOptions) {
    this.#options = options;
  }

  /** Counts one request until its reservation is closed. @throws RefusedError with 503 when there are too many. */
  admit(): Reservation {
    if (this.#requests >= this.#options.limitRequests) throw tooMuch();
    this.#requests++;
    return new Reservation(
      (byteCount) => {
        if (this.#bytes + byteCount > this.#options.limitBytes) throw tooMuch();
        this.#bytes += byteCount;
      },
      () => this.#requests--,
    );
  }

  get usedBytes(): number {
    return this.#bytes;
  }

  get requestCount(): number {
    return this.#requests;
  }
}

/** The part of the budget that one request holds. */
export class Reservation {
  readonly #change: (byteCount: number) => void;
  readonly #leave: () => void;
  #bytes = 0;

  constructor(change: (byteCount: number) => void, leave: () => void) {
    this.#change = change;
    this.#leave = leave;
  }

  /** @throws RefusedError with 503 when that is more than is left. */
  take(byteCount: number): void {
    this.#change(byteCount);
    this.#bytes += byteCount;
  }

  giveBack(byteCount: number): void {
    this.#bytes -= byteCount;
    this.#change(-byteCount);
  }

  /** Gives back all that is left; to be called once. */
  close(): void {
    this.giveBack(this.#bytes);
    this.#leave();
  }
}

function tooMuch(): RefusedError {
  return new RefusedError(503, 'Too many requests are being worked on: try again in a second.');
}
