import Anthropic from '@anthropic-ai/sdk';
import {
  anthropicMessages,
  type Conversation,
  type InstrumentedPrimitive,
  llm,
  type LlmResponse,
  openAiChat,
  openAiResponses,
} from '@tta/obs-primitives';
import OpenAI from 'openai';

/** A model as each client reaches it. */
export type Model = InstrumentedPrimitive<Conversation, LlmResponse<unknown>, string>;

/** A client of a provider, and what it calls things. */
export interface Client {
  readonly name: string;
  readonly provider: string;
  /** A response as the server numbers it. */
  readonly responseId: (number: number) => string;
  readonly ended: { readonly stop: string; readonly tools: string };
  /** Whether a stream that breaks off has told its tokens before. */
  readonly tellsFirst: boolean;
  /** With the retries of the client itself off, so that those of `llm` are the only ones. */
  readonly model: (url: string) => Model;
}

export const model = 'a-model';
const described = { model, name: 'ask' };

/** The official clients, each asking for a stream where somebody reads it. */
export const clients: readonly Client[] = [
  {
    name: 'openai, chat completions',
    provider: 'openai',
    responseId: (number) => `chatcmpl-${number}`,
    ended: { stop: 'stop', tools: 'tool_calls' },
    tellsFirst: false,
    model: (url) => {
      const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 });
      return llm({
        ...described,
        provider: 'openai',
        reads: openAiChat,
        call: (asked: Conversation, { isRead, signal }) =>
          client.chat.completions.create(
            {
              model,
              ...openAiChat.request(asked),
              stream: isRead,
              ...(isRead && { stream_options: { include_usage: true } }),
            },
            { signal },
          ),
      });
    },
  },
  {
    name: 'openai, responses',
    provider: 'openai',
    responseId: (number) => `resp_${number}`,
    ended: { stop: 'completed', tools: 'completed' },
    tellsFirst: false,
    model: (url) => {
      const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 });
      return llm({
        ...described,
        provider: 'openai',
        reads: openAiResponses,
        call: (asked: Conversation, { isRead, signal }) =>
          client.responses.create({ model, ...openAiResponses.request(asked), stream: isRead }, { signal }),
      });
    },
  },
  {
    name: '@anthropic-ai/sdk, messages',
    provider: 'anthropic',
    responseId: (number) => `msg_${number}`,
    ended: { stop: 'end_turn', tools: 'tool_use' },
    tellsFirst: true,
    model: (url) => {
      const client = new Anthropic({ baseURL: url, apiKey: 'none', maxRetries: 0 });
      return llm({
        ...described,
        provider: 'anthropic',
        reads: anthropicMessages,
        call: (asked: Conversation, { isRead, signal }) =>
          client.messages.create(
            { model, max_tokens: 100, ...anthropicMessages.request(asked), stream: isRead },
            { signal },
          ),
      });
    },
  },
];
