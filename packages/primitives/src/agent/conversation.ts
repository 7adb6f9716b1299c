import type { LlmToolCall, ToolDefinition } from '@tta/obs-context';

export type { ToolDefinition };

/** What a person says, or what the program tells the model to be. */
export interface PromptMessage {
  readonly role: 'system' | 'user';
  readonly text: string;
}

/** What a model answered: text, tools that it wants called, or both. */
export interface AssistantMessage {
  readonly role: 'assistant';
  readonly text: string;
  readonly toolCalls: readonly LlmToolCall[];
}

/** What came of a call of a tool. */
export interface ToolMessage {
  readonly role: 'tool';
  /** The `id` of the call, where it has one. */
  readonly toolCallId?: string;
  readonly name: string;
  /** What the tool returned: a string as it is, everything else as JSON. Or what went wrong. */
  readonly text: string;
  /** The call came to nothing. Absent where it did not. */
  readonly isError?: true;
}

/** One message between a model and those who talk to it, in the words of no provider. */
export type AgentMessage = PromptMessage | AssistantMessage | ToolMessage;

/** All that a model is given: what has been said so far, and what it may call. */
export interface Conversation {
  readonly messages: readonly AgentMessage[];
  readonly tools: readonly ToolDefinition[];
}
