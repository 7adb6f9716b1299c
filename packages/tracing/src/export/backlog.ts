/** A finished request; `B` is how its destination wants the items, for OTLP as bytes. */
export interface Batch<B = Uint8Array> {
  readonly body: B;
  /** How many items it holds: spans, log records or data points. */
  readonly count: number;
}

/** Batches that wait for their destination, oldest first, bounded in bytes. */
export interface Backlog<B = Uint8Array> {
  readonly isEmpty: boolean;
  /** Whether batches outlive this process. */
  readonly isDurable: boolean;
  /** The part of it that would be gone with the process; `undefined` where there is none. */
  readonly volatile: Backlog<B> | undefined;
  /** Where the batch that was appended last is kept. */
  readonly keepsOn: 'disk' | 'memory';
  /** Why something could not be kept last, e.g. because the disk is full. */
  readonly lastError?: Error | undefined;
  /**
   * Adds a batch behind all others; makes room by dropping the oldest.
   *
   * @returns Whether it is kept; `false` for one that cannot be, because of {@link Backlog.lastError}.
   */
  append(batch: Batch<B>): boolean;
  /** The oldest batch; stays until {@link Backlog.removeFirst}. */
  first(): Batch<B> | undefined;
  /** Forgets the batch that {@link Backlog.first} returned last; nothing when it has been dropped since. */
  removeFirst(): void;
  /** Takes over what processes that have ended left behind. */
  adopt(): void;
  /** Lets go of everything; what is durable stays for the next process. */
  close(): void;
}

/** Keeps nothing: for a destination that repeats by itself what is worth repeating. */
export function noBacklog<B>(): Backlog<B> {
  return {
    isEmpty: true,
    isDurable: false,
    volatile: undefined,
    keepsOn: 'memory',
    append: () => false,
    first: () => undefined,
    removeFirst() {},
    adopt() {},
    close() {},
  };
}
