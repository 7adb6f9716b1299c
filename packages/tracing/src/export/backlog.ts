/** A finished request: spans as the destination reads them. */
export interface Batch {
  readonly body: Uint8Array;
  /** How many spans it holds. */
  readonly spans: number;
}

/** Batches that wait for their destination, oldest first, bounded in bytes. */
export interface Backlog {
  readonly isEmpty: boolean;
  /**
   * Adds a batch behind all others; makes room by dropping the oldest.
   *
   * @returns Whether it is kept; `false` for one that cannot be, e.g. because the disk is full.
   */
  append(batch: Batch): boolean;
  /** The oldest batch; stays until {@link Backlog.removeFirst}. */
  first(): Batch | undefined;
  /** Forgets the batch that {@link Backlog.first} returned last. */
  removeFirst(): void;
}
