import type { TraceSummary } from './trace.ts';

/** A change that the service has stored; `seq` is its position in the sequence of all changes. */
export type LiveChange =
  /**
   * A trace is new or has changed. With a query also: its log records have changed, and the query finds it now; then
   * `trace.seq` is older than `seq`.
   */
  | { readonly type: 'trace'; readonly seq: number; readonly trace: TraceSummary }
  /**
   * A trace, or its log records, have changed, and the query of the connection does not find it. Also told of traces that
   * the client has never heard of: after a break the service does not know what it shows.
   */
  | { readonly type: 'unmatched'; readonly seq: number; readonly traceId: string }
  /** Log records of a stored trace have arrived; of those that came before it, its own first message tells. */
  | { readonly type: 'logs'; readonly seq: number; readonly traceId: string };

/**
 * Messages of `/ws/traces?query=&after=`, service to client: a client that reconnects with the last `seq` as `after`
 * misses nothing and sees nothing twice. What changes several times while a client is away, or slow to read, is told once, as
 * it is then. Removed traces are not told.
 *
 * With a `query`, it is told of the traces that the query finds when they change, and not when only time passes: a trace that
 * `since:15m` finds no more is not told. A query that cannot be understood is refused before the connection is made, with 400
 * and its problems.
 */
export type LiveMessage =
  /** First message on every connection: the newest `seq`. */
  { readonly type: 'hello'; readonly seq: number } | LiveChange;
