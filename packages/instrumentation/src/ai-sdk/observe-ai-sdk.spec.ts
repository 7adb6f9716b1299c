import { tracingChannel } from 'node:diagnostics_channel';
import { context, type Context, ROOT_CONTEXT } from '@opentelemetry/api';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { custom } from '../../test/custom.ts';
import { enableContexts, Observed } from '../../test/observed.ts';
import { executionOf } from '../execution-context.ts';
import { withExecution } from '../with-execution.ts';
import { type AiSdkObservation, observeAiSdk } from './observe-ai-sdk.ts';

beforeAll(enableContexts);

const channel = tracingChannel<unknown, object>('ai:telemetry');
const registry = globalThis as { AI_SDK_TELEMETRY_INTEGRATIONS?: unknown };
type Events = Readonly<Record<string, (event: unknown) => void>>;
const events = (): Events => (registry.AI_SDK_TELEMETRY_INTEGRATIONS as Events[])[0] ?? {};

let observation: AiSdkObservation | undefined;
const observe = (): AiSdkObservation => (observation = observeAiSdk());
afterEach(() => observation?.stop());

/** What the AI SDK does around everything that it tells of. */
const told = <T>(type: string, event: object, body: () => Promise<T>): Promise<T> =>
  channel.tracePromise(body, { type, event });
const turns = async () => {
  for (let i = 0; i < 5; i++) await Promise.resolve();
};
const place = () => executionOf(context.active())?.unit.type;

const start = {
  callId: 'c',
  provider: 'openai.chat',
  modelId: 'm',
  messages: [{ role: 'user', content: 'hi' }],
};
const usage = {
  inputTokens: { total: 3, cacheRead: 2, cacheWrite: 1 },
  outputTokens: { total: 2, reasoning: 1 },
};
const answer = {
  content: 'Paris',
  usage,
  finishReason: { unified: 'stop', raw: 'end' },
  response: { id: 'r', modelId: 'm-1' },
};
const heard = {
  callId: 'c',
  modelId: 'm-1',
  responseId: 'r',
  finishReason: 'stop',
  usage: {
    inputTokens: 3,
    outputTokens: 2,
    inputTokenDetails: { cacheReadTokens: 2, cacheWriteTokens: 1 },
    outputTokenDetails: { reasoningTokens: 1 },
  },
  performance: { timeToFirstOutputMs: 40 },
};
const step = <T>(body: () => Promise<T>) => told('step', { callId: 'c', stepNumber: 0 }, body);
const generate = (body: () => Promise<unknown> = () => Promise.resolve(answer)) =>
  told('generateText', start, () => step(() => told('languageModelCall', start, body)));

/** Like `streamText`: begins a stream and returns; how it goes on is told by events. */
async function stream(event: object = start): Promise<{ message: object; done: (error?: unknown) => void }> {
  const message: Record<string, unknown> = { type: 'streamText', event };
  let inside: Context = ROOT_CONTEXT;
  channel.start.runStores(message, () => (inside = context.active()));
  channel.end.publish(message);
  await context.with(inside, () => {
    const stepMessage = { type: 'step', event: { callId: 'c' } };
    return channel.start.runStores(stepMessage, () =>
      told('languageModelCall', event, () => Promise.resolve({ stream: 'a stream' })),
    );
  });
  return {
    message,
    done: (error) => {
      if (error !== undefined) channel.error.publish(Object.assign(message, { error }));
      channel.asyncEnd.publish(message);
    },
  };
}

describe('a call of the AI SDK', () => {
  it('is an execution of each kind, in each of which what it does runs', async () => {
    observe();
    const observed = new Observed();
    const places: unknown[] = [];
    const note = <T>(value: T) => (places.push(place()), Promise.resolve(value));
    const ask = custom('ask', () =>
      told('generateText', { ...start, functionId: 'guide' }, async () => {
        await step(async () => {
          await note(0);
          await told('languageModelCall', start, () => note(answer));
          const event = { callId: 'c', toolCall: { toolName: 'find', toolCallId: 't', input: {} } };
          await told('executeTool', event, () => note({ output: { type: 'tool-result', output: 'found' } }));
        });
        return { text: 'Paris' };
      }),
    );
    expect(await observed.run(() => ask.execute(0))).toEqual({ text: 'Paris' });
    expect(places).toEqual(['agent', 'llm', 'tool']);
    expect(observed.tree()).toBe(
      [
        'primitive.custom.process "ask" success',
        '  primitive.agent.invoke_agent "guide" success',
        '    primitive.llm.chat "m" success',
        '    primitive.tool.execute_tool "find" success',
      ].join('\n'),
    );
    expect(observed.span('primitive.llm.chat').attributes).toMatchObject({
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'm',
      'gen_ai.response.model': 'm-1',
      'gen_ai.response.id': 'r',
      'gen_ai.response.finish_reasons': ['end'],
      'gen_ai.usage.input_tokens': 3,
      'gen_ai.usage.output_tokens': 2,
      'gen_ai.usage.cache_read.input_tokens': 2,
      'gen_ai.usage.cache_write.input_tokens': 1,
      'gen_ai.usage.reasoning.output_tokens': 1,
    });
    expect(observed.span('primitive.agent.invoke_agent').attributes['output.size_bytes']).toBe(5);
    expect(Object.values(await observed.points('llm.tokens.total'))).toEqual([3, 2]);
    expect(observed.instrumentation.faults).toBe(0);
  });

  it('that fails has failed with what it was called by', async () => {
    observe();
    const observed = new Observed();
    const boom = new RangeError('boom');
    await expect(observed.run(() => generate(() => Promise.reject(boom)))).rejects.toBe(boom);
    expect(observed.tree()).toBe(
      'primitive.agent.invoke_agent "generateText" error\n  primitive.llm.chat "m" error',
    );
    expect(observed.span('primitive.llm.chat').attributes['error.type']).toBe('RangeError');
    expect(Object.keys(await observed.points('gen_ai.client.inference.duration'))[0]).toContain('RangeError');
  });

  it('that fails before its first step is to be seen', async () => {
    observe();
    const observed = new Observed();
    const failing = observed.run(() => told('generateText', start, () => Promise.reject(new Error('no'))));
    await expect(failing).rejects.toThrow('no');
    expect(observed.tree()).toBe('primitive.agent.invoke_agent "generateText" error');
  });

  it('that is aborted is cancelled', async () => {
    observe();
    const observed = new Observed();
    const aborted = new DOMException('aborted', 'AbortError');
    await expect(observed.run(() => generate(() => Promise.reject(aborted)))).rejects.toBe(aborted);
    expect(observed.tree()).toBe(
      'primitive.agent.invoke_agent "generateText" cancelled\n  primitive.llm.chat "m" cancelled',
    );
  });

  it('that fails in a run that was cancelled rejects nothing that nobody handles', async () => {
    observe();
    const observed = new Observed();
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', note);
    const abort = new AbortController();
    const ask = custom('ask', async () => {
      abort.abort(new Error('enough'));
      await generate(() => Promise.reject(new Error('the model is down'))).catch(() => undefined);
      await stream();
      events()['onError']?.({ callId: 'c', error: new Error('the model is down') });
    });
    await observed.run(() => ask.execute(0, { signal: abort.signal }));
    await new Promise(setImmediate);
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
    expect(observed.tree()).toContain('primitive.llm.chat "m" cancelled');
  });

  it('of which content is hidden is told by an event', async () => {
    observe();
    const observed = new Observed();
    await observed.run(() =>
      told('generateText', start, () =>
        step(async () => {
          await told('languageModelCall', start, () => Promise.resolve(undefined));
          events()['onLanguageModelCallEnd']?.(heard);
          const event = { callId: 'c', toolCall: { toolName: 'find', toolCallId: 't' } };
          await told('executeTool', event, () => {
            const output = { type: 'tool-error', error: new Error('hidden') };
            events()['onToolExecutionEnd']?.({ ...event, toolOutput: output });
            return Promise.resolve(undefined);
          });
        }),
      ),
    );
    expect(observed.span('primitive.llm.chat').attributes['gen_ai.usage.input_tokens']).toBe(3);
    expect(observed.span('primitive.tool.execute_tool').attributes['execution.status']).toBe('error');
  });

  it('is of the same unit as others of its kind, of which so many are known', async () => {
    observe();
    const observed = new Observed();
    const unitOf = async (seed: number) => {
      let unit: unknown;
      const note = () => ((unit = executionOf(context.active())?.unit), Promise.resolve(answer));
      await observed.run(() =>
        told('generateText', start, () => told('languageModelCall', { ...start, seed }, note)),
      );
      return unit;
    };
    const first = await unitOf(-1);
    expect(await unitOf(-1)).toBe(first);
    for (let seed = 0; seed < 256; seed++) expect(await unitOf(seed)).not.toBe(first);
    expect(await unitOf(-1)).not.toBe(first);
  });

  it('says on its span what was asked for', async () => {
    observe();
    const observed = new Observed();
    const asked = { ...start, temperature: 0.5, topK: 'no', stopSequences: ['\n', 5] };
    await observed.run(() =>
      told('generateText', start, () => told('languageModelCall', asked, () => Promise.resolve(answer))),
    );
    const { attributes } = observed.span('primitive.llm.chat');
    expect(attributes).toMatchObject({
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.stop_sequences': ['\n'],
    });
    expect(attributes).not.toHaveProperty(['gen_ai.request.top_k']);
    expect(attributes).not.toHaveProperty(['gen_ai.request.stream']);
  });

  it('that nobody tells the tokens of is a call all the same', async () => {
    observe();
    const observed = new Observed();
    await observed.run(() => generate(() => Promise.resolve(undefined)));
    expect(observed.span('primitive.llm.chat').attributes['execution.status']).toBe('success');
    expect(Object.values(await observed.points('gen_ai.client.inference.duration'))).toEqual([1]);
  });

  it('of a kind that is not known, or of no call that is, changes nothing', async () => {
    observe();
    const observed = new Observed();
    const here = await observed.run(() => {
      const active = context.active();
      return told('generateSpeech', start, () => Promise.resolve(context.active() === active));
    });
    expect(here).toBe(true);
    expect(await observed.run(() => told('languageModelCall', start, () => Promise.resolve(1)))).toBe(1);
    expect(await observed.run(() => told('executeTool', {}, () => Promise.resolve(1)))).toBe(1);
    expect(observed.spans).toEqual([]);
  });

  it('is not observed before and after', async () => {
    const observed = new Observed();
    await observed.run(() => generate());
    observe().stop();
    await observed.run(() => generate());
    expect(observed.spans).toEqual([]);
    expect(channel.hasSubscribers).toBe(false);
    expect(registry.AI_SDK_TELEMETRY_INTEGRATIONS).toEqual([]);
  });

  it('goes on whatever a message is', async () => {
    observe();
    const observed = new Observed();
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('trap');
        },
        has: () => {
          throw new Error('trap');
        },
      },
    );
    for (const message of [
      {},
      { type: 'generateText' },
      { type: 'step', event: 5 },
      { type: 'embed', event: null },
    ])
      expect(await observed.run(() => channel.tracePromise(() => Promise.resolve(1), message))).toBe(1);
    expect(await observed.run(() => told('generateText', hostile, () => Promise.resolve(1)))).toBe(1);
    expect(observed.instrumentation.faults).toBeGreaterThan(0);
    for (const handle of Object.values(events())) {
      expect(() => handle(undefined)).not.toThrow();
      expect(() => observed.run(() => handle(hostile))).not.toThrow();
    }
  });

  it('is told by the llm around it, except for what its tools do', async () => {
    observe();
    const observed = new Observed();
    const find = { callId: 'c', toolCall: { toolName: 'find' } };
    const inner = { ...start, callId: 'inner' };
    const innerCall = () =>
      told('generateText', inner, () =>
        told('step', { callId: 'inner' }, () =>
          told('languageModelCall', inner, () => Promise.resolve(answer)),
        ),
      );
    const mine = () =>
      withExecution({ type: 'llm', name: 'mine', action: 'chat' }, () =>
        told('generateText', start, () =>
          step(async () => {
            await told('languageModelCall', start, () => Promise.resolve(answer));
            await told('executeTool', find, innerCall);
          }),
        ),
      );
    await observed.run(() => custom('ask', mine).execute(0));
    expect(observed.tree()).toBe(
      [
        'primitive.custom.process "ask" success',
        '  primitive.llm.chat "mine" success',
        '    primitive.tool.execute_tool "find" success',
        '      primitive.agent.invoke_agent "generateText" success',
        '        primitive.llm.chat "m" success',
      ].join('\n'),
    );
    expect(Object.values(await observed.points('llm.tokens.total')).reduce((a, b) => a + b, 0)).toBe(5);
  });
});

describe('a stream of the AI SDK', () => {
  const open = (observed: Observed) =>
    observed
      .tree()
      .split('\n')
      .filter((line) => /agent|llm/.test(line)).length;

  it('goes on after the step that began it, until its end is told', async () => {
    observe();
    const observed = new Observed();
    const { done } = await observed.run(() => custom('ask', () => stream()).execute(0));
    expect(observed.tree()).toBe('primitive.custom.process "ask" success');
    await observed.clock.advance(1_000);
    events()['onLanguageModelCallEnd']?.(heard);
    events()['onStepEnd']?.({ callId: 'c', usage: heard.usage });
    done();
    await turns();
    expect(observed.tree()).toBe(
      [
        'primitive.custom.process "ask" success',
        '  primitive.agent.invoke_agent "streamText" success',
        '    primitive.llm.chat "m" success',
      ].join('\n'),
    );
    expect(observed.span('primitive.llm.chat').attributes).toMatchObject({
      'execution.duration_ms': 1_000,
      'gen_ai.request.stream': true,
      'gen_ai.response.time_to_first_chunk': 0.04,
      'gen_ai.usage.output_tokens': 2,
    });
    expect(Object.values(await observed.points('llm.tokens.total'))).toEqual([3, 2]);
  });

  it('fails by its events, once, where the channel tells no end', async () => {
    observe();
    const observed = new Observed();
    const { done } = await observed.run(() => stream());
    const boom = new TypeError('socket hang up');
    events()['onError']?.({ callId: 'c', error: boom });
    events()['onError']?.({ callId: 'c', error: boom });
    done(boom);
    await turns();
    expect(observed.tree()).toBe(
      'primitive.agent.invoke_agent "streamText" error\n  primitive.llm.chat "m" error',
    );
    expect(Object.values(await observed.points('gen_ai.client.inference.duration'))).toEqual([1]);
  });

  it('fails where the model says that it did', async () => {
    observe();
    const observed = new Observed();
    await observed.run(() => stream());
    events()['onStepEnd']?.({ callId: 'c', finishReason: 'error', usage: {} });
    await turns();
    expect(observed.span('primitive.llm.chat').status.message).toBe('m ended its answer with an error');
  });

  it.each([[{}], [{ reason: new Error('enough') }]])(
    'is cancelled when it is aborted, with %j',
    async (why) => {
      observe();
      const observed = new Observed();
      await observed.run(() => stream());
      events()['onAbort']?.({ callId: 'c', ...why });
      await turns();
      expect(observed.tree()).toBe(
        'primitive.agent.invoke_agent "streamText" cancelled\n  primitive.llm.chat "m" cancelled',
      );
    },
  );

  it('is cancelled with the run that it is in', async () => {
    observe();
    const observed = new Observed();
    const abort = new AbortController();
    const ask = custom('ask', async (_: number, { signal }) => {
      await stream();
      abort.abort(new Error('enough'));
      signal.throwIfAborted();
    });
    await observed.run(() => ask.execute(0, { signal: abort.signal })).catch(() => undefined);
    await turns();
    expect(open(observed)).toBe(2);
    expect(observed.tree()).not.toContain('success');
  });

  it('is left when it says nothing for five minutes after the end of what began it', async () => {
    observe();
    const observed = new Observed();
    let goOn: () => void = () => undefined;
    const running = observed.run(() =>
      custom('ask', async () => {
        await stream();
        await new Promise<void>((resolve) => (goOn = resolve));
      }).execute(0),
    );
    await turns();
    for (let i = 0; i < 5; i++) await observed.clock.advance(300_000);
    await turns();
    expect(open(observed)).toBe(0);
    goOn();
    await running;
    events()['onLanguageModelCallEnd']?.(heard);
    await observed.run(() => Promise.resolve());
    await observed.clock.advance(299_999);
    await turns();
    expect(open(observed)).toBe(1);
    await observed.clock.advance(1);
    await turns();
    expect(open(observed)).toBe(1);
    await observed.clock.advance(300_000);
    await turns();
    expect(observed.tree()).toBe(
      [
        'primitive.custom.process "ask" success',
        '  primitive.agent.invoke_agent "streamText" cancelled',
        '    primitive.llm.chat "m" success',
      ].join('\n'),
    );
  });

  it('that was left is counted when it tells what it used', async () => {
    observe();
    const observed = new Observed();
    const { done } = await observed.run(() => custom('ask', () => stream()).execute(0));
    await observed.clock.advance(600_000);
    await turns();
    expect(observed.span('primitive.llm.chat').attributes['execution.status']).toBe('cancelled');
    events()['onLanguageModelCallEnd']?.(heard);
    events()['onLanguageModelCallEnd']?.(heard);
    done();
    expect(Object.values(await observed.points('llm.tokens.total'))).toEqual([3, 2]);
    expect(observed.span('primitive.llm.chat').attributes['gen_ai.usage.input_tokens']).toBeUndefined();
  });

  it('is closed when it is observed no longer, and when there are too many', async () => {
    const observing = observe();
    const observed = new Observed();
    await observed.run(() => stream({ ...start, callId: 'oldest' }));
    await observed.run(() => stream({ ...start, callId: 'next' }));
    const begin = (callId: string) => ({ type: 'streamText', event: { ...start, callId } });
    for (let i = 2; i < 10_000; i++) observed.run(() => channel.start.runStores(begin(`c${i}`), () => 0));
    await turns();
    expect(observed.spans).toHaveLength(0);
    observed.run(() => channel.start.runStores(begin('one more'), () => 0));
    await turns();
    expect(observed.spans).toHaveLength(2);
    observing.stop();
    await turns();
    expect(observed.spans).toHaveLength(4);
  });

  it('that is asked for again is another call, and the first one broke off', async () => {
    observe();
    const observed = new Observed();
    const { done } = await observed.run(() => stream());
    await observed.run(() => told('languageModelCall', start, () => Promise.resolve({ stream: 'another' })));
    events()['onLanguageModelCallEnd']?.(heard);
    done();
    await turns();
    const calls = observed.spans.filter(({ name }) => name === 'primitive.llm.chat');
    expect(calls.map(({ attributes }) => attributes['execution.status'])).toEqual(['error', 'success']);
    expect(observed.span('primitive.agent.invoke_agent').attributes['agent.steps']).toBe(2);
  });
});

describe('other functions of the AI SDK', () => {
  it('embeds with tokens, ranks without', async () => {
    observe();
    const observed = new Observed();
    const embedding = { provider: 'google.generative-ai', modelId: 'e', value: 'a' };
    await observed.run(() => told('embed', embedding, () => Promise.resolve({ usage: { tokens: 4 } })));
    await observed.run(() =>
      told('embedMany', embedding, () => Promise.resolve({ usage: { tokens: Number.NaN } })),
    );
    await observed.run(() => told('rerank', embedding, () => Promise.resolve({})));
    const failing = observed.run(() => told('embed', embedding, () => Promise.reject(new Error('no'))));
    await expect(failing).rejects.toThrow('no');
    expect(observed.tree()).toBe(
      [
        'primitive.llm.embeddings "e" success',
        'primitive.llm.embeddings "e" success',
        'primitive.llm.rerank "e" success',
        'primitive.llm.embeddings "e" error',
      ].join('\n'),
    );
    expect(observed.spans[0]?.attributes['gen_ai.provider.name']).toBe('gcp.gemini');
    expect(Object.values(await observed.points('llm.tokens.total'))).toEqual([4]);
    const inside = () => told('embed', embedding, () => Promise.resolve({ usage: { tokens: 4 } }));
    await observed.run(() => withExecution({ type: 'llm' }, inside));
    expect(observed.spans).toHaveLength(5);
  });

  it('makes objects, of which events alone tell', async () => {
    observe();
    const observed = new Observed();
    const tell = (name: string, event: object) =>
      observed.run(() => events()[name]?.({ callId: 'o', ...event }));
    const make = async (operationId: string, end: () => void) => {
      tell('onStart', { operationId });
      tell('onObjectStepStart', { provider: 'p', modelId: 'm' });
      end();
      await turns();
    };
    await make('ai.generateObject', () => {
      tell('onObjectStepEnd', { ...heard, callId: 'o' });
      tell('onEnd', {});
    });
    await make('ai.streamObject', () => tell('onError', { error: new Error('no') }));
    await make('ai.somethingElse', () => tell('onEnd', {}));
    expect(observed.tree()).toBe('primitive.llm.chat "m" success\nprimitive.llm.chat "m" error');
  });
});

describe('spans of the AI SDK itself', () => {
  const chat = { 'gen_ai.operation.name': 'invoke_agent' };
  const other = { 'gen_ai.operation.name': 'chat' };
  const legacy = { 'ai.operationId': 'ai.generateText' };

  it('are shown instead of ours, and repeated by those of the other convention', async () => {
    const { spanBegan } = observe();
    const observed = new Observed();
    const repeats: boolean[] = [];
    const began = (attributes: object) => void repeats.push(spanBegan({ ...attributes }, context.active()));
    await observed.run(() =>
      told('generateText', start, () => {
        for (const attributes of [{ 'http.method': 'GET' }, other, chat, legacy, chat]) began(attributes);
        return step(() =>
          told('languageModelCall', start, async () => {
            await told('executeTool', { callId: 'c', toolCall: {} }, () => Promise.resolve(undefined));
            return answer;
          }),
        );
      }),
    );
    await observed.run(() =>
      told('embed', start, () => (began(legacy), Promise.resolve({ usage: { tokens: 1 } }))),
    );
    expect(repeats).toEqual([false, false, false, true, false, false]);
    expect(observed.spans).toEqual([]);
  });

  it('are not those that begin elsewhere, or once its work has begun', async () => {
    const { spanBegan } = observe();
    const observed = new Observed();
    const seen = (active: Context) => spanBegan(legacy, active);
    expect(seen(ROOT_CONTEXT)).toBe(false);
    await observed.run(() =>
      told('generateText', start, () => {
        seen(ROOT_CONTEXT);
        expect(spanBegan(other, context.active())).toBe(false);
        return step(() => {
          seen(context.active());
          return told('languageModelCall', start, () => Promise.resolve(answer));
        });
      }),
    );
    await observed.run(() =>
      told('embed', start, async () => {
        await Promise.resolve();
        seen(context.active());
        return {};
      }),
    );
    expect(observed.tree()).toContain('primitive.llm.chat');
    expect(observed.tree()).toContain('primitive.llm.embeddings');
  });
});
