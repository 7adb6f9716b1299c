import type { TraceSummary } from './trace.ts';

/** A change that the service has stored; `seq` is its position in the sequence of all changes. */
export type LiveChange =
  /** A trace is new or has changed. */
  | { readonly type: 'trace'; readonly seq: number; readonly trace: TraceSummary }
  /** A trace has changed and is none any more that the query of the connection finds. */
  | { readonly type: 'unmatched'; readonly seq: number; readonly traceId: string }
  /** Log records of a stored trace have arrived; of those that came before it, its own first message tells. */
  | { readonly type: 'logs'; readonly seq: number; readonly traceId: string };

/**
 * Messages of `/ws/traces?query=&after=`, service to client: a client that reconnects with the last `seq` as `after`
 * misses nothing and sees nothing twice. With a `query`, it is told of the traces that the query finds. A query that cannot
 * be understood is refused before the connection is made, with 400.
 */
export type LiveMessage =
  /** First message on every connection: the newest `seq`. */
  { readonly type: 'hello'; readonly seq: number } | LiveChange;
