/**
 * What the span of a primitive tells of how it went, beyond its times and its status. A fact that the span does not tell is
 * left out. Times are milliseconds. Texts are of whoever sent the span, cut to 200 characters.
 */
export interface PrimitiveFacts {
  /**
   * How its parent came to it, where no span of a step says so: `attempt_2`, `branch_news`, of an agent `model` and
   * `tool_search`.
   */
  readonly edge?: string;
  readonly cacheOutcome?: 'hit' | 'miss' | 'stale';
  /** How old the answer of the cache was. */
  readonly cacheAgeMs?: number;
  /** For how long an answer of the cache is fresh. */
  readonly cacheTtlMs?: number;
  /** US dollars that a cache, or the work of another run, has saved; more than 0. */
  readonly savedUsd?: number;
  /** What was waited before the second attempt, the third, and so on; `null` for one that is not told. */
  readonly backoffMs?: readonly (number | null)[];
  /** Why a retry gave up: `attempts`, `elapsed`, `budget`, `asked_to_wait`, `streamed`. */
  readonly retryStopped?: string;
  /** The step of a fallback that answered: 0 is the primary one, 1 the first alternative. */
  readonly fallbackDepth?: number;
  /** Why a fallback did not go on to the next alternative: `streamed`. */
  readonly fallbackStopped?: string;
  /** The limit of a timeout, and how long after it the work ended. */
  readonly limitMs?: number;
  readonly overrunMs?: number;
  /** It went on after its caller had stopped waiting for it. */
  readonly isAbandoned?: boolean;
  /** Attempts of a hedge, and the one that answered first, from 1. */
  readonly hedgeAttempts?: number;
  readonly hedgeWinner?: number;
  /** Why a slow attempt got none beside it: `budget`. */
  readonly hedgeWithheld?: string;
  /** State of the circuit breaker: `closed`, `open`, `half_open`. */
  readonly circuitState?: string;
  /** The states that it went to during this execution, in order. */
  readonly circuitChanges?: readonly ('closed' | 'open' | 'half_open')[];
  /** How long the circuit that opened stays open. */
  readonly circuitRecoveryMs?: number;
  /** Time in the queue of a rate limit or a bulkhead, or for the answer of a person. */
  readonly waitedMs?: number;
  /** It shares the work of another execution, or was shared by so many callers, itself counted. */
  readonly sharesRun?: boolean;
  readonly callers?: number;
  /** What a condition, a switch, a router, a race or a person decided, why, and for an approval who. */
  readonly choice?: string;
  readonly reason?: string;
  readonly decidedBy?: string;
  /** What that person said of it. */
  readonly remark?: string;
  /** Who is to decide, where a request is open. */
  readonly askedOf?: string;
  readonly iterations?: number;
  readonly items?: number;
  /** Branches or items that ran at a time. */
  readonly concurrency?: number;
  /** The time of all branches over the time of the whole on every lane, from 0 to 1: 1 where no lane stood still. */
  readonly effectiveness?: number;
  /** Steps of a saga that were undone, in the order in which they were, and those that could not be. */
  readonly undone?: readonly string[];
  readonly notUndone?: readonly string[];
  /** Chunks that it emitted before its result, and how long after its begin the first one was. */
  readonly chunks?: number;
  readonly firstChunkMs?: number;
  /** How often an agent asked its model, and how many tools that wanted called. */
  readonly agentSteps?: number;
  readonly toolCalls?: number;
}

/** Those spans of {@link SpanColumns} that tell such facts, as parallel arrays of their own. */
export interface PrimitiveFactColumns {
  /** Index of the span; ascending. */
  readonly span: readonly number[];
  readonly facts: readonly PrimitiveFacts[];
}
