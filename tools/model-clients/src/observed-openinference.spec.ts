import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Attributes, trace } from '@opentelemetry/api';
import type { ObservabilityOptions } from '@tta/obs';
import { lambda, llm, openAiChat, parallel, sequential } from '@tta/obs-primitives';
import { type ModelServer, modelServer, type ModelServerOptions } from '@tta/obs-testing';
import OpenAI from 'openai';
import { counted, ObservedProgram } from './observed-program.ts';

const instrumentation = new OpenAIInstrumentation();
beforeAll(() => instrumentation.manuallyInstrument({ OpenAI } as never));
afterAll(() => instrumentation.disable());

const usage = { inputTokens: 30, cachedInputTokens: 20, outputTokens: 4 };
const messages = [{ role: 'user' as const, content: '?' }];

async function withServer(
  replies: ModelServerOptions['replies'],
  use: (client: OpenAI, server: ModelServer) => Promise<unknown>,
): Promise<void> {
  const server = await modelServer({ replies });
  try {
    await use(new OpenAI({ apiKey: 'none', baseURL: `${server.url}/v1`, maxRetries: 0 }), server);
  } finally {
    await server.close();
  }
}

const complete = (client: OpenAI) => client.chat.completions.create({ model: 'gpt-5.1', messages });
/** The instrumentation keeps the tracer that it got first. */
function observed(options?: ObservabilityOptions): ObservedProgram {
  const program = new ObservedProgram(options);
  instrumentation.setTracerProvider(trace.getTracerProvider());
  return program;
}
/** A span of another instrumentation, around what it does. */
const spanned = <T>(attributes: Attributes, body: () => Promise<T>): Promise<T> =>
  trace.getTracer('some-framework').startActiveSpan('framework', { attributes }, async (span) => {
    try {
      return await body();
    } finally {
      span.end();
    }
  });

describe('a client that OpenInference instruments', () => {
  it('tells the step that it is called in, and those around it', () =>
    withServer({ text: 'Paris', usage }, async (client) => {
      const program = observed();
      await sequential(
        lambda('ask', () => complete(client)),
        ({ model }) => model,
      ).execute(0);
      expect(program.tree().split('\n').slice(0, 4)).toEqual([
        'primitive.sequential.execute',
        '  primitive.sequential.step_0',
        '    primitive.lambda.execute $34',
        '      OpenAI Chat Completions',
      ]);
      expect(await program.counted()).toEqual(counted(1, 30, 4));
      const cached = 'gen_ai.client.inference.usage.cache_read.input_tokens';
      expect(await program.total(cached, { 'gen_ai.provider.name': 'openai' })).toBe(20);
      expect(await program.total('llm.tokens.total', { 'primitive.name': 'ask' })).toBe(34);
      expect(program.totalUsd('ask')).toBe(34);
      expect(program.totalUsd('sequential')).toBe(34);
    }));

  it('tells each of its calls, beside each other and one after the other', () =>
    withServer({ text: 'Paris', usage }, async (client) => {
      const program = observed();
      const ask = lambda('ask', () => complete(client));
      const spent: (number | undefined)[] = [];
      const twice = lambda('twice', async (_: number, scope) => {
        await complete(client);
        spent.push(scope.spentUsd);
        await complete(client);
        spent.push(scope.spentUsd);
      });
      await parallel({ ask, twice }).execute(0);
      expect(spent).toEqual([34, 68]);
      expect(await program.counted()).toEqual(counted(3, 90, 12));
      expect(program.totalUsd('parallel')).toBe(102);
    }));

  it('says nothing of a call that failed, as it never ends the span of it', () =>
    withServer({ status: 400, message: 'no' }, async (client) => {
      const program = observed();
      await expect(lambda('ask', () => complete(client)).execute(0)).rejects.toThrow('400');
      expect(await program.counted()).toEqual(counted(0, 0, 0));
      expect(program.tree()).toBe('primitive.lambda.execute error');
    }));

  it('tells of a stream that it was made, and no tokens, as it does not read them', () =>
    withServer({ text: 'Paris is it', usage }, async (client) => {
      const program = observed();
      const ask = lambda('ask', async () => {
        const stream = await client.chat.completions.create({
          model: 'gpt-5.1',
          messages,
          stream: true,
          stream_options: { include_usage: true },
        });
        for await (const chunk of stream) void chunk;
      });
      await ask.execute(0);
      await new Promise((resolve) => void setTimeout(resolve, 20));
      expect(await program.counted()).toEqual(counted(1, 0, 0));
    }));

  it('is not counted again inside of an llm, however many attempts that makes', () =>
    withServer(
      [
        { status: 429, retryAfterSeconds: 0 },
        { text: 'Paris', usage },
        { text: 'Paris is it', usage },
      ],
      async (client) => {
        const program = observed();
        const ask = llm({
          provider: 'openai',
          model: 'gpt-5.1',
          call: (_: number, { isRead }) =>
            client.chat.completions.create({
              model: 'gpt-5.1',
              messages,
              ...(isRead ? { stream: true, stream_options: { include_usage: true } } : {}),
            }),
          reads: openAiChat,
        });
        await ask.execute(0);
        let text = '';
        for await (const piece of ask.stream(0)) text += piece;
        expect(text).toBe('Paris is it');
        expect(await program.counted()).toEqual(counted(2, 60, 8));
        expect(program.tree()).toContain('primitive.llm.chat 30+4 $34\n  OpenAI Chat Completions');
      },
    ));

  it.each<Attributes>([
    { 'openinference.span.kind': 'CHAIN', 'llm.token_count.prompt': 60, 'llm.token_count.completion': 8 },
    { 'openinference.span.kind': 'AGENT', 'llm.token_count.prompt': 60, 'llm.token_count.completion': 8 },
    { 'openinference.span.kind': 'LLM', 'llm.token_count.prompt': 60, 'llm.token_count.completion': 8 },
    { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.usage.input_tokens': 60 },
    { 'ai.operationId': 'ai.generateText', 'ai.usage.inputTokens': 60, 'gen_ai.usage.input_tokens': 60 },
    { 'traceloop.span.kind': 'workflow', 'gen_ai.usage.input_tokens': 60 },
  ])('is counted alone where %j repeats what is below', (attributes) =>
    withServer({ text: 'Paris', usage }, async (client) => {
      const program = observed();
      const ask = lambda('ask', () =>
        spanned(attributes, async () => {
          await complete(client);
          await complete(client);
        }),
      );
      await ask.execute(0);
      expect(await program.counted()).toEqual(counted(2, 60, 8));
      expect(program.totalUsd('ask')).toBe(68);
    }),
  );

  it('that does not read the tokens of a stream is one call with those of the span around', () =>
    withServer({ text: 'Paris', usage }, async (client) => {
      const program = observed();
      const around = {
        'openinference.span.kind': 'LLM',
        'llm.token_count.prompt': 60,
        'llm.token_count.completion': 8,
      };
      const ask = lambda('ask', () =>
        spanned(around, async () => {
          const stream = await client.chat.completions.create({ model: 'gpt-5.1', messages, stream: true });
          for await (const chunk of stream) void chunk;
          await new Promise((resolve) => void setTimeout(resolve, 20));
        }),
      );
      await ask.execute(0);
      expect(await program.counted()).toEqual(counted(1, 60, 8));
    }));

  it('is counted beside the model that wanted the tool which calls it', () =>
    withServer({ text: 'Paris', usage }, async (client) => {
      const program = observed();
      const model = {
        'gen_ai.operation.name': 'chat',
        'gen_ai.usage.input_tokens': 5,
        'gen_ai.usage.output_tokens': 5,
      };
      const ask = lambda('ask', () =>
        spanned(model, () => spanned({ 'gen_ai.operation.name': 'execute_tool' }, () => complete(client))),
      );
      await ask.execute(0);
      expect(await program.counted()).toEqual(counted(2, 35, 9));
    }));

  it('is heard of in executions alone, and not where model clients are not to be observed', () =>
    withServer({ text: 'Paris', usage }, async (client) => {
      const program = observed();
      await complete(client);
      expect(await program.counted()).toEqual(counted(0, 0, 0));
      await program.stop();
      const unobserved = observed({ observeModelClients: false });
      await lambda('ask', () => complete(client)).execute(0);
      expect(await unobserved.counted()).toEqual(counted(0, 0, 0));
    }));
});
