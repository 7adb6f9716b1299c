import type { TraceSummary } from './trace.ts';

/** A change that the service has stored; `seq` is its position in the sequence of all changes. */
export type LiveChange =
  /** A trace is new or has changed. */
  | { readonly type: 'trace'; readonly seq: number; readonly trace: TraceSummary }
  /** Log records of a stored trace have arrived; of those that came before it, its own first message tells. */
  | { readonly type: 'logs'; readonly seq: number; readonly traceId: string };

/**
 * Messages of `/ws/traces`, service to client: a client that reconnects with `/ws/traces?after=<last seq>`
 * misses nothing and sees nothing twice.
 */
export type LiveMessage =
  /** First message on every connection: the newest `seq`. */
  { readonly type: 'hello'; readonly seq: number } | LiveChange;
