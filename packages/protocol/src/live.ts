import type { TraceSummary } from './trace.ts';

/**
 * Messages of `/ws/traces`, service to client. `seq` is the position in the service's sequence of
 * changes: a client that reconnects with `/ws/traces?after=<last seq>` misses nothing and sees nothing twice.
 */
export type LiveMessage =
  /** First message on every connection: the newest `seq`. */
  | { readonly type: 'hello'; readonly seq: number }
  /** A trace is new or has changed. */
  | { readonly type: 'trace'; readonly seq: number; readonly trace: TraceSummary };
