/** A finished request: spans as the destination reads them. */
export interface Batch {
  readonly body: Uint8Array;
  /** How many spans it holds. */
  readonly spans: number;
}

/** Batches that wait for their destination, oldest first, bounded in bytes. */
export interface Backlog {
  readonly isEmpty: boolean;
  /** Whether batches outlive this process. */
  readonly isDurable: boolean;
  /**
   * Adds a batch behind all others; makes room by dropping the oldest.
   *
   * @returns Whether it is kept; `false` for one that cannot be, e.g. because the disk is full.
   */
  append(batch: Batch): boolean;
  /** The oldest batch; stays until {@link Backlog.removeFirst}. */
  first(): Batch | undefined;
  /** Forgets the batch that {@link Backlog.first} returned last; nothing when it has been dropped since. */
  removeFirst(): void;
  /** Takes over what processes that have ended left behind. */
  adopt(): void;
  /** Lets go of everything; what is durable stays for the next process. */
  close(): void;
}
