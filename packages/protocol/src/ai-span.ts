import type { AttributeJson } from './trace.ts';

/**
 * What a span of an AI program did. `inference`, `embeddings` and `rerank` are single calls of a model; `agent`,
 * `workflow` and `step` are what holds them together, and may repeat their tokens.
 */
export type AiOperation =
  | 'inference'
  | 'embeddings'
  | 'rerank'
  | 'retrieval'
  | 'tool'
  | 'agent'
  | 'workflow'
  | 'step'
  | 'memory'
  | 'guardrail'
  | 'evaluation'
  | 'other';

/** In whose words the span was told. */
export type AiConvention =
  | 'otel-gen-ai'
  | 'tta-primitives'
  | 'openinference'
  | 'openllmetry'
  | 'ai-sdk'
  | 'langfuse'
  | 'langsmith'
  | 'mastra'
  | 'claude-code'
  | 'codex'
  | 'copilot'
  | 'gemini-cli';

/** Tokens of a span, as OpenTelemetry's GenAI conventions count them. `null`: not told. */
export interface AiTokens {
  /** All of the prompt, those that were read from or written to a cache included. */
  readonly input: number | null;
  /** All of the answer, reasoning included. */
  readonly output: number | null;
  /** The part of `input` that the provider had in its cache. */
  readonly cacheRead: number | null;
  /** The part of `input` that the provider put into its cache. */
  readonly cacheWrite: number | null;
  /** The part of `output` that the model used to reason. */
  readonly reasoning: number | null;
}

/**
 * What a span cost, in US dollars, and who says so: `reported` by the source of the span, or `estimated` by a table of
 * prices, whose name and version stand beside it where they are told; the sender may have made the estimate, or the
 * service. `unpriced`: there were tokens, and no price is known for them.
 */
export type AiCost =
  | { readonly source: 'reported'; readonly usd: number }
  | {
      readonly source: 'estimated';
      readonly usd: number;
      readonly priceTable: string | null;
      readonly by: 'sender' | 'service';
    }
  | { readonly source: 'unpriced' };

/** One span in the form that all conventions share. `null` and empty lists: the source does not tell. */
export interface AiSpan {
  readonly operation: AiOperation;
  /** The source's own word for it: `chat`, `ai.streamText.doStream`, `LLM`. */
  readonly operationName: string | null;
  readonly convention: AiConvention;
  /** As in `gen_ai.provider.name`: `openai`, `gcp.gemini`. One that is not known keeps the source's name. */
  readonly provider: string | null;
  readonly requestModel: string | null;
  readonly responseModel: string | null;
  readonly responseId: string | null;
  /** `null` where no count is told. Of agents and workflows these repeat what is below them. */
  readonly tokens: AiTokens | null;
  /** `null` where there is nothing to be paid for. */
  readonly cost: AiCost | null;
  /** `stop`, `length`, `content_filter`, `tool_call`, `error`, else the source's word; one for each choice. */
  readonly finishReasons: readonly string[];
  /** From the request to the first chunk of a streamed answer. */
  readonly timeToFirstChunkMs: number | null;
  readonly toolName: string | null;
  /** What the model calls its call. */
  readonly toolCallId: string | null;
  readonly toolDescription: string | null;
  /** The session or conversation. */
  readonly sessionId: string | null;
  readonly userId: string | null;
  readonly agentName: string | null;
  readonly workflowName: string | null;
  readonly tags: readonly string[];
}

/** A piece of a message. What is not known is kept as it came. */
export type AiPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string }
  | {
      readonly type: 'tool_call';
      readonly id: string | null;
      readonly name: string;
      /** Parsed where it came as JSON in a text; a text that is none stays one. */
      readonly arguments: AttributeJson;
    }
  | {
      readonly type: 'tool_response';
      /** Of the call that it answers. */
      readonly id: string | null;
      readonly response: AttributeJson;
    }
  | {
      readonly type: 'blob';
      readonly mimeType: string | null;
      /** `image`, `audio`, `video`, `document`. */
      readonly modality: string | null;
      /** base64. */
      readonly data: string;
    }
  | {
      readonly type: 'uri';
      readonly mimeType: string | null;
      readonly modality: string | null;
      readonly uri: string;
    }
  | {
      readonly type: 'file';
      readonly mimeType: string | null;
      readonly modality: string | null;
      readonly fileId: string;
    }
  | { readonly type: 'unknown'; readonly value: AttributeJson };

export interface AiMessage {
  /** `user`, `assistant`, `tool`, `system`; a message of nothing but tool responses is `tool` whoever sent it. */
  readonly role: string;
  readonly name: string | null;
  readonly parts: readonly AiPart[];
}

/** A tool that the model may call. */
export interface AiToolDefinition {
  readonly name: string;
  readonly description: string | null;
  /** JSON Schema of its arguments; `null` where the source does not tell it. */
  readonly parameters: AttributeJson;
}

/** What was said in a span, as far as the source captured it. */
export interface AiTranscript {
  /** What stands before the conversation, also where the source has it as its first messages. */
  readonly systemInstructions: readonly AiPart[];
  readonly input: readonly AiMessage[];
  readonly output: readonly AiMessage[];
  readonly toolDefinitions: readonly AiToolDefinition[];
  /** What a tool, a workflow or another span that is no conversation was given; `null` where that is not told. */
  readonly arguments: AttributeJson;
  /** What it returned. */
  readonly result: AttributeJson;
  /** There was more than a transcript holds. */
  readonly isCut: boolean;
}
