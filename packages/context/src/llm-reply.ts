import type { LlmUsage } from './pricing.ts';

/** A tool that a model wants called. */
export interface LlmToolCall {
  readonly name: string;
  readonly arguments: unknown;
  /** What the tool's answer refers to, where there is one. */
  readonly id?: string;
}

/** A tool as a model is told of it. */
export interface ToolDefinition {
  /** Letters, digits, `_` and `-`; at most 64. */
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the arguments: of an object. @defaultValue any object */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** What a model answers, whichever provider it is of. */
export interface LlmReply {
  readonly text: string;
  readonly toolCalls: readonly LlmToolCall[];
  /** As it was reported. */
  readonly usage: LlmUsage;
  /** Why it ended, in the provider's words: `stop`, `length`, `tool_calls`, `end_turn`, … */
  readonly finishReason?: string;
}
