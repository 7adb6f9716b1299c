/**
 * What the span of a primitive tells of how it went, beyond its times and its status. A fact that the span does not tell is
 * left out. Times are milliseconds.
 */
export interface PrimitiveFacts {
  /** How its parent came to it, where a set-up leaves the spans of steps out: `attempt_2`, `branch_news`. */
  readonly edge?: string;
  readonly cacheOutcome?: 'hit' | 'miss' | 'stale';
  /** How old the answer of the cache was. */
  readonly cacheAgeMs?: number;
  /** US dollars that a cache, or the work of another run, has saved. */
  readonly savedUsd?: number;
  /** What a retry waited before its second attempt, its third, and so on. */
  readonly backoffMs?: readonly number[];
  /** Why a retry gave up: `attempts`, `not_retryable`, `budget`, … */
  readonly retryStopped?: string;
  /** The limit of a timeout, and how long after it the work ended. */
  readonly limitMs?: number;
  readonly overrunMs?: number;
  /** Attempts of a hedge, and the one that answered first, from 1. */
  readonly hedgeAttempts?: number;
  readonly hedgeWinner?: number;
  /** State of the circuit breaker: `closed`, `open`, `half_open`. */
  readonly circuitState?: string;
  /** The states that it went to during this execution, in order. */
  readonly circuitChanges?: readonly string[];
  /** Time in the queue of a rate limit or a bulkhead, or for the answer of a person. */
  readonly waitedMs?: number;
  /** It shares the work of another execution, or was shared by so many callers. */
  readonly sharesRun?: boolean;
  readonly callers?: number;
  /** What a condition, a switch, a router, a race or a person decided, why, and for an approval who. */
  readonly choice?: string;
  readonly reason?: string;
  readonly decidedBy?: string;
  readonly iterations?: number;
  readonly items?: number;
  /** Of an agent. */
  readonly agentSteps?: number;
  readonly toolCalls?: number;
}

/** Those spans of {@link SpanColumns} that tell such facts, as parallel arrays of their own. */
export interface PrimitiveFactColumns {
  /** Index of the span; ascending. */
  readonly span: readonly number[];
  readonly facts: readonly PrimitiveFacts[];
}
