/** What one call of a language model consumed. Token counts are totals: input includes cached, output includes reasoning. */
export interface LlmUsage {
  /** As in `gen_ai.provider.name`: `openai`, `anthropic`, `gcp.gemini`, … */
  readonly provider: string;
  readonly model: string;
  /** As in `gen_ai.operation.name`: `chat`, `embeddings`, `generate_content`, … @defaultValue 'chat' */
  readonly operation?: string;
  /**
   * How long the call took, in milliseconds. @defaultValue since the execution began, or since the call that was told
   * before in the same execution
   */
  readonly durationMs?: number;
  /** All tokens of the prompt, cached ones included. */
  readonly inputTokens?: number;
  /** All tokens of the answer, reasoning included. */
  readonly outputTokens?: number;
  /** The part of `inputTokens` that was read from the provider's cache. */
  readonly cachedInputTokens?: number;
  /** What the provider charged, in US dollars, where it says so. Wins over every estimate. */
  readonly costUsd?: number;
}

/** Estimates what a model call costs from its tokens. */
export interface Pricing {
  /** US dollars, or `undefined` where the model's price is not known. */
  estimateUsd(usage: LlmUsage): number | undefined;
}
