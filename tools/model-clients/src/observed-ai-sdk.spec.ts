import { LegacyOpenTelemetry, OpenTelemetry } from '@ai-sdk/otel';
import { afterEach, describe, expect, it } from '@jest/globals';
import { trace } from '@opentelemetry/api';
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace-node';
import { withExecution } from '@tta/obs-instrumentation';
import { aiSdk, lambda, llm, sequential } from '@tta/obs-primitives';
import {
  embed,
  embedMany,
  generateObject,
  generateText,
  isStepCount,
  registerTelemetry,
  streamObject,
  streamText,
  tool,
} from 'ai';
import { MockEmbeddingModelV4, MockLanguageModelV4, simulateReadableStream } from 'ai/test';
import { z } from 'zod';
import { counted, ObservedProgram } from './observed-program.ts';

type Streamed = Awaited<ReturnType<MockLanguageModelV4['doStream']>>;
type Part = Streamed['stream'] extends ReadableStream<infer P> ? P : never;
type Answer = Awaited<ReturnType<MockLanguageModelV4['doGenerate']>>;

const usage = {
  inputTokens: { total: 3, noCache: 2, cacheRead: 1, cacheWrite: undefined },
  outputTokens: { total: 2, text: 2, reasoning: undefined },
};
const stop = { unified: 'stop', raw: 'end_turn' } as const;
let responses = 0;
const answer = (text: string): Answer => ({
  content: [{ type: 'text', text }],
  finishReason: stop,
  usage,
  warnings: [],
  response: { id: `response_${++responses}`, modelId: 'm-2026' },
});
const call = (toolName: string): Answer => ({
  content: [{ type: 'tool-call', toolCallId: 'call_1', toolName, input: '{"city":"Paris"}' }],
  finishReason: { unified: 'tool-calls', raw: 'tool_use' },
  usage,
  warnings: [],
});
const pieces: Part[] = [
  { type: 'stream-start', warnings: [] },
  { type: 'text-start', id: '1' },
  ...Array.from({ length: 20 }, (_, i): Part => ({ type: 'text-delta', id: '1', delta: `${i}` })),
];
const end: Part[] = [
  { type: 'text-end', id: '1' },
  { type: 'finish', finishReason: stop, usage },
];
const failedEnd: Part = { type: 'finish', finishReason: { unified: 'error', raw: 'error' }, usage };
const streamed = (...parts: Part[]): Streamed => ({
  stream: simulateReadableStream({ initialDelayInMs: null, chunkDelayInMs: null, chunks: parts }),
});
const model = (...answers: Answer[]) =>
  new MockLanguageModelV4({ provider: 'openai.chat', modelId: 'm', doGenerate: answers });
const streaming = (...streams: Streamed[]) =>
  new MockLanguageModelV4({ provider: 'anthropic.messages', modelId: 'm', doStream: streams });

/** A workflow of one step. */
const inStep = <O>(body: () => Promise<O>) =>
  sequential(lambda('ask', body), (output: O) => output).execute(0);
const read = async (stream: AsyncIterable<string>) => {
  let text = '';
  for await (const piece of stream) text += piece;
  return text;
};
const turn = () => new Promise<void>((resolve) => void setTimeout(resolve, 5));
const below = (tree: string) =>
  tree
    .split('\n')
    .slice(3, -2)
    .map((line) => line.slice(6))
    .join('\n');

const weather = tool({
  inputSchema: z.object({ city: z.string() }),
  execute: ({ city }) => lambda('look up', () => `sunny in ${city}`).execute(0),
});

const integrations = globalThis as { AI_SDK_TELEMETRY_INTEGRATIONS?: unknown[] };
afterEach(() => void integrations.AI_SDK_TELEMETRY_INTEGRATIONS?.splice(0));

describe('generateText', () => {
  it('is an agent with its calls of models and tools below, and what tools begin below those', async () => {
    const program = new ObservedProgram();
    const asked = inStep(async () => {
      const { text } = await generateText({
        model: model(call('weather'), answer('It is sunny')),
        prompt: '?',
        tools: { weather },
        stopWhen: isStepCount(3),
        temperature: 0.5,
        stopSequences: ['###'],
        telemetry: { functionId: 'guide' },
      });
      return text;
    });
    expect(await asked).toBe('It is sunny');
    expect(below(program.tree())).toBe(
      [
        'primitive.agent.invoke_agent',
        '  primitive.llm.chat 3+2 $5',
        '  primitive.tool.execute_tool',
        '    primitive.lambda.execute',
        '  primitive.llm.chat 3+2 $5',
      ].join('\n'),
    );
    expect(await program.counted()).toEqual(counted(2, 6, 4));
    expect(program.totalUsd('sequential')).toBe(10);
    expect(program.totalUsd('guide')).toBe(10);
    expect(program.span('primitive.agent.invoke_agent').attributes).toMatchObject({
      'primitive.name': 'guide',
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': 'guide',
      'agent.steps': 2,
      'agent.tool_calls': 1,
    });
    expect(program.span('primitive.tool.execute_tool').attributes).toMatchObject({
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'weather',
      'gen_ai.tool.call.id': 'call_1',
    });
    expect(program.spans.filter(({ name }) => name === 'primitive.llm.chat')[1]?.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'm',
      'gen_ai.response.model': 'm-2026',
      'gen_ai.response.id': `response_${responses}`,
      'gen_ai.response.finish_reasons': ['end_turn'],
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.stop_sequences': ['###'],
      'gen_ai.usage.cache_read.input_tokens': 1,
    });
    expect(program.openSpans).toBe(0);
  });

  it('is one call for each attempt, of which the tokens count once', async () => {
    const program = new ObservedProgram();
    let attempts = 0;
    const flaky = new MockLanguageModelV4({
      modelId: 'm',
      doGenerate: () => {
        if (attempts++ > 0) return Promise.resolve(answer('Paris'));
        return Promise.reject(Object.assign(new TypeError('fetch failed'), { name: 'AI_RetryableError' }));
      },
    });
    await inStep(() => generateText({ model: flaky, prompt: '?', maxRetries: 0 })).catch(() => undefined);
    await inStep(() => generateText({ model: flaky, prompt: '?', maxRetries: 0 }));
    expect(program.tree()).toContain('primitive.llm.chat error');
    expect(await program.counted()).toEqual(counted(2, 3, 2));
    expect(
      await program.total('gen_ai.client.inference.duration', { 'error.type': 'AI_RetryableError' }),
    ).toBe(1);
    expect(program.openSpans).toBe(0);
  });

  it('in a tool is told by itself, below that tool', async () => {
    const program = new ObservedProgram();
    const expert = tool({
      inputSchema: z.object({ city: z.string() }),
      execute: async () => (await generateText({ model: model(answer('sunny')), prompt: '?' })).text,
    });
    await inStep(() =>
      generateText({
        model: model(call('expert'), answer('ok')),
        prompt: '?',
        tools: { expert },
        stopWhen: isStepCount(2),
      }),
    );
    expect(below(program.tree())).toBe(
      [
        'primitive.agent.invoke_agent',
        '  primitive.llm.chat 3+2 $5',
        '  primitive.tool.execute_tool',
        '    primitive.agent.invoke_agent',
        '      primitive.llm.chat 3+2 $5',
        '  primitive.llm.chat 3+2 $5',
      ].join('\n'),
    );
    expect(await program.counted()).toEqual(counted(3, 9, 6));
    expect(program.totalUsd('sequential')).toBe(15);
  });

  it('shows a tool that failed', async () => {
    const program = new ObservedProgram();
    const broken = tool({
      inputSchema: z.object({ city: z.string() }),
      execute: (): string => {
        throw new RangeError('no such city');
      },
    });
    for (const telemetry of [{}, { recordOutputs: false }]) {
      await inStep(() =>
        generateText({
          model: model(call('broken'), answer('ok')),
          prompt: '?',
          tools: { broken },
          stopWhen: isStepCount(2),
          telemetry,
        }),
      );
    }
    const tools = program.spans.filter(({ name }) => name === 'primitive.tool.execute_tool');
    expect(tools.map(({ attributes }) => attributes['execution.status'])).toEqual(['error', 'error']);
    expect(tools[0]?.attributes['error.type']).toBe('RangeError');
  });

  it('has its prompt and its answer on spans only where content is captured', async () => {
    const asking = () =>
      inStep(() => generateText({ model: model(answer('Paris')), prompt: 'capital of France?' }));
    const told = (program: ObservedProgram) =>
      JSON.stringify(program.spans.map(({ attributes }) => attributes));
    const program = new ObservedProgram();
    await asking();
    expect(told(program)).not.toMatch(/capital of France|Paris/);
    await program.stop();
    const capturing = new ObservedProgram({ captureContent: true });
    await asking();
    expect(capturing.span('primitive.agent.invoke_agent').attributes['output.value']).toBe('Paris');
    expect(capturing.span('primitive.llm.chat').attributes['input.value']).toContain('capital of France?');
  });

  it('tells its tokens also where content is hidden, and nothing where its telemetry is turned off', async () => {
    const program = new ObservedProgram({ captureContent: true });
    await inStep(() =>
      generateText({ model: model(answer('secret')), prompt: 'secret', telemetry: { recordInputs: false } }),
    );
    expect(await program.counted()).toEqual(counted(1, 3, 2));
    const attributes = program.spans
      .filter(({ name }) => /llm|agent/.test(name))
      .map((span) => span.attributes);
    expect(JSON.stringify(attributes)).not.toContain('"input.value":"secret');
    await inStep(() =>
      generateText({ model: model(answer('a')), prompt: '?', telemetry: { isEnabled: false } }),
    );
    expect(await program.counted()).toEqual(counted(1, 3, 2));
  });

  it('is a run of its own outside of any', async () => {
    const program = new ObservedProgram();
    await generateText({ model: model(answer('a')), prompt: '?' });
    expect(program.tree()).toBe('primitive.agent.invoke_agent\n  primitive.llm.chat 3+2 $5');
  });

  it('is not seen where model clients are not to be observed', async () => {
    const program = new ObservedProgram({ observeModelClients: false });
    await inStep(() => generateText({ model: model(answer('a')), prompt: '?' }));
    expect(program.tree()).not.toMatch(/llm|agent/);
    expect(await program.counted()).toEqual(counted(0, 0, 0));
  });
});

describe('streamText', () => {
  it('tells what it used when the stream has ended, and how long its first chunk took', async () => {
    const program = new ObservedProgram();
    await inStep(() =>
      read(streamText({ model: streaming(streamed(...pieces, ...end)), prompt: '?' }).textStream),
    );
    await turn();
    expect(below(program.tree())).toBe('primitive.agent.invoke_agent\n  primitive.llm.chat 3+2 $5');
    expect(await program.counted()).toEqual(counted(1, 3, 2));
    expect(program.totalUsd('sequential')).toBe(5);
    expect(program.span('primitive.llm.chat').attributes).toMatchObject({
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.stream': true,
      'gen_ai.response.time_to_first_chunk': expect.any(Number),
    });
    expect(program.openSpans).toBe(0);
  });

  it('that is read after the step that began it has ended is told all the same', async () => {
    const program = new ObservedProgram();
    const result = await inStep(() =>
      Promise.resolve({ stream: streamText({ model: streaming(streamed(...pieces, ...end)), prompt: '?' }) }),
    );
    await read(result.stream.textStream);
    await turn();
    expect(program.tree()).toContain('primitive.llm.chat 3+2 $5');
    expect(program.tree()).not.toContain('cancelled');
    expect(await program.counted()).toEqual(counted(1, 3, 2));
    expect(program.openSpans).toBe(0);
  });

  const boom = (): Part => ({ type: 'error', error: new Error('overloaded') });
  const broken = (): Streamed => {
    let at = 0;
    return {
      stream: new ReadableStream<Part>({
        pull(controller) {
          const piece = pieces[at++];
          if (piece && at < 5) controller.enqueue(piece);
          else controller.error(new Error('socket hang up'));
        },
      }),
    };
  };

  it.each<[string, () => Streamed, string, number]>([
    [
      'an error and an end',
      () => streamed(...pieces, boom(), failedEnd),
      'primitive.llm.chat 3+2 $5 error',
      5,
    ],
    ['an error', () => streamed(...pieces, boom()), 'primitive.llm.chat error', 0],
    ['a connection that breaks', broken, 'primitive.llm.chat error', 0],
  ])('with %s in the middle leaves no span open', async (_, stream, line, usd) => {
    const program = new ObservedProgram();
    const asked = inStep(() =>
      read(
        streamText({ model: streaming(stream()), prompt: '?', maxRetries: 0, onError: () => undefined })
          .textStream,
      ),
    );
    await asked.catch(() => undefined);
    await turn();
    expect(program.tree()).toContain(line);
    expect(await program.total('llm.cost.usd')).toBe(usd);
    expect((await program.counted()).calls).toBe(1);
    expect(program.openSpans).toBe(0);
  });

  it('that is made again in the middle is two calls, the first of which broke off', async () => {
    const program = new ObservedProgram();
    const failing = Object.assign(new Error('overloaded'), { isRetryable: true });
    const twice = streaming(
      streamed(...pieces, { type: 'error', error: failing }),
      streamed(...pieces, ...end),
    );
    await inStep(() =>
      read(streamText({ model: twice, prompt: '?', streamRetries: 1, onError: () => undefined }).textStream),
    );
    await turn();
    expect(below(program.tree())).toBe(
      'primitive.agent.invoke_agent\n  primitive.llm.chat error\n  primitive.llm.chat 3+2 $5',
    );
    expect(await program.counted()).toEqual(counted(2, 3, 2));
  });

  it('that is aborted is cancelled', async () => {
    const program = new ObservedProgram();
    const abort = new AbortController();
    await inStep(async () => {
      const { textStream } = streamText({
        model: streaming(streamed(...pieces, ...end)),
        prompt: '?',
        abortSignal: abort.signal,
      });
      for await (const piece of textStream) if (piece === '1') abort.abort();
    });
    await turn();
    expect(below(program.tree())).toBe(
      'primitive.agent.invoke_agent cancelled\n  primitive.llm.chat cancelled',
    );
    expect(program.openSpans).toBe(0);
  });

  it('that nobody reads on is closed with the observation at the latest', async () => {
    const program = new ObservedProgram();
    await inStep(async () => {
      const { textStream } = streamText({ model: streaming(streamed(...pieces, ...end)), prompt: '?' });
      for await (const piece of textStream) if (piece === '1') break;
      return 'left';
    });
    expect(program.openSpans).toBe(2);
    await program.stop();
    expect(program.openSpans).toBe(0);
  });
});

describe('other functions', () => {
  it('embed and embedMany are calls of a model', async () => {
    const program = new ObservedProgram();
    const embedding = new MockEmbeddingModelV4({
      provider: 'openai.embedding',
      modelId: 'e',
      doEmbed: ({ values }) =>
        Promise.resolve({ embeddings: values.map(() => [1]), usage: { tokens: 4 }, warnings: [] }),
    });
    await inStep(() => embed({ model: embedding, value: 'a' }));
    await inStep(() => embedMany({ model: embedding, values: ['a', 'b'] }));
    expect(program.tree().match(/primitive\.llm\.embeddings [48]\+undefined \$[48]/g)).toHaveLength(2);
    expect(await program.counted()).toEqual({ ...counted(2, 0, 0), prompt: 12, usd: 12 });
  });

  it('generateObject and streamObject are calls of a model', async () => {
    const program = new ObservedProgram();
    const schema = z.object({ a: z.number() });
    await inStep(() => generateObject({ model: model(answer('{"a":1}')), schema, prompt: '?' }));
    const parts: Part[] = [
      { type: 'text-start', id: '1' },
      { type: 'text-delta', id: '1', delta: '{"a":1}' },
    ];
    await inStep(async () => {
      const { partialObjectStream } = streamObject({
        model: streaming(streamed(...parts, ...end)),
        schema,
        prompt: '?',
      });
      for await (const part of partialObjectStream) expect(part).toEqual({ a: 1 });
    });
    await inStep(() => generateObject({ model: model(answer('{')), schema, prompt: '?' })).catch(
      () => undefined,
    );
    await turn();
    expect(program.tree().match(/primitive\.llm\.chat 3\+2 \$5/g)).toHaveLength(3);
    expect(await program.counted()).toEqual(counted(3, 9, 6));
    expect(program.openSpans).toBe(0);
  });
});

describe('beside spans of the AI SDK itself', () => {
  const schema = z.object({ a: z.number() });
  const everything: readonly (readonly [
    string,
    (telemetry?: { integrations: OpenTelemetry[] }) => Promise<unknown>,
    number,
  ])[] = [
    [
      'generateText',
      (telemetry) =>
        generateText({
          model: model(call('weather'), answer('ok')),
          prompt: '?',
          tools: { weather },
          stopWhen: isStepCount(2),
          ...(telemetry && { telemetry }),
        }),
      2,
    ],
    [
      'streamText',
      (telemetry) =>
        read(
          streamText({
            model: streaming(streamed(...pieces, ...end)),
            prompt: '?',
            ...(telemetry && { telemetry }),
          }).textStream,
        ),
      1,
    ],
    [
      'generateObject',
      (telemetry) =>
        generateObject({
          model: model(answer('{"a":1}')),
          schema,
          prompt: '?',
          ...(telemetry && { telemetry }),
        }),
      1,
    ],
  ];

  describe.each([
    ['@ai-sdk/otel', () => [new OpenTelemetry()]],
    ['its legacy spans', () => [new LegacyOpenTelemetry()]],
    ['both', () => [new OpenTelemetry(), new LegacyOpenTelemetry()]],
  ])('%s', (_, made) => {
    it.each(everything)('%s has those alone, and is counted once', async (_name, run, calls) => {
      const program = new ObservedProgram();
      registerTelemetry(...made());
      await inStep(() => run());
      await turn();
      expect(program.tree()).not.toMatch(/primitive\.(llm|agent|tool)/);
      expect(program.tree()).toMatch(/chat m|doGenerate|doStream/);
      expect(await program.counted()).toEqual(counted(calls, calls * 3, calls * 2));
      expect(program.totalUsd('ask')).toBe(calls * 5);
      expect(program.totalUsd('sequential')).toBe(calls * 5);
      expect(program.openSpans).toBe(0);
    });
  });

  it.each(everything)('%s with integrations of its own has their spans alone', async (_name, run, calls) => {
    const program = new ObservedProgram();
    await inStep(() => run({ integrations: [new OpenTelemetry()] }));
    await turn();
    expect(program.tree()).not.toMatch(/primitive\.(llm|agent|tool)/);
    expect(await program.counted()).toEqual(counted(calls, calls * 3, calls * 2));
    expect(program.totalUsd('sequential')).toBe(calls * 5);
  });
});

describe('a trace that is not recorded', () => {
  it('has each call counted once, also beside @ai-sdk/otel', async () => {
    const program = new ObservedProgram({ sampler: new AlwaysOffSampler() });
    registerTelemetry(new OpenTelemetry());
    await inStep(() => generateText({ model: model(answer('Paris')), prompt: '?' }));
    const ask = () => generateText({ model: model(answer('Paris')), prompt: '?' });
    await llm({ provider: 'openai', model: 'm', reads: aiSdk, call: ask }).execute(0);
    expect(await program.counted()).toEqual(counted(2, 6, 4));
    expect(program.spans).toEqual([]);
  });
});

it('outside of executions durations are those of @ai-sdk/otel', async () => {
  const program = new ObservedProgram();
  registerTelemetry(new OpenTelemetry());
  await generateText({ model: model(answer('Paris')), prompt: '?' });
  expect(await program.counted()).toEqual({ ...counted(0, 0, 0), calls: 1 });
});

describe('inside of an llm', () => {
  const mine = { provider: 'openai', model: 'm', reads: aiSdk };

  it('that is left by a break its call is counted once beside @ai-sdk/otel', async () => {
    const program = new ObservedProgram();
    registerTelemetry(new OpenTelemetry());
    const ask = llm({
      ...mine,
      call: (_: number, { signal }) =>
        streamText({ model: streaming(streamed(...pieces, ...end)), prompt: '?', abortSignal: signal }),
    });
    for await (const _ of ask.stream(0)) break;
    await turn();
    expect((await program.counted()).calls).toBe(1);
  });

  it.each([
    ['@ai-sdk/otel', () => [new OpenTelemetry()]],
    ['its legacy spans', () => [new LegacyOpenTelemetry()]],
    ['both', () => [new OpenTelemetry(), new LegacyOpenTelemetry()]],
  ])('what its tools call is counted beside %s', async (_, made) => {
    const program = new ObservedProgram();
    registerTelemetry(...made());
    const expert = tool({
      inputSchema: z.object({ city: z.string() }),
      execute: () =>
        lambda('expert', async () => {
          const { text } = await generateText({ model: model(answer('sunny')), prompt: '?' });
          await llm({
            ...mine,
            call: () => generateText({ model: model(answer('a')), prompt: '?' }),
          }).execute(0);
          return text;
        }).execute(0),
    });
    const asking = () =>
      generateText({
        model: model(call('expert'), answer('ok')),
        prompt: '?',
        tools: { expert },
        stopWhen: isStepCount(2),
      });
    await llm({ ...mine, call: asking }).execute(0);
    expect(await program.counted()).toEqual({ ...counted(3, 12, 8) });
    await inStep(asking);
    expect(await program.counted()).toEqual({ ...counted(7, 24, 16) });
  });

  it('what a tool of somebody else calls is shown and counted', async () => {
    const program = new ObservedProgram();
    const attributes = { 'openinference.span.kind': 'TOOL' };
    const asking = () =>
      trace.getTracer('framework').startActiveSpan('a tool', { attributes }, async (span) => {
        await embed({
          model: new MockEmbeddingModelV4({
            modelId: 'e',
            doEmbed: () => Promise.resolve({ embeddings: [[1]], usage: { tokens: 4 }, warnings: [] }),
          }),
          value: 'a',
        });
        const made = await generateText({ model: model(answer('sunny')), prompt: '?' });
        span.end();
        return made;
      });
    await withExecution({ type: 'llm', name: 'mine', action: 'chat' }, asking);
    expect(program.tree()).toBe(
      [
        'primitive.llm.chat',
        '  a tool',
        '    primitive.llm.embeddings 4+undefined $4',
        '    primitive.agent.invoke_agent',
        '      primitive.llm.chat 3+2 $5',
      ].join('\n'),
    );
  });

  it.each([
    ['nobody', () => []],
    ['@ai-sdk/otel', () => [new OpenTelemetry()]],
    ['its legacy spans', () => [new LegacyOpenTelemetry()]],
    ['both', () => [new OpenTelemetry(), new LegacyOpenTelemetry()]],
  ])('that tells its call the AI SDK tells nothing, with %s listening', async (_, made) => {
    const program = new ObservedProgram();
    if (made().length > 0) registerTelemetry(...made());
    const text = llm({ ...mine, call: () => generateText({ model: model(answer('Paris')), prompt: '?' }) });
    const pieced = llm({
      ...mine,
      call: () => streamText({ model: streaming(streamed(...pieces, ...end)), prompt: '?' }),
    });
    await sequential(text, pieced).execute(0);
    await turn();
    expect(program.tree().match(/primitive\.llm/g)).toHaveLength(2);
    expect(program.tree()).not.toContain('primitive.agent');
    expect(await program.counted()).toEqual(counted(2, 6, 4));
    expect(program.totalUsd('sequential')).toBe(10);
    expect(program.openSpans).toBe(0);
  });

  it('shows the tools that the AI SDK runs, and tells what they call', async () => {
    const program = new ObservedProgram();
    const expert = tool({
      inputSchema: z.object({ city: z.string() }),
      execute: async () => (await generateText({ model: model(answer('sunny')), prompt: '?' })).text,
    });
    const ask = llm({
      ...mine,
      call: () =>
        generateText({
          model: model(call('expert'), answer('ok')),
          prompt: '?',
          tools: { expert },
          stopWhen: isStepCount(2),
        }),
    });
    await ask.execute(0);
    expect(program.tree()).toBe(
      [
        'primitive.llm.chat 6+4 $10',
        '  primitive.tool.execute_tool',
        '    primitive.agent.invoke_agent',
        '      primitive.llm.chat 3+2 $5',
      ].join('\n'),
    );
    expect(program.totalUsd('m')).toBe(5);
    expect((await program.counted()).usd).toBe(15);
  });
});
