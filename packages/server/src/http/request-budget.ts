import { RefusedError } from './refused-error.ts';

/** Up to here a request is small. */
const SMALL_BYTES = 1024 * 1024;

export interface RequestBudgetOptions {
  /** The most that the bodies of all requests in flight may hold together. */
  readonly limitBytes: number;
  /** What small requests, of up to 1 MiB, may hold beyond that: large ones that come slowly do not keep them out. */
  readonly smallBytes: number;
  /** After which time an upload gives way to others when there is no room for both. */
  readonly slowMs: number;
  readonly nowMs: () => number;
  /** The most requests that may be in flight. */
  readonly limitRequests: number;
}

/** Limits what all requests that are being read or worked on hold at one time. */
export class RequestBudget {
  readonly #options: RequestBudgetOptions;
  /** What can be told to give way, with when it began; the oldest first. */
  readonly #uploads = new Map<Reservation, number>();
  #bytes = 0;
  #requests = 0;

  constructor(options: RequestBudgetOptions) {
    this.#options = options;
  }

  /** Counts one request until its reservation is closed. @throws RefusedError with 503 when there are too many. */
  admit(): Reservation {
    if (this.#requests >= this.#options.limitRequests) throw tooMuch();
    this.#requests++;
    return new Reservation(this);
  }

  get usedBytes(): number {
    return this.#bytes;
  }

  get requestCount(): number {
    return this.#requests;
  }

  /** @throws RefusedError with 503 when a request that holds `heldBytes` cannot have that many more. */
  take(byteCount: number, heldBytes: number): void {
    const { limitBytes, smallBytes } = this.#options;
    const limit = heldBytes + byteCount <= SMALL_BYTES ? limitBytes + smallBytes : limitBytes;
    while (this.#bytes + byteCount > limit) if (!this.#endSlowest()) throw tooMuch();
    this.#bytes += byteCount;
  }

  giveBack(byteCount: number): void {
    this.#bytes -= byteCount;
  }

  leave(): void {
    this.#requests--;
  }

  beginUpload(upload: Reservation): void {
    this.#uploads.set(upload, this.#options.nowMs());
  }

  endUpload(upload: Reservation): void {
    this.#uploads.delete(upload);
  }

  /** Makes room at the cost of the upload that has gone on for longest; false when none is slow. */
  #endSlowest(): boolean {
    const [oldest] = this.#uploads;
    if (oldest === undefined) return false;
    const [upload, beganMs] = oldest;
    if (this.#options.nowMs() - beganMs < this.#options.slowMs) return false;
    upload.giveWay();
    return true;
  }
}

/** The part of the budget that one request holds. */
export class Reservation {
  readonly #budget: RequestBudget;
  #bytes = 0;
  #onEnd: ((error: RefusedError) => void) | undefined;

  constructor(budget: RequestBudget) {
    this.#budget = budget;
  }

  /** @throws RefusedError with 503 when that is more than is left. */
  take(byteCount: number): void {
    this.#budget.take(byteCount, this.#bytes);
    this.#bytes += byteCount;
  }

  /** From here on the request is waiting for its sender; `onEnd` is called when it has to give way to others. */
  beginUpload(onEnd: (error: RefusedError) => void): void {
    this.#onEnd = onEnd;
    this.#budget.beginUpload(this);
  }

  endUpload(): void {
    this.#onEnd = undefined;
    this.#budget.endUpload(this);
  }

  /** Ends the upload, whose reader drops at once what it has read. */
  giveWay(): void {
    const onEnd = this.#onEnd;
    this.endUpload();
    this.#giveBackAll();
    onEnd?.(tooMuch());
  }

  /** Gives back all that is left; to be called once. */
  close(): void {
    this.endUpload();
    this.#giveBackAll();
    this.#budget.leave();
  }

  #giveBackAll(): void {
    this.#budget.giveBack(this.#bytes);
    this.#bytes = 0;
  }
}

function tooMuch(): RefusedError {
  return new RefusedError(503, 'Too many requests are being worked on: try again in a second.');
}
