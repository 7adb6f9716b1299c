import type { Page } from './rest.ts';

/**
 * What calls of models used. Each token and each dollar counts once, whatever is told of it by spans within each other; a
 * kind of tokens that no span tells is 0. What it cost is the sum of `reportedUsd` and `estimatedUsd`, and more where
 * `unpricedCount` is not 0.
 */
export interface AiUsage {
  /** Calls of models: inference, embeddings, rerank. */
  readonly calls: number;
  /** Of them, those that failed or ran out of time. */
  readonly errors: number;
  /** All of the prompts, those that were read from or written to a cache included. */
  readonly inputTokens: number;
  /** All of the answers, reasoning included. */
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly reasoningTokens: number;
  /** US dollars, as the sources of the spans say. */
  readonly reportedUsd: number;
  /** US dollars, by the service's table of prices, for what no source says. */
  readonly estimatedUsd: number;
  /** Spans with tokens that nobody has priced. */
  readonly unpricedCount: number;
}

/** What usage may be told by. A session is asked for by {@link SessionList}. */
export type UsageGrouping = 'model' | 'provider' | 'service' | 'day';

export interface UsageGroup extends AiUsage {
  /** Of `model`: the one that answered, else the one that was asked for; of `day`: `2026-11-21`. `null`: not told. */
  readonly key: string | null;
  /** Of `model` and `provider`, else `null`. */
  readonly provider: string | null;
}

/**
 * `GET /api/llm/usage?by=&sinceMs=&untilMs=&service=&utcOffset=`: what calls of models used that ended from `sinceMs` to
 * `untilMs` (milliseconds since the Unix epoch; by default the last 24 hours), in whole hours, by `model` unless told
 * otherwise, the dearest first, days in order. A day begins `utcOffset` minutes (-840 to 840, by default 0) before midnight in
 * UTC. It counts what came in, also of traces that are removed by now.
 */
export interface UsageReport {
  /** The beginning of the hour that the window begins in. */
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly by: UsageGrouping;
  readonly total: AiUsage;
  readonly items: readonly UsageGroup[];
}

/** The traces of one session or conversation: also of those that are removed by now. Times are since the Unix epoch. */
export interface SessionSummary {
  readonly sessionId: string;
  /** Of its newest trace. */
  readonly serviceName: string;
  readonly userId: string | null;
  /** Start of its first trace, and end of its last. */
  readonly firstTimeMs: number;
  readonly lastTimeMs: number;
  readonly traceCount: number;
  /** Of them, those that failed or ran out of time. */
  readonly errorCount: number;
  readonly usage: AiUsage;
}

/**
 * `GET /api/sessions?limit=&cursor=`: sessions, those with the newest end first. `limit` is 1–500, by default 50. The traces of
 * one are listed by `GET /api/traces?query=session:…`.
 */
export type SessionList = Page<SessionSummary>;
