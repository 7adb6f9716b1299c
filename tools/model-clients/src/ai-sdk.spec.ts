import { describe, expect, it } from '@jest/globals';
import { agent, aiSdk, type Conversation, llm, tool } from '@tta/obs-primitives';
import { observed } from '@tta/obs-testing';
import {
  APICallError,
  generateText,
  isStepCount,
  jsonSchema,
  streamObject,
  streamText,
  tool as sdkTool,
} from 'ai';
import { MockLanguageModelV4, simulateReadableStream } from 'ai/test';
import { textsOf, timerOf, until } from './sockets.ts';

type Generated = Extract<
  ConstructorParameters<typeof MockLanguageModelV4>[0],
  object
>['doGenerate'] extends infer G
  ? Extract<G, readonly unknown[]> extends readonly (infer R)[]
    ? R
    : never
  : never;
type Streamed = Awaited<ReturnType<MockLanguageModelV4['doStream']>>;
type Part = Streamed['stream'] extends ReadableStream<infer P> ? P : never;

const usage = {
  inputTokens: { total: 100, noCache: 50, cacheRead: 30, cacheWrite: 20 },
  outputTokens: { total: 40, text: 30, reasoning: 10 },
};
const read = {
  inputTokens: 100,
  outputTokens: 40,
  cachedInputTokens: 30,
  cacheWriteInputTokens: 20,
  reasoningOutputTokens: 10,
};
const stopped = { unified: 'stop' as const, raw: 'end_turn' };
const wants = { unified: 'tool-calls' as const, raw: 'tool_use' };
const response = { id: 'r1', modelId: 'a-model-2026' };
const call = { type: 'tool-call' as const, toolCallId: 'c1', toolName: 'search', input: '{"query":"sky"}' };
const search = { name: 'search', description: 'Looks things up.' };
const busy = (): APICallError =>
  new APICallError({
    message: 'busy',
    url: 'http://model.test',
    requestBodyValues: {},
    statusCode: 429,
    responseHeaders: { 'retry-after': '3' },
  });

const whole = (
  content: Generated['content'],
  finishReason = stopped as Generated['finishReason'],
): Generated => ({
  content,
  finishReason,
  usage,
  response,
  warnings: [],
});
const text = (delta: string): Part => ({ type: 'text-delta', id: 't', delta });
const streamed = (parts: readonly Part[], finishReason: Generated['finishReason'] = stopped): Streamed => ({
  stream: simulateReadableStream<Part>({
    chunks: [
      { type: 'stream-start', warnings: [] },
      { type: 'response-metadata', ...response },
      ...parts,
      { type: 'finish', usage, finishReason },
    ],
    initialDelayInMs: null,
    chunkDelayInMs: null,
  }),
});
const said = (...deltas: string[]): Part[] => [
  { type: 'text-start', id: 't' },
  ...deltas.map(text),
  { type: 'text-end', id: 't' },
];

/** A model as the AI SDK calls it: a stream where somebody reads it. */
function asked(model: MockLanguageModelV4) {
  return llm({
    provider: 'mock',
    model: 'a-model',
    name: 'ask',
    reads: aiSdk,
    call: (conversation: Conversation, { isRead, signal }) => {
      const request = { model, ...aiSdk.request(conversation), abortSignal: signal, maxRetries: 0 };
      return isRead ? streamText({ ...request, onError: () => undefined }) : generateText(request);
    },
  });
}

const why: Conversation = { messages: [{ role: 'user', text: 'why?' }], tools: [] };
const attributes = {
  'gen_ai.provider.name': 'mock',
  'gen_ai.request.model': 'a-model',
  'gen_ai.response.model': 'a-model-2026',
  'gen_ai.response.id': 'r1',
  'gen_ai.response.finish_reasons': ['stop'],
  'gen_ai.usage.input_tokens': 100,
  'gen_ai.usage.output_tokens': 40,
  'gen_ai.usage.cache_read.input_tokens': 30,
  'gen_ai.usage.cache_write.input_tokens': 20,
  'gen_ai.usage.reasoning.output_tokens': 10,
};

/** A call whose steps the SDK runs itself: it looks, and then it knows. */
function stepping(model: MockLanguageModelV4) {
  const look = sdkTool({ inputSchema: jsonSchema<object>({ type: 'object' }), execute: () => 'found' });
  const request = { model, prompt: 'why?', tools: { search: look }, stopWhen: isStepCount(2), maxRetries: 0 };
  const said = { provider: 'mock', model: 'a-model', name: 'ask', reads: aiSdk };
  return {
    whole: llm({ ...said, call: () => generateText(request) }),
    streamed: llm({
      ...said,
      call: (_: undefined, { signal }) => streamText({ ...request, abortSignal: signal }),
    }),
  };
}

describe('what the AI SDK calls in several steps', () => {
  const steps = {
    doGenerate: [
      whole([{ type: 'text', text: 'I look. ' }, call], wants),
      whole([{ type: 'text', text: 'Blue.' }]),
    ],
  };
  const streams = () => ({
    doStream: [streamed([...said('I look. '), call], wants), streamed(said('Bl', 'ue.'))],
  });
  const twice = { inputTokens: 200, outputTokens: 80, cachedInputTokens: 60 };

  it(
    'has the same text and tokens whole and streamed',
    observed(async () => {
      const expected = { text: 'I look. Blue.', usage: twice, toolCalls: [] };
      const { whole: generated } = stepping(new MockLanguageModelV4(steps));
      expect(await generated.execute(undefined)).toMatchObject(expected);
      const { streamed: read } = stepping(new MockLanguageModelV4(streams()));
      expect(await read.execute(undefined)).toMatchObject(expected);
    }),
  );

  it(
    'has used the tokens of the steps that ended before its reader left',
    observed(async (trace) => {
      const { streamed: read } = stepping(new MockLanguageModelV4(streams()));
      for await (const text of read.stream(undefined)) if (text === 'Bl') break;
      expect(trace.spans.find(({ name }) => name === 'primitive.llm.chat')?.attributes).toMatchObject({
        'gen_ai.usage.input_tokens': 100,
        'gen_ai.usage.output_tokens': 40,
      });
    }),
  );
});

describe('the stream of an object through the AI SDK', () => {
  it(
    'has its text and its tokens',
    observed(async () => {
      const model = new MockLanguageModelV4({ doStream: streamed(said('{"colour":', '"blue"}')) });
      const schema = jsonSchema<{ colour: string }>({ type: 'object' });
      const ask = llm({
        provider: 'mock',
        model: 'a-model',
        reads: aiSdk,
        call: () => streamObject({ model, schema, prompt: 'why?' }),
      });
      expect(await ask.execute(undefined)).toMatchObject({
        text: '{"colour":"blue"}',
        usage: read,
        finishReason: 'stop',
      });
    }),
  );
});

describe('llm through the AI SDK', () => {
  it(
    'tells what generateText returns',
    observed(async (trace) => {
      const model = new MockLanguageModelV4({ doGenerate: whole([{ type: 'text', text: 'Blue.' }]) });
      const reply = await asked(model).execute(why);
      expect(reply).toMatchObject({ text: 'Blue.', toolCalls: [], finishReason: 'stop', usage: read });
      expect(reply.response).toHaveProperty('steps');
      expect(trace).toHaveSpanTree('primitive.llm.chat "ask" success');
      expect(trace.spans[0]?.attributes).toMatchObject(attributes);
      expect(trace).toHaveMetric('gen_ai.client.inference.usage.input_tokens', { value: 100 });
    }),
  );

  it(
    'tells what streamText streams',
    observed(async (trace) => {
      const parts: Part[] = [
        { type: 'reasoning-start', id: 'r' },
        { type: 'reasoning-delta', id: 'r', delta: 'hm' },
        { type: 'reasoning-end', id: 'r' },
        ...said('Blue', ' light.'),
      ];
      const model = new MockLanguageModelV4({ doStream: streamed(parts) });
      const stream = asked(model).stream(why);
      expect(await textsOf(stream)).toEqual(['Blue', ' light.']);
      const reply = await stream.result;
      expect(reply).toMatchObject({ text: 'Blue light.', finishReason: 'stop', usage: read });
      expect(reply.response).toHaveProperty('fullStream');
      expect(trace.spans[0]?.attributes).toMatchObject({
        ...attributes,
        'gen_ai.request.stream': true,
        'stream.chunks': 2,
      });
      // Of what it thought as well.
      expect(trace).toHaveMetric('gen_ai.client.inference.time_per_output_chunk', 2);
    }),
  );

  it.each([['whole', false] as const, ['streamed', true] as const])(
    'waits as the provider asks, and asks again: %s',
    observed(
      async (trace, _, isRead) => {
        const answers = [whole([{ type: 'text', text: 'Blue.' }])];
        const streams = [streamed(said('Blue.'))];
        const refusals = [busy()];
        const answered = async <T>(all: T[]): Promise<T> => {
          const refusal = refusals.shift();
          if (refusal) throw refusal;
          return all.shift() as T;
        };
        const model = new MockLanguageModelV4({
          doGenerate: () => answered(answers),
          doStream: () => answered(streams),
        });
        const ask = asked(model);
        const answering = isRead ? textsOf(ask.stream(why)) : ask.execute(why);
        expect(await timerOf(trace.clock)).toBe(3_000);
        await trace.clock.advance(3_000);
        await answering;
        expect(trace).toHaveSpanTree('primitive.llm.chat "ask" success');
        expect(trace).toHaveMetric('recovery.events', 1);
      },
      { clock: 'manual' },
    ),
  );

  it(
    'fails with the error of the provider as it is, also in a stream',
    observed(async (trace) => {
      const error = new APICallError({
        message: 'too long',
        url: 'http://model.test',
        requestBodyValues: {},
        statusCode: 400,
      });
      const refuse = () => Promise.reject(error);
      const ask = asked(new MockLanguageModelV4({ doGenerate: refuse, doStream: refuse }));
      await expect(ask.execute(why)).rejects.toBe(error);
      await expect(textsOf(ask.stream(why))).rejects.toBe(error);
      const reset = new Error('connection reset');
      const broken = asked(
        new MockLanguageModelV4({ doStream: streamed([...said('Blue'), { type: 'error', error: reset }]) }),
      );
      await expect(textsOf(broken.stream(why))).rejects.toBe(reset);
      expect(trace).toHaveSpan({ span: 'primitive.llm.chat', outcome: 'error' }, 3);
    }),
  );

  it(
    'leaves the stream with its reader, and is cancelled with its run',
    observed(async (trace) => {
      const signals: (AbortSignal | undefined)[] = [];
      const ask = asked(
        new MockLanguageModelV4({
          doStream: ({ abortSignal }) => {
            signals.push(abortSignal);
            return Promise.resolve(streamed(said('a', 'b', 'c')));
          },
          doGenerate: ({ abortSignal }) => {
            signals.push(abortSignal);
            return new Promise((_, reject) => {
              abortSignal?.addEventListener('abort', () => reject(abortSignal.reason as Error));
            });
          },
        }),
      );
      for await (const _ of ask.stream(why)) break;
      expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
      const abort = new AbortController();
      const answering = ask.tryExecute(why, { signal: abort.signal });
      await until(() => signals.length === 2);
      abort.abort(new Error('enough'));
      expect((await answering).ok).toBe(false);
      expect(trace).toHaveSpan({ span: 'primitive.llm.chat', outcome: 'cancelled' }, 2);
    }),
  );

  it.each([['whole', false] as const, ['streamed', true] as const])(
    'is the model of an agent, which runs the tools in place of the SDK: %s',
    observed(async (trace, _, isRead) => {
      const model = new MockLanguageModelV4({
        doGenerate: [whole([call], wants), whole([{ type: 'text', text: 'Blue.' }])],
        doStream: [
          streamed(
            [
              { type: 'tool-input-start', id: 'c1', toolName: 'search' },
              { type: 'tool-input-delta', id: 'c1', delta: call.input },
              { type: 'tool-input-end', id: 'c1' },
              call,
            ],
            wants,
          ),
          streamed(said('Blue.')),
        ],
      });
      const parameters = { type: 'object', properties: { query: { type: 'string' } } };
      const researcher = agent({
        name: 'researcher',
        model: asked(model),
        instructions: 'Be brief.',
        tools: [tool({ ...search, parameters, execute: () => 'found' })],
      });
      const texts = isRead
        ? await textsOf(researcher.stream('why?'))
        : [(await researcher.execute('why?')).text];
      expect(texts).toEqual(['Blue.']);
      const calls = isRead ? model.doStreamCalls : model.doGenerateCalls;
      expect(calls.map(({ prompt }) => prompt)).toMatchSnapshot();
      expect(calls[0]?.tools).toMatchObject([{ name: 'search', inputSchema: parameters }]);
      expect(trace).toHaveSpan('primitive.llm.chat', 2);
    }),
  );
});
