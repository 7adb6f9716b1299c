import { describe, expect, it } from '@jest/globals';
import { CancelledError, type LlmReply, type LlmToolCall } from '@tta/obs-context';
import type { ManualClock } from '@tta/obs-context/manual';
import { named, pause } from '@tta/obs-instrumentation';
import { fakeLlm, mockPrimitive, observed, type ObservedTrace } from '@tta/obs-testing';
import { z } from 'zod';
import { describeOutcomes } from '../../test/outcomes.ts';
import { approval } from '../approval/approval.ts';
import {
  ApprovalExpiredError,
  ApprovalRefusedError,
  NotResumableError,
} from '../approval/approval-errors.ts';
import { InvalidDecisionError } from '../approval/decision.ts';
import { fallback } from '../fallback.ts';
import { describe as graphOf } from '../graph/graph.ts';
import { lambda } from '../lambda.ts';
import { resumable } from '../resumable/resumable.ts';
import { SuspendedError } from '../resumable/suspended-error.ts';
import { retry } from '../retry.ts';
import { sequential } from '../sequential.ts';
import { timeout } from '../timeout.ts';
import { tool } from '../tool/tool.ts';
import { agent } from './agent.ts';
import { AgentStepsError } from './agent-steps-error.ts';
import type { AgentMessage, Conversation } from './conversation.ts';

type Manual = ObservedTrace<ManualClock>;

const manual = { clock: 'manual' } as const;
const usage = { provider: 'none', model: 'none' };

/** A reply that wants tools called. */
const wants = (...toolCalls: readonly LlmToolCall[]): LlmReply => ({ text: '', toolCalls, usage });
const says = (text: string): LlmReply => ({ text, toolCalls: [], usage });
const call = (name: string, given: unknown = {}, id = `call-${name}`): LlmToolCall => ({
  name,
  arguments: given,
  id,
});

/** A model that gives these replies, one after the other, and keeps what it was given. */
function scripted(...replies: readonly LlmReply[]) {
  const given: Conversation[] = [];
  const model = (conversation: Conversation): LlmReply => {
    given.push(conversation);
    return replies[given.length - 1] as LlmReply;
  };
  return Object.assign(model, { given });
}

/** The messages of tools that a model was given last. */
const answersTo = ({ given }: { readonly given: readonly Conversation[] }): unknown[] =>
  (given.at(-1)?.messages ?? [])
    .filter((message) => message.role === 'tool')
    .map(({ name, text, isError }) => [name, text, ...(isError ? ['error'] : [])]);

const toolCallIdOf = (message: AgentMessage): unknown =>
  message.role === 'tool' ? message.toolCallId : undefined;

const weather = tool({
  name: 'weather',
  description: 'The weather in a city',
  input: z.object({ city: z.string() }),
  execute: ({ city }) => ({ city, celsius: 7 }),
});

describe('agent', () => {
  it(
    'asks its model, runs what that wants, and ends with its answer',
    observed(async (trace) => {
      const model = fakeLlm<Conversation>(
        [
          {
            toolCalls: [call('weather', { city: 'Oslo' }), call('clock', {}, 'call-2')],
            usage: { costUsd: 1 },
          },
          { text: 'Seven degrees at noon.', finishReason: 'stop', usage: { costUsd: 2 } },
        ],
        { name: 'small' },
      );
      const clock = tool({ name: 'clock', execute: () => 'noon' });
      const guide = agent({ name: 'guide', model, tools: [weather, clock], instructions: 'Be brief.' });
      const output = await guide.execute('How is Oslo?');
      const messages: AgentMessage[] = [
        { role: 'user', text: 'How is Oslo?' },
        {
          role: 'assistant',
          text: '',
          toolCalls: [call('weather', { city: 'Oslo' }), call('clock', {}, 'call-2')],
        },
        { role: 'tool', toolCallId: 'call-weather', name: 'weather', text: '{"city":"Oslo","celsius":7}' },
        { role: 'tool', toolCallId: 'call-2', name: 'clock', text: 'noon' },
        { role: 'assistant', text: 'Seven degrees at noon.', toolCalls: [] },
      ];
      expect(output).toEqual({
        text: 'Seven degrees at noon.',
        messages,
        steps: 2,
        usage: { inputTokens: expect.any(Number), outputTokens: 4, costUsd: 3 },
        finishReason: 'stop',
      });
      const instructions = { role: 'system', text: 'Be brief.' };
      expect(model.calls.map(({ input }) => input)).toEqual([
        { messages: [instructions, messages[0]], tools: [expect.anything(), { name: 'clock' }] },
        { messages: [instructions, ...messages.slice(0, 4)], tools: expect.anything() },
      ]);
      expect(model.calls[0]?.input.tools[0]).toEqual({
        name: 'weather',
        description: 'The weather in a city',
        parameters: expect.objectContaining({ type: 'object', required: ['city'] }),
      });

      expect(trace).toHaveSpanTree(`
        primitive.agent.invoke_agent "guide" success
        ├─ primitive.llm.chat "small" success
        ├─ primitive.tool.execute_tool "weather" success
        ├─ primitive.tool.execute_tool "clock" success
        └─ primitive.llm.chat "small" success
      `);
      const { attributes } = trace.span('primitive.agent.invoke_agent');
      expect(attributes).toMatchObject({
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.agent.name': 'guide',
        'agent.steps': 2,
        'agent.tool_calls': 2,
      });
      // They are those of the model: on the agent as well, every sum over a trace would be twice what was used.
      expect(Object.keys(attributes).filter((key) => /usage|cost|provider/.test(key))).toEqual([]);
      expect(trace.spans.map((span) => span.attributes['cost.usd'])).toEqual([
        undefined,
        1,
        undefined,
        undefined,
        2,
      ]);
      const [first, , , last] = trace.spans.filter(({ name }) => !name.startsWith('primitive.agent'));
      expect([first, last].map((span) => span?.attributes['step.edge'])).toEqual(['model', 'model']);
      const [looked, timed] = trace.spans.filter(({ name }) => name === 'primitive.tool.execute_tool');
      expect(looked?.attributes).toMatchObject({
        'step.edge': 'tool_weather',
        'gen_ai.tool.call.id': 'call-weather',
        'gen_ai.agent.name': 'guide',
        'gen_ai.tool.description': 'The weather in a city',
      });
      expect(timed?.attributes).toMatchObject({ 'step.edge': 'tool_clock', 'gen_ai.tool.call.id': 'call-2' });
    }),
  );

  it(
    'tells how long it took, and how often it asked and wanted',
    observed(async (trace) => {
      const model = scripted(wants(call('sleep'), call('sleep')), wants(call('sleep')), says('done'));
      const sleep = tool({ name: 'sleep', execute: (_, scope) => pause(scope, 300) });
      const running = agent({ name: 'sleepy', model, tools: [sleep] }).execute('go');
      await trace.clock.advance(600);
      expect(await running).toMatchObject({ text: 'done', steps: 3 });
      const of = (metric: string) => trace.points.filter((point) => point.metric === metric);
      const agentName = { 'gen_ai.agent.name': 'sleepy' };
      expect(of('gen_ai.invoke_agent.duration')).toMatchObject([{ labels: agentName, count: 1, value: 0.6 }]);
      expect(of('gen_ai.invoke_agent.inference_calls')).toMatchObject([
        { labels: agentName, count: 1, value: 3 },
      ]);
      expect(of('gen_ai.invoke_agent.tool_calls')).toMatchObject([{ labels: agentName, count: 1, value: 3 }]);
      const tools = of('gen_ai.execute_tool.duration');
      expect(tools).toMatchObject([
        { labels: { ...agentName, 'gen_ai.tool.name': 'sleep', 'gen_ai.tool.type': 'function' }, count: 3 },
      ]);
      expect(tools[0]?.value).toBeCloseTo(0.9, 9);
    }, manual),
  );

  it(
    'streams what its model streams in all its answers, with a blank line between two texts',
    observed(async (trace) => {
      const model = fakeLlm<Conversation>([
        { toolCalls: [call('weather', { city: 'Rome' })] },
        { text: 'Let me look.', toolCalls: [call('weather', { city: 'Oslo' })] },
        { toolCalls: [call('weather', { city: 'Oslo' })] },
        'Seven degrees.',
      ]);
      const stream = agent({ name: 'guide', model: retry(model), tools: [weather] }).stream('Oslo?');
      let text = '';
      for await (const piece of stream) text += piece;
      expect(text).toBe('Let me look.\n\nSeven degrees.');
      expect(await stream.result).toMatchObject({ text: 'Seven degrees.', steps: 4 });
      const { attributes } = trace.span('primitive.agent.invoke_agent');
      expect(attributes['stream.chunks']).toBe(6);
      // They are those of the models and the one between them.
      const ofModels = trace.spans.filter(({ name }) => name === 'primitive.llm.chat');
      expect(ofModels.map((span) => span.attributes['stream.chunks'])).toEqual([undefined, 3, undefined, 2]);
    }),
  );

  it('goes on from what has been said, and changes nothing of it', async () => {
    const said: readonly AgentMessage[] = Object.freeze([
      { role: 'user', text: 'Hello' },
      { role: 'assistant', text: 'Hi', toolCalls: [] },
      { role: 'user', text: 'Well?' },
    ] as const);
    const model = scripted(wants(call('weather', { city: 'Oslo' })), says('Fine.'));
    const { messages } = await agent({ name: 'guide', model, tools: [weather] }).execute(said);
    expect(messages.slice(0, 3)).toEqual(said);
    expect(messages).toHaveLength(6);
    // Each is what was said by then, also later.
    expect(model.given.map((given) => given.messages.length)).toEqual([3, 5]);
    const again = scripted(says('Still fine.'));
    const next = [...messages, { role: 'user', text: 'And now?' } as const];
    expect((await agent({ name: 'guide', model: again, tools: [] }).execute(next)).messages).toHaveLength(8);
    expect(again.given[0]?.messages).toEqual(next);
  });

  it('answers the calls of a reply in their order, so many at a time', async () => {
    let running = 0;
    let most = 0;
    const order: number[] = [];
    const work = tool({
      name: 'work',
      input: z.object({ ms: z.number() }),
      execute: async ({ ms }, scope) => {
        most = Math.max(most, ++running);
        await pause(scope, ms);
        running--;
        order.push(ms);
        return `${ms} ms`;
      },
    });
    const calls = [30, 10, 20, 5].map((ms, at) => call('work', { ms }, `call-${at}`));
    const run = (concurrency?: number) =>
      observed(async ({ clock }) => {
        const model = scripted(wants(...calls), says('done'));
        const limit = concurrency === undefined ? {} : { concurrency };
        const worker = agent({ name: 'worker', model, tools: [work], ...limit }).execute('go');
        await clock.advance(100);
        await worker;
        expect(answersTo(model)).toEqual([30, 10, 20, 5].map((ms) => ['work', `${ms} ms`]));
      }, manual)();
    await run();
    expect([most, order.splice(0)]).toEqual([4, [5, 10, 20, 30]]);
    most = 0;
    await run(2);
    expect([most, order]).toEqual([2, [10, 30, 20, 5]]);
  });

  it('has its model and its tools in its graph, by the edges that runs take', () => {
    const inside = tool({ name: 'inside', execute: lambda('work', () => 1) });
    const guide = agent({ name: 'guide', model: scripted(), tools: [weather, retry(inside)] });
    expect(graphOf(guide)).toEqual({
      nodes: [
        { id: 'root', type: 'agent', name: 'guide' },
        { id: 'root/model', type: 'lambda', name: 'model' },
        { id: 'root/tool_weather', type: 'tool', name: 'weather' },
        { id: 'root/tool_inside', type: 'retry', name: 'inside' },
        { id: 'root/tool_inside/attempt_{n}', type: 'tool', name: 'inside' },
        { id: 'root/tool_inside/attempt_{n}/inner', type: 'lambda', name: 'work' },
      ],
      edges: [
        { from: 'root', to: 'root/model', label: 'model' },
        { from: 'root', to: 'root/tool_weather', label: 'tool_weather' },
        { from: 'root', to: 'root/tool_inside', label: 'tool_inside' },
        { from: 'root/tool_inside', to: 'root/tool_inside/attempt_{n}', label: 'attempt_{n}' },
        {
          from: 'root/tool_inside/attempt_{n}',
          to: 'root/tool_inside/attempt_{n}/inner',
          label: 'inner',
        },
      ],
    });
  });

  it('makes ids, where the provider has none, that no other call of the conversation has', async () => {
    const noId = { name: 'weather', arguments: { city: 'Oslo' } };
    const said: AgentMessage[] = [
      { role: 'user', text: 'go' },
      { role: 'assistant', text: '', toolCalls: [call('weather', {}, 'call-1')] },
      { role: 'tool', name: 'weather', text: '', toolCallId: 'call-1' },
    ];
    const model = scripted(wants(noId, noId), wants(call('weather', {}, 'call-1')), says('done'));
    const { messages } = await agent({ name: 'guide', model, tools: [weather] }).execute(said);
    const ids = messages.map((message) =>
      message.role === 'assistant' ? message.toolCalls.map(({ id }) => id) : toolCallIdOf(message),
    );
    expect(ids.slice(3)).toEqual([['call-2', 'call-3'], 'call-2', 'call-3', ['call-4'], 'call-4', []]);
  });

  it(
    'keeps whole characters of what its model says, and tells the beginning of an id that is long',
    observed(async (trace) => {
      const half = '\uD83D';
      const long = 'x'.repeat(1000);
      const model = scripted(
        { text: `Well${half}`, toolCalls: [call('weather', { city: half }, long)], usage },
        says(half),
      );
      const { text, messages } = await agent({ name: 'guide', model, tools: [weather] }).execute('go');
      expect(text).toBe('\uFFFD');
      expect(messages.slice(1)).toMatchObject([
        { text: 'Well\uFFFD', toolCalls: [{ id: long, arguments: { city: '\uFFFD' } }] },
        { toolCallId: long, text: '{"city":"\uFFFD","celsius":7}' },
        { text: '\uFFFD' },
      ]);
      const { attributes } = trace.span('primitive.tool.execute_tool');
      expect(attributes['gen_ai.tool.call.id']).toBe('x'.repeat(64));
    }),
  );

  it('sums what its model used, as far as all replies tell it', async () => {
    const reply = (used: object, ...toolCalls: LlmToolCall[]): LlmReply => ({
      text: '',
      toolCalls,
      usage: { ...usage, ...used },
    });
    const told = { inputTokens: 10, outputTokens: 2, cachedInputTokens: 4, reasoningOutputTokens: 1 };
    const model = scripted(
      reply({ ...told, costUsd: 0.5 }, call('weather', { city: 'Oslo' })),
      reply({ ...told, cacheWriteInputTokens: 3 }),
    );
    const guide = agent({ name: 'guide', model, tools: [weather] });
    expect((await guide.execute('go')).usage).toStrictEqual({
      inputTokens: 20,
      outputTokens: 4,
      cachedInputTokens: 8,
      reasoningOutputTokens: 2,
    });
    const bare = agent({ name: 'guide', model: () => ({ text: 'ok', toolCalls: [] }) as never, tools: [] });
    expect((await bare.execute('go')).usage).toStrictEqual({});
  });
});

describe('a tool that comes to nothing', () => {
  it(
    'is no failure of the agent: the model is told, and the span of the tool shows it',
    observed(async (trace) => {
      const model = scripted(
        wants(call('broken'), call('weather', { city: 7 }), call('weather', { city: 'Rome' }, 'call-3')),
        says('Only Rome is known.'),
      );
      const broken = tool({
        name: 'broken',
        execute: () => {
          throw new Error('the station is closed');
        },
      });
      const guide = agent({ name: 'guide', model, tools: [weather, broken] });
      expect(await guide.execute('go')).toMatchObject({ text: 'Only Rome is known.' });
      expect(answersTo(model)).toEqual([
        ['broken', 'the station is closed', 'error'],
        [
          'weather',
          'invalid arguments for tool "weather": city: Invalid input: expected string, received number',
          'error',
        ],
        ['weather', '{"city":"Rome","celsius":7}'],
      ]);
      expect(trace).toHaveSpanTree(`
        primitive.agent.invoke_agent "guide" success
        ├─ primitive.lambda.execute "model" success
        ├─ primitive.tool.execute_tool "broken" error
        ├─ primitive.tool.execute_tool "weather" error
        ├─ primitive.tool.execute_tool "weather" success
        └─ primitive.lambda.execute "model" success
      `);
      expect(trace.span('primitive.agent.invoke_agent').failed).toBe(false);
    }),
  );

  it(
    'does not exist: the model is told which do, and the span of the agent that it was asked for',
    observed(async (trace) => {
      const odd = 'x'.repeat(1000);
      const model = scripted(wants(call('wether', {}, odd), call('weather', { city: 'Rome' })), says('ok'));
      await agent({ name: 'guide', model, tools: [weather] }).execute('go');
      expect(answersTo(model)).toEqual([
        ['wether', 'there is no tool "wether"; there are: weather', 'error'],
        ['weather', '{"city":"Rome","celsius":7}'],
      ]);
      const { events, attributes } = trace.span('primitive.agent.invoke_agent');
      expect(events).toMatchObject([
        {
          name: 'agent.unknown_tool',
          attributes: { 'gen_ai.tool.name': 'wether', 'gen_ai.tool.call.id': 'x'.repeat(64) },
        },
      ]);
      expect(attributes['agent.tool_calls']).toBe(2);
      const none = scripted(wants({ name: odd, arguments: {} }), says('ok'));
      await agent({ name: 'toolless', model: none, tools: [] }).execute('go');
      const kept = 'x'.repeat(64);
      expect(answersTo(none)).toEqual([[kept, `there is no tool "${kept}"; there are none`, 'error']]);
      const [, toolless] = trace.spans.filter(({ name }) => name === 'primitive.agent.invoke_agent');
      expect(toolless?.events).toMatchObject([{ attributes: { 'gen_ai.tool.name': 'x'.repeat(64) } }]);
    }),
  );

  it(
    'is one too many: 128 of a reply are made, and all are answered',
    observed(async (trace) => {
      const calls = Array.from({ length: 200 }, (_, at) => call('count', {}, String(at)));
      const model = scripted(wants(...calls), says('ok'));
      const count = mockPrimitive('count').returns(1);
      await agent({ name: 'guide', model, tools: [tool({ name: 'count', execute: count })] }).execute('go');
      expect(count.calls).toHaveLength(128);
      const answers = answersTo(model);
      expect(answers).toHaveLength(200);
      expect(answers[127]).toEqual(['count', '1']);
      expect(answers[128]).toEqual(['count', 'too many calls at once; at most 128 are made', 'error']);
      expect(trace.span('primitive.agent.invoke_agent').events).toMatchObject([
        { name: 'agent.too_many_calls', attributes: { calls: 200 } },
      ]);
    }),
  );

  it.each([
    ['was refused by a person', new ApprovalRefusedError('delete', 'not today', 'Ann')],
    ['was not decided about in time', new ApprovalExpiredError('delete', 0)],
    ['was decided about wrongly', new InvalidDecisionError('delete: it may not be skipped')],
    ['cannot be asked about', new NotResumableError('delete')],
  ])('%s: its error is thrown at once, and the other tools are aborted', (_what, error) =>
    observed(async (trace) => {
      const model = scripted(wants(call('hangs'), call('stops')), says('never said'));
      let hangsBy: AbortSignal | undefined;
      const hang = mockPrimitive('hang').runs((_, { signal }) => {
        hangsBy = signal;
        return new Promise(() => undefined);
      });
      const hangs = tool({ name: 'hangs', execute: hang });
      const stops = tool({
        name: 'stops',
        execute: () => {
          throw error;
        },
      });
      const guide = agent({ name: 'guide', model, tools: [hangs, stops] });
      await expect(guide.execute('go')).rejects.toBe(error);
      expect(model.given).toHaveLength(1);
      expect(hangsBy?.reason).toMatchObject({
        message: 'tool "stops" of guide ended the run',
        cause: error,
      });
      expect(trace).toHaveSpanTree(`
          primitive.agent.invoke_agent "guide" error
          ├─ primitive.lambda.execute "model" success
          ├─ primitive.tool.execute_tool "hangs" cancelled
          │  └─ primitive.mock.execute "hang" cancelled
          └─ primitive.tool.execute_tool "stops" error
        `);
    })(),
  );

  it.each([
    ['cancelled', new CancelledError('somebody pressed stop')],
    ['aborted', new DOMException('This operation was aborted', 'AbortError')],
    ['cancelled by its words', new Error('order 7 was cancelled')],
  ])('was %s by nobody who runs the agent: the model is told', async (_what, error) => {
    const model = scripted(wants(call('stops')), says('It was stopped.'));
    const stops = tool({
      name: 'stops',
      execute: () => {
        throw error;
      },
    });
    const guide = agent({ name: 'guide', model, tools: [stops] });
    expect(await guide.execute('go')).toMatchObject({ text: 'It was stopped.' });
    expect(answersTo(model)).toEqual([['stops', error.message, 'error']]);
  });

  it('waits for a decision: the others come to their end first, and none of them runs again', async () => {
    const ran: string[] = [];
    const work = (name: string) =>
      tool({
        name,
        execute: async () => {
          await new Promise(setImmediate);
          ran.push(name);
          return `${name} done`;
        },
      });
    let asked = 0;
    const model = ({ messages }: Conversation): LlmReply => {
      asked++;
      const answers = messages.filter(({ role }) => role === 'tool').map(({ text }) => text);
      return answers.length > 0
        ? says(answers.join(', '))
        : wants(call('drop'), call('look'), call('delete'), call('skip'));
    };
    const guide = agent({
      name: 'guide',
      model,
      tools: [
        approval(work('drop')),
        work('look'),
        approval(retry(work('delete'))),
        approval(work('skip'), { onSkip: () => 'a person said no' }),
      ],
    });
    const workflow = resumable(guide);
    const suspended = await workflow.execute('clean up').catch((error: unknown) => error);
    expect(suspended).toBeInstanceOf(SuspendedError);
    const { requests, token } = suspended as SuspendedError;
    expect([requests.map(({ name }) => name), ran, asked]).toEqual([['drop', 'delete', 'skip'], ['look'], 1]);
    const kinds = { drop: 'continue', delete: 'continue', skip: 'skip' } as const;
    const decisions = Object.fromEntries(
      requests.map(({ id, name }) => [id, { kind: kinds[name as keyof typeof kinds] }]),
    );
    const { text, steps } = await workflow.resume(token, decisions);
    expect([text, steps]).toEqual(['drop done, look done, delete done, a person said no', 2]);
    expect([ran, asked]).toEqual([['look', 'drop', 'delete'], 2]);

    const refused = Object.fromEntries(
      requests.map(({ id }) => [id, { kind: 'quit', reason: 'too late' }] as const),
    );
    await expect(workflow.resume(token, refused)).rejects.toThrow('was refused: too late');
  });
});

describe('what a tool returns', () => {
  const loop: { self?: unknown } = {};
  loop.self = loop;

  it.each<readonly [string, unknown, string]>([
    ['a text, as it is', 'plain "text"', 'plain "text"'],
    ['nothing, as an empty text', undefined, ''],
    ['null', null, 'null'],
    ['a number', 7, '7'],
    ['a list', [1, 'two'], '[1,"two"]'],
    ['a big integer', { n: 12n }, '{"n":"12"}'],
    ['a cycle', loop, '{"self":"[Circular]"}'],
    ['bytes', new Uint8Array(3), '"[3 bytes]"'],
  ])('reaches the model: %s', async (_what, returned, text) => {
    const model = scripted(wants(call('give')), says('ok'));
    const give = tool({ name: 'give', execute: () => returned });
    await agent({ name: 'guide', model, tools: [give] }).execute('go');
    expect(answersTo(model)).toEqual([['give', text]]);
  });

  it.each<readonly [string, unknown]>([
    ['a text', 'x'.repeat(1_000_000)],
    ['a list', Array.from({ length: 9_000 }, () => 'x'.repeat(100))],
    ['an error', new Error('x'.repeat(1_000_000))],
  ])('is cut where it is long: %s', async (_what, returned) => {
    const model = scripted(wants(call('give')), says('ok'));
    const give = tool({
      name: 'give',
      execute: () => {
        if (returned instanceof Error) throw returned;
        return returned;
      },
    });
    await agent({ name: 'guide', model, tools: [give] }).execute('go');
    const [[, text]] = answersTo(model) as [[string, string]];
    expect(text).toMatch(/… \(the rest is left out\)$/);
    expect(text.length).toBeLessThan(100_100);
    expect(text.length).toBeGreaterThan(99_000);
  });

  it.each<readonly [string, unknown]>([
    ['a text', `a${'😀'.repeat(60_000)}`],
    ['a field', { a: '😀'.repeat(60_000) }],
    ['another field', { ab: '😀'.repeat(60_000) }],
    ['an error', new Error('😀'.repeat(60_000))],
    ['a text that the tool has cut', '😀'.slice(0, 1)],
  ])('has no half character: %s', async (_what, returned) => {
    const model = scripted(wants(call('give')), says('ok'));
    const give = tool({
      name: 'give',
      execute: () => {
        if (returned instanceof Error) throw returned;
        return returned;
      },
    });
    await agent({ name: 'guide', model, tools: [give] }).execute('go');
    const [[, text]] = answersTo(model) as [[string, string]];
    expect(text).not.toMatch(/\p{Surrogate}/u);
    expect(text).not.toBe('');
  });
});

describe('what others do to what they are given', () => {
  const add = tool({
    name: 'add',
    execute: (given) => {
      const list = given as { numbers: number[]; secret?: string };
      list.secret = 'hunter2';
      return list.numbers.splice(0).reduce((sum, one) => sum + one, 0);
    },
  });
  const asked = { numbers: [1, 2] };

  it.each([
    ['a tool', add],
    ['a tool behind a gate', approval(add, { ask: () => ({ kind: 'continue' }) })],
    [
      'a gate that changes it',
      approval(add, {
        ask: ({ input }) => {
          (input as { numbers: number[] }).numbers.push(4);
          return { kind: 'edit', input };
        },
        input: (value: unknown) => value,
      }),
    ],
  ])('changes nothing of what was said: %s', async (_what, step) => {
    const model = scripted(wants(call('add', asked)), says('three'));
    const { messages } = await agent({ name: 'guide', model, tools: [step] }).execute('go');
    expect(messages[1]).toEqual({
      role: 'assistant',
      text: '',
      toolCalls: [call('add', { numbers: [1, 2] })],
    });
    expect(asked).toEqual({ numbers: [1, 2] });
  });

  it('changes nothing of what was said: a model that goes on with its reply', async () => {
    const reply = { text: '', toolCalls: [call('weather', { city: 'Oslo' })], usage };
    let replies = 0;
    const model = () => {
      if (++replies === 1) return reply;
      reply.toolCalls.length = 0;
      return says('done');
    };
    const { messages } = await agent({ name: 'guide', model, tools: [weather] }).execute('go');
    expect(messages[1]).toMatchObject({ toolCalls: [{ name: 'weather' }] });
  });

  it('takes no tool from the runs that come after', async () => {
    const given: number[] = [];
    const model = ({ tools }: Conversation): LlmReply => {
      given.push(tools.length);
      (tools as unknown[]).length = 0;
      return says('ok');
    };
    const guide = agent({ name: 'guide', model, tools: [weather] });
    await expect(guide.execute('go')).rejects.toThrow(TypeError);
    await expect(guide.execute('go')).rejects.toThrow(TypeError);
    expect(given).toEqual([1, 1]);
    const renaming = ({ tools }: Conversation): LlmReply => {
      (tools[0] as { name: string }).name = 'other';
      return says('ok');
    };
    await expect(agent({ name: 'guide', model: renaming, tools: [weather] }).execute('go')).rejects.toThrow(
      TypeError,
    );
  });
});

describe('a tool inside other primitives', () => {
  it(
    'stays one: its calls are those of the model, in each attempt',
    observed(async (trace) => {
      let calls = 0;
      const flaky = tool({
        name: 'flaky',
        execute: () => {
          if (++calls === 1) throw new Error('503 unavailable');
          return 'found';
        },
      });
      const model = scripted(wants(call('flaky')), says('ok'));
      const steady = named('steady', retry(timeout(flaky, 1000), { baseMs: 0 }));
      await agent({ name: 'guide', model, tools: [steady] }).execute('go');
      expect(answersTo(model)).toEqual([['flaky', 'found']]);
      expect(trace).toHaveSpanTree(`
        primitive.agent.invoke_agent "guide" success
        ├─ primitive.lambda.execute "model" success
        ├─ primitive.retry.execute "steady" success
        │  ├─ primitive.retry.attempt_1 "flaky" error
        │  │  └─ primitive.timeout.execute "flaky" error
        │  │     └─ primitive.tool.execute_tool "flaky" error
        │  └─ primitive.retry.attempt_2 "flaky" success
        │     └─ primitive.timeout.execute "flaky" success
        │        └─ primitive.tool.execute_tool "flaky" success
        └─ primitive.lambda.execute "model" success
      `);
      expect(trace.span('primitive.retry.execute').attributes['step.edge']).toBe('tool_flaky');
      for (const { attributes } of trace.spans.filter(({ name }) => name === 'primitive.tool.execute_tool')) {
        expect(attributes).toMatchObject({
          'gen_ai.tool.call.id': 'call-flaky',
          'gen_ai.agent.name': 'guide',
        });
      }
      expect(trace).toHaveMetric('gen_ai.execute_tool.duration', {
        labels: { 'gen_ai.agent.name': 'guide', 'gen_ai.tool.name': 'flaky' },
      });
    }),
  );

  it(
    'may be an agent: what its model wants is its own',
    observed(async (trace) => {
      const expert = agent({
        name: 'expert',
        model: scripted(wants(call('weather', { city: 'Rome' }, 'inner')), says('Seven.')),
        tools: [weather],
      });
      const ask = tool({
        name: 'ask_expert',
        input: z.object({ question: z.string() }),
        execute: sequential(
          ({ question }: { question: string }) => question,
          expert,
          ({ text }) => text,
        ),
      });
      const model = scripted(wants(call('ask_expert', { question: 'Rome?' }, 'outer')), says('It is seven.'));
      await agent({ name: 'guide', model, tools: [ask] }).execute('How is Rome?');
      expect(answersTo(model)).toEqual([['ask_expert', 'Seven.']]);
      const calls = trace.spans
        .filter(({ name }) => name === 'primitive.tool.execute_tool')
        .map(({ attributes }) => [
          attributes['primitive.name'],
          attributes['gen_ai.agent.name'],
          attributes['gen_ai.tool.call.id'],
        ]);
      expect(calls).toEqual([
        ['ask_expert', 'guide', 'outer'],
        ['weather', 'expert', 'inner'],
      ]);
    }),
  );

  it(
    'is called by no agent where another tool runs it',
    observed(async (trace) => {
      const inner = tool({ name: 'inner', execute: () => 1 });
      const model = scripted(wants(call('outer')), says('ok'));
      const outer = tool({ name: 'outer', execute: inner });
      await agent({ name: 'guide', model, tools: [outer] }).execute('go');
      const [called, ran] = trace.spans.filter(({ name }) => name === 'primitive.tool.execute_tool');
      expect(called?.attributes).toHaveProperty(['gen_ai.tool.call.id'], 'call-outer');
      expect(ran?.attributes).not.toHaveProperty(['gen_ai.tool.call.id']);
      expect(ran?.attributes).not.toHaveProperty(['gen_ai.agent.name']);
    }),
  );
});

describe('an agent without an answer', () => {
  it(
    'ends at its limit, with all that was said, from where another goes on',
    observed(async (trace) => {
      const insatiable = (): LlmReply => wants(call('weather', { city: 'Oslo' }));
      const guide = agent({ name: 'guide', model: insatiable, tools: [weather], maxSteps: 2 });
      const failed = await guide.execute('go').catch((error: unknown) => error);
      expect(failed).toBeInstanceOf(AgentStepsError);
      expect(failed).toMatchObject({
        code: 'OBS_ERR_AGENT_STEPS',
        category: 'resource',
        recoverable: false,
        maxSteps: 2,
        message: 'agent "guide" has no answer after 2 steps: its model wants further tools called',
      });
      const { messages } = failed as AgentStepsError;
      expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant', 'tool']);
      const { attributes, failed: isError } = trace.span('primitive.agent.invoke_agent');
      expect(attributes).toMatchObject({ 'agent.steps': 2, 'agent.tool_calls': 2 });
      expect(isError).toBe(true);
      const more = agent({ name: 'guide', model: scripted(says('Seven.')), tools: [weather] });
      expect((await more.execute(messages)).messages).toHaveLength(6);
      const once = agent({ name: 'guide', model: insatiable, tools: [weather], maxSteps: 1 });
      await expect(once.execute('go')).rejects.toThrow('agent "guide" has no answer after 1 step:');
    }),
  );

  it('asks ten times, unless it is told otherwise', async () => {
    let asked = 0;
    const model = (): LlmReply => {
      asked++;
      return wants(call('none'));
    };
    const looping = agent({ name: 'guide', model, tools: [] });
    await expect(looping.execute('go')).rejects.toThrow('after 10 steps');
    expect(asked).toBe(10);
  });

  it(
    'has what its model failed with, untouched',
    observed(async (trace) => {
      const down = Object.assign(new Error('503 unavailable'), { status: 503 });
      const model = fakeLlm<Conversation>({ error: down }, { name: 'small' });
      await expect(agent({ name: 'guide', model, tools: [weather] }).execute('go')).rejects.toBe(down);
      expect(trace).toHaveSpanTree(`
        primitive.agent.invoke_agent "guide" error
        └─ primitive.llm.chat "small" error
      `);
      expect(trace).toHaveMetric('gen_ai.invoke_agent.duration', { labels: { 'error.type': 'Error' } });
      expect(trace.span('primitive.agent.invoke_agent').attributes).toMatchObject({
        'agent.steps': 1,
        'agent.tool_calls': 0,
      });
    }),
  );

  it('has another model where that is a fallback', async () => {
    const down = fakeLlm<Conversation>({ error: new Error('503 unavailable') });
    const model = fallback(down, fakeLlm<Conversation>('from the other one'));
    const guide = agent({ name: 'guide', model, tools: [] });
    expect(await guide.execute('go')).toMatchObject({ text: 'from the other one' });
  });

  it.each([
    undefined,
    null,
    'a text',
    {},
    { text: 'no calls' },
    { text: 7, toolCalls: [] },
    { text: '', toolCalls: [null] },
    { text: '', toolCalls: [{ arguments: {} }] },
    { text: '', toolCalls: Array(3) },
  ])('says that %j is no reply', async (reply) => {
    const guide = agent({ name: 'guide', model: () => reply as never, tools: [] });
    await expect(guide.execute('go')).rejects.toMatchObject({
      code: 'OBS_ERR_AGENT_REPLY',
      category: 'validation',
      message:
        'agent "guide": what its model answered is no reply; it has to be { text, toolCalls: [{ name, arguments }], usage }',
    });
  });

  it('says of arguments that no JSON can hold that they are no reply', async () => {
    const inCircle: unknown[] = [];
    inCircle.push(inCircle);
    const guide = agent({ name: 'guide', model: () => wants(call('weather', inCircle)), tools: [weather] });
    await expect(guide.execute('go')).rejects.toMatchObject({ code: 'OBS_ERR_AGENT_REPLY' });
  });

  it.each([
    [undefined, 'it is neither'],
    [null, 'it is neither'],
    [7, 'it is neither'],
    [{ text: 'Hello' }, 'it is neither'],
    [[{ role: 'user', content: 'Hello' }], 'message 0 has no text'],
    [[{ role: 'user', text: 'Hello' }, null], 'message 1 has no text'],
  ])('takes no input like %j', async (input, why) => {
    const guide = agent({ name: 'guide', model: scripted(says('ok')), tools: [] });
    await expect(guide.execute(input as never)).rejects.toMatchObject({
      code: 'OBS_ERR_AGENT_INPUT',
      category: 'validation',
      message: `agent "guide" takes a text or a list of messages such as { role: 'user', text: 'Hello' }: ${why}`,
    });
  });
});

describe('an agent that is cancelled', () => {
  const run = (trace: Manual, ms: number) => async () => {
    const abort = new AbortController();
    const stop = new CancelledError('the caller hung up');
    const asked: string[] = [];
    const model = lambda('model', async ({ messages }: Conversation, scope) => {
      asked.push('model');
      await pause(scope, 100);
      return messages.length === 1 ? wants(call('slow', 1), call('slow', 2), call('slow', 3)) : says('done');
    });
    const slow = tool({
      name: 'slow',
      execute: async (n, scope) => {
        asked.push(`tool ${String(n)}`);
        await pause(scope, 100);
      },
    });
    const guide = agent({ name: 'guide', model, tools: [slow], concurrency: 2 });
    const running = guide.tryExecute('go', { signal: abort.signal });
    await trace.clock.advance(ms);
    abort.abort(stop);
    expect(await running).toMatchObject({ ok: false, error: stop });
    expect(trace.clock.pendingTimers).toBe(0);
    return asked;
  };

  it(
    'aborts its model, and calls no tool',
    observed(async (trace) => {
      expect(await run(trace, 50)()).toEqual(['model']);
      expect(trace).toHaveSpanTree(`
        primitive.agent.invoke_agent "guide" cancelled
        └─ primitive.lambda.execute "model" cancelled
      `);
    }, manual),
  );

  it(
    'aborts the tools that run, and begins no other',
    observed(async (trace) => {
      expect(await run(trace, 150)()).toEqual(['model', 'tool 1', 'tool 2']);
      expect(trace).toHaveSpanTree(`
        primitive.agent.invoke_agent "guide" cancelled
        ├─ primitive.lambda.execute "model" success
        ├─ primitive.tool.execute_tool "slow" cancelled
        └─ primitive.tool.execute_tool "slow" cancelled
      `);
    }, manual),
  );

  it(
    'is so by who stops reading its stream',
    observed(async (trace) => {
      const model = fakeLlm<Conversation>({ text: 'one two three four' });
      for await (const piece of agent({ name: 'guide', model, tools: [] }).stream('go')) {
        expect(piece).toBe('one');
        break;
      }
      expect(trace).toHaveSpanTree(`
        primitive.agent.invoke_agent "guide" cancelled
        └─ primitive.llm.chat "fake-model" cancelled
      `);
    }),
  );
});

describe('an agent that cannot be', () => {
  const model = scripted();
  const other = tool({ name: 'weather', execute: () => 1 });

  it.each<readonly [string, () => unknown, string]>([
    ['no options', () => agent(undefined as never), 'agent: the options are of type undefined'],
    [
      'no name',
      () => agent({ model, tools: [] } as never),
      'agent: it has no name; give it one, such as "guide"',
    ],
    ['an empty name', () => agent({ name: '', model, tools: [] }), 'agent: it has no name'],
    ['no model', () => agent({ name: 'guide', tools: [] } as never), 'agent "guide": the model is undefined'],
    ['no tools', () => agent({ name: 'guide', model } as never), 'agent "guide": tools have to be a list'],
    [
      'a step that is no tool',
      () => agent({ name: 'guide', model, tools: [weather, () => 1] }),
      'agent "guide": tool 1 has no tool inside',
    ],
    [
      'two tools of one name',
      () => agent({ name: 'guide', model, tools: [weather, retry(other)] }),
      'agent "guide": two tools are called "weather"; a name is for one tool',
    ],
    [
      'instructions that are no text',
      () => agent({ name: 'guide', model, tools: [], instructions: 5 as never }),
      'agent "guide": instructions is 5; it has to be a text',
    ],
    [
      'maxSteps 0',
      () => agent({ name: 'guide', model, tools: [], maxSteps: 0 }),
      'agent "guide": maxSteps is 0',
    ],
    [
      'concurrency 1.5',
      () => agent({ name: 'guide', model, tools: [], concurrency: 1.5 }),
      'agent "guide": concurrency is 1.5',
    ],
  ])('is refused with %s', (_what, make, message) => {
    expect(make).toThrow(
      expect.objectContaining({
        code: 'OBS_ERR_INVALID_COMPOSITION',
        message: expect.stringContaining(message),
      }),
    );
  });
});

const anything = (_value: unknown): _value is never => true;

describeOutcomes(
  'agent',
  (step) =>
    agent({
      name: 'guide',
      model: lambda('ask', ({ messages }: Conversation) => {
        const last = messages.at(-1);
        return last?.role === 'tool' ? says(last.text) : wants(call('look_up'));
      }),
      tools: [tool({ name: 'look_up', input: anything, execute: step })],
    }),
  {
    input: 'go',
    output: {
      text: '2',
      steps: 2,
      usage: {},
      messages: [
        { role: 'user', text: 'go' },
        { role: 'assistant', text: '', toolCalls: [call('look_up')] },
        { role: 'tool', toolCallId: 'call-look_up', name: 'look_up', text: '2' },
        { role: 'assistant', text: '2', toolCalls: [] },
      ],
    },
    success: `
      primitive.agent.invoke_agent "guide" success
      ├─ primitive.lambda.execute "ask" success
      ├─ primitive.tool.execute_tool "look_up" success
      │  └─ primitive.mock.execute "step" success
      └─ primitive.lambda.execute "ask" success
    `,
    error: `
      primitive.agent.invoke_agent "guide" success
      ├─ primitive.lambda.execute "ask" success
      ├─ primitive.tool.execute_tool "look_up" error
      │  └─ primitive.mock.execute "step" error
      └─ primitive.lambda.execute "ask" success
    `,
    timeout: `
      primitive.agent.invoke_agent "guide" success
      ├─ primitive.lambda.execute "ask" success
      ├─ primitive.tool.execute_tool "look_up" timeout
      │  └─ primitive.timeout.execute "step" timeout
      │     └─ primitive.mock.execute "step" cancelled
      └─ primitive.lambda.execute "ask" success
    `,
    cancelled: `
      primitive.agent.invoke_agent "guide" cancelled
      ├─ primitive.lambda.execute "ask" success
      └─ primitive.tool.execute_tool "look_up" cancelled
         └─ primitive.mock.execute "step" cancelled
    `,
  },
);
