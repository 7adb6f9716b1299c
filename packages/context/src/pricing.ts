/**
 * What one call of a language model consumed. Token counts are whole numbers, and totals: input includes cached, output
 * includes reasoning. Of a text, spans and metrics have the first 256 characters.
 */
export interface LlmUsage {
  /** As in `gen_ai.provider.name`: `openai`, `anthropic`, `gcp.gemini`, … */
  readonly provider: string;
  /** Which answered; of a call that failed without a `responseId`, so that none did, which was asked. */
  readonly model: string;
  /** Which was asked, where that is known as well: `gpt-5.1`, which `gpt-5.1-2025-11-13` answered. */
  readonly requestModel?: string;
  /** As in `gen_ai.operation.name`: `chat`, `embeddings`, `generate_content`, … @defaultValue 'chat' */
  readonly operation?: string;
  /**
   * How long the call took, in milliseconds. @defaultValue since the execution began, or since the call that was told
   * before in the same execution
   */
  readonly durationMs?: number;
  /** What the call failed with. The metrics of calls tell its type; tokens that are not told count as none. */
  readonly error?: unknown;
  /** All tokens of the prompt, cached ones included. */
  readonly inputTokens?: number;
  /** All tokens of the answer, reasoning included. */
  readonly outputTokens?: number;
  /** The part of `inputTokens` that was read from the provider's cache. */
  readonly cachedInputTokens?: number;
  /** The part of `inputTokens` that was written to the provider's cache. */
  readonly cacheWriteInputTokens?: number;
  /** The part of `outputTokens` that the model used to reason. */
  readonly reasoningOutputTokens?: number;
  /** What the provider charged, in US dollars, a billion at most, where it says so. Wins over every estimate. */
  readonly costUsd?: number;
  /** What the provider calls its response. */
  readonly responseId?: string;
  /** Why the model ended, in the provider's words: one for each choice that it was asked for. */
  readonly finishReasons?: readonly string[];
  /** Of a streamed call: from the request to the first chunk, in milliseconds. */
  readonly timeToFirstChunkMs?: number;
  /** Of a streamed call: how long each chunk after the first was waited for, in milliseconds. */
  readonly chunkTimesMs?: readonly number[];
}

/** Estimates what a model call costs from its tokens. */
export interface Pricing {
  /** Name and version of the table, which spans tell beside an estimate. @defaultValue they tell none */
  readonly version?: string;
  /** US dollars, or `undefined` where the model's price is not known. */
  estimateUsd(usage: LlmUsage): number | undefined;
}
