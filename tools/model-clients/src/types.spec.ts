import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it } from '@jest/globals';
import {
  agent,
  aiSdk,
  anthropicMessages,
  type Conversation,
  type InstrumentedPrimitive,
  llm,
  type LlmResponse,
  openAiChat,
  openAiResponses,
} from '@tta/obs-primitives';
import { generateText, type LanguageModel, streamText } from 'ai';
import OpenAI from 'openai';

/** The response of a model. */
type ResponseOf<M> = M extends InstrumentedPrimitive<never, LlmResponse<infer R>, string> ? R : 'no model';
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Whole answers tell the id of the request as well. */
type Requested<T> = T & { _request_id?: string | null };

/** Compiles only with `true`. */
function typeOf<_ extends true>({ type }: { readonly type: string }): string {
  return type;
}

const openai = new OpenAI({ apiKey: 'none' });
const anthropic = new Anthropic({ apiKey: 'none' });
const model = 'a-model' as LanguageModel;

describe('the types of the clients', () => {
  it('fit openAiChat: whole, streamed, either, and embeddings', () => {
    const base = { provider: 'openai', model: 'm', reads: openAiChat };
    const { completions } = openai.chat;
    const messages: OpenAI.ChatCompletionMessageParam[] = [];
    const whole = llm({
      ...base,
      call: (_: string, { signal }) => completions.create({ model: 'm', messages }, { signal }),
    });
    const either = llm({
      ...base,
      call: (_: string, { isRead, signal }) =>
        completions.create({ model: 'm', messages, stream: isRead }, { signal, maxRetries: 0 }),
    });
    const streamed = llm({
      ...base,
      call: async (_: string) => completions.create({ model: 'm', messages, stream: true }),
    });
    const helped = llm({ ...base, call: (_: string) => completions.stream({ model: 'm', messages }) });
    const embedded = llm({
      ...base,
      operation: 'embeddings',
      call: (input: string) => openai.embeddings.create({ model: 'm', input }),
    });
    type Whole = Requested<OpenAI.ChatCompletion>;
    expect(typeOf<Same<ResponseOf<typeof whole>, Whole>>(whole)).toBe('llm');
    expect(typeOf<Same<ResponseOf<typeof either>, Whole | undefined>>(either)).toBe('llm');
    expect(typeOf<Same<ResponseOf<typeof streamed>, undefined>>(streamed)).toBe('llm');
    expect(typeOf<Same<ResponseOf<typeof helped>, undefined>>(helped)).toBe('llm');
    expect(
      typeOf<Same<ResponseOf<typeof embedded>, Requested<OpenAI.CreateEmbeddingResponse>>>(embedded),
    ).toBe('llm');
  });

  it('fit openAiResponses', () => {
    const base = { provider: 'openai', model: 'm', reads: openAiResponses };
    const whole = llm({ ...base, call: (input: string) => openai.responses.create({ model: 'm', input }) });
    const either = llm({
      ...base,
      call: (input: string, { isRead }) => openai.responses.create({ model: 'm', input, stream: isRead }),
    });
    const helped = llm({ ...base, call: (input: string) => openai.responses.stream({ model: 'm', input }) });
    type Whole = Requested<OpenAI.Responses.Response>;
    expect(typeOf<Same<ResponseOf<typeof whole>, Whole>>(whole)).toBe('llm');
    expect(typeOf<Same<ResponseOf<typeof either>, Whole | undefined>>(either)).toBe('llm');
    expect(typeOf<Same<ResponseOf<typeof helped>, undefined>>(helped)).toBe('llm');
  });

  it('fit anthropicMessages', () => {
    const base = { provider: 'anthropic', model: 'm', reads: anthropicMessages };
    const asked = (content: string) => ({
      model: 'm',
      max_tokens: 100,
      messages: [{ role: 'user' as const, content }],
    });
    const whole = llm({ ...base, call: (question: string) => anthropic.messages.create(asked(question)) });
    const either = llm({
      ...base,
      call: (question: string, { isRead, signal }) =>
        anthropic.messages.create({ ...asked(question), stream: isRead }, { signal }),
    });
    const helped = llm({ ...base, call: (question: string) => anthropic.messages.stream(asked(question)) });
    type Whole = Anthropic.Message & { _request_id?: string | null; _workspace_id?: string | null };
    expect(typeOf<Same<ResponseOf<typeof whole>, Whole>>(whole)).toBe('llm');
    expect(typeOf<Same<ResponseOf<typeof either>, Whole | undefined>>(either)).toBe('llm');
    expect(typeOf<Same<ResponseOf<typeof helped>, undefined>>(helped)).toBe('llm');
  });

  it('fit aiSdk', () => {
    const base = { provider: 'openai', model: 'm', reads: aiSdk };
    const whole = llm({ ...base, call: (prompt: string) => generateText({ model, prompt }) });
    const streamed = llm({ ...base, call: (prompt: string) => streamText({ model, prompt }) });
    const either = llm({
      ...base,
      call: (prompt: string, { isRead, signal: abortSignal }) =>
        isRead
          ? streamText({ model, prompt, abortSignal, maxRetries: 0 })
          : generateText({ model, prompt, abortSignal, maxRetries: 0 }),
    });
    expect(typeOf<'steps' extends keyof ResponseOf<typeof whole> ? true : false>(whole)).toBe('llm');
    expect(typeOf<'fullStream' extends keyof ResponseOf<typeof streamed> ? true : false>(streamed)).toBe(
      'llm',
    );
    expect(
      typeOf<Same<ResponseOf<typeof either>, ResponseOf<typeof whole> | ResponseOf<typeof streamed>>>(either),
    ).toBe('llm');
  });

  it('take a conversation as their adapters write it, so that each is the model of an agent', () => {
    const base = { provider: 'p', model: 'm' };
    const models = {
      chat: llm({
        ...base,
        reads: openAiChat,
        call: (asked: Conversation, { isRead, signal }) =>
          openai.chat.completions.create(
            { model: 'm', ...openAiChat.request(asked), stream: isRead },
            { signal, maxRetries: 0 },
          ),
      }),
      responses: llm({
        ...base,
        reads: openAiResponses,
        call: (asked: Conversation) =>
          openai.responses.create({ model: 'm', ...openAiResponses.request(asked) }),
      }),
      messages: llm({
        ...base,
        reads: anthropicMessages,
        call: (asked: Conversation) =>
          anthropic.messages.create({ model: 'm', max_tokens: 100, ...anthropicMessages.request(asked) }),
      }),
      sdk: llm({
        ...base,
        reads: aiSdk,
        call: (asked: Conversation) => generateText({ model, ...aiSdk.request(asked) }),
      }),
      streamedSdk: llm({
        ...base,
        reads: aiSdk,
        call: (asked: Conversation) => streamText({ model, ...aiSdk.request(asked) }),
      }),
    };
    for (const asked of Object.values(models)) {
      expect(agent({ name: 'a', model: asked, tools: [] }).type).toBe('agent');
    }
  });

  it('are told from those of other clients', () => {
    const base = { provider: 'p', model: 'm' };
    const made = [
      llm({
        ...base,
        call: () => openai.chat.completions.create({ model: 'm', messages: [] }),
        // @ts-expect-error A chat completion is no message of Anthropic's.
        reads: anthropicMessages,
      }),
      llm({
        ...base,
        call: () => anthropic.messages.create({ model: 'm', max_tokens: 1, messages: [] }),
        // @ts-expect-error A message of Anthropic's is no chat completion.
        reads: openAiChat,
      }),
      llm({
        ...base,
        call: () => openai.responses.create({ model: 'm', input: '' }),
        // @ts-expect-error A response is no chat completion.
        reads: openAiChat,
      }),
    ];
    expect(made.map(({ type }) => type)).toEqual(['llm', 'llm', 'llm']);
  });
});
