import { SpanKind } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import type { LlmUsage } from '@tta/obs-context';
import { pause } from '@tta/obs-instrumentation';
import { observed } from '@tta/obs-testing';
import { describeOutcomes } from '../../test/outcomes.ts';
import { timeout } from '../timeout.ts';
import { openAiChat } from './adapters/open-ai-chat.ts';
import { llm } from './llm.ts';
import type { LlmAdapter } from './llm-adapter.ts';
import type { LlmOptions } from './llm-options.ts';

/** A provider that is as simple as can be. */
interface Said {
  readonly text: string;
  readonly tokens?: number;
}

/** A piece of text, or `undefined` for an event that says nothing; an error is one that the provider tells. */
type Piece = string | undefined | Error;

const plain: LlmAdapter<Said, Piece> = {
  reply: ({ text, tokens }) => ({
    text,
    model: 'm-1',
    id: 'r1',
    usage: { inputTokens: 3, outputTokens: tokens },
  }),
  stream: () => {
    let text = '';
    return {
      add(piece) {
        if (piece instanceof Error) throw piece;
        text += piece ?? '';
        return piece;
      },
      soFar: () => ({
        text,
        model: 'm-1',
        id: 'r1',
        finishReasons: ['stop'],
        usage: { inputTokens: 3, outputTokens: text.length },
      }),
    };
  },
};

const base = { provider: 'acme', model: 'm', name: 'ask', reads: plain };
const manual = { clock: 'manual' } as const;
const busy = (headers: Record<string, string> = {}): Error =>
  Object.assign(new Error('429 Too Many Requests'), { status: 429, headers });

describe('llm', () => {
  it(
    'calls a model as one span, with what the response tells',
    observed(async (trace) => {
      const ask = llm({
        ...base,
        request: { temperature: 0.5, maxTokens: 100, stopSequences: ['.'], choiceCount: 2 },
        server: { address: 'api.acme.test', port: 8443 },
        call: (question: string) => ({ text: `${question}!`, tokens: 5 }),
      });
      expect(await ask.execute('why')).toEqual({
        text: 'why!',
        toolCalls: [],
        usage: {
          provider: 'acme',
          model: 'm-1',
          requestModel: 'm',
          operation: 'chat',
          inputTokens: 3,
          outputTokens: 5,
        },
        response: { text: 'why!', tokens: 5 },
      });
      expect(trace).toHaveSpanTree('primitive.llm.chat "ask" success');
      expect(trace.spans[0]).toMatchObject({
        kind: SpanKind.CLIENT,
        attributes: {
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': 'acme',
          'gen_ai.request.model': 'm',
          'gen_ai.request.temperature': 0.5,
          'gen_ai.request.max_tokens': 100,
          'gen_ai.request.stop_sequences': ['.'],
          'gen_ai.request.choice.count': 2,
          'gen_ai.response.model': 'm-1',
          'gen_ai.response.id': 'r1',
          'gen_ai.usage.input_tokens': 3,
          'gen_ai.usage.output_tokens': 5,
          'server.address': 'api.acme.test',
          'server.port': 8443,
        },
      });
      expect(trace.spans[0]?.attributes).not.toHaveProperty(['gen_ai.request.stream']);
      expect(trace).toHaveMetric('gen_ai.client.inference.duration', 1);
      expect(trace).not.toHaveMetric('gen_ai.client.inference.time_to_first_chunk');
    }),
  );

  it(
    'is named after its model and tells nothing of a request that is not described',
    observed(async (trace) => {
      const ask = llm({
        provider: 'acme',
        model: 'm',
        operation: 'generate_content',
        call: () => ({}),
        reads: { reply: () => ({}) },
      });
      expect([ask.name, ask.type, ask.action]).toEqual(['m', 'llm', 'generate_content']);
      expect(await ask.execute(undefined)).toEqual({
        text: '',
        toolCalls: [],
        usage: { provider: 'acme', model: 'm', requestModel: 'm', operation: 'generate_content' },
        response: {},
      });
      const names = Object.keys(trace.spans[0]?.attributes ?? {});
      expect(names.filter((name) => name.startsWith('gen_ai.request') || name.startsWith('server'))).toEqual([
        'gen_ai.request.model',
      ]);
    }),
  );

  it(
    'has the cost that the response tells, else that of the price table',
    observed(
      async (trace) => {
        const costly = llm({
          ...base,
          call: () => ({}),
          reads: { reply: () => ({ usage: { costUsd: 2 } }) },
        });
        await costly.execute(undefined);
        await llm({ ...base, call: () => ({ text: '', tokens: 4 }) }).execute(undefined);
        expect(trace.spans.map(({ attributes }) => attributes['cost.usd'])).toEqual([2, 0.4]);
        expect(trace).toHaveMetric('llm.cost.usd', { value: 2.4 });
      },
      { pricing: { estimateUsd: ({ outputTokens = 0 }: LlmUsage) => outputTokens / 10 } },
    ),
  );

  it(
    'fails with the error that a whole response tells, and has used what it tells',
    observed(async (trace) => {
      const error = Object.assign(new Error('refused'), { status: 400 });
      const ask = llm({
        ...base,
        call: () => ({}),
        reads: { reply: () => ({ id: 'r1', model: 'm-1', usage: { inputTokens: 1_000 }, error }) },
      });
      await expect(ask.execute(undefined)).rejects.toBe(error);
      expect(trace.spans[0]?.attributes).toMatchObject({
        'gen_ai.usage.input_tokens': 1_000,
        'gen_ai.response.id': 'r1',
      });
      expect(trace).toHaveMetric('gen_ai.client.inference.usage.input_tokens', { value: 1_000 });
    }),
  );

  it(
    'tells nothing of a response that failed and was asked for again',
    observed(async (trace) => {
      const refused = Object.assign(new Error('bad'), { status: 400 });
      let attempts = 0;
      const ask = llm({
        ...base,
        call: () => {
          if (attempts++ > 0) throw refused;
          return {};
        },
        reads: { reply: () => ({ usage: { inputTokens: 1_000 }, error: busy() }) },
      });
      const asking = ask.tryExecute(undefined);
      await trace.clock.advance(0);
      await trace.clock.advance(trace.clock.nextTimerInMs ?? 0);
      expect(await asking).toMatchObject({ ok: false, error: { status: 400 } });
      expect(trace).toHaveMetric('gen_ai.client.inference.usage.input_tokens', { value: 0 });
    }, manual),
  );

  it(
    'has the name that was asked where the model that answers says none',
    observed(async (trace) => {
      const ask = llm({ ...base, call: () => ({}), reads: { reply: () => ({ id: '', model: '' }) } });
      expect((await ask.execute(undefined)).usage.model).toBe('m');
      expect(trace.spans[0]?.attributes).toMatchObject({ 'llm.model_name': 'm' });
      expect(trace.spans[0]?.attributes).not.toHaveProperty(['gen_ai.response.id']);
    }),
  );

  it(
    'tells that the arguments of a call are text, and keeps them',
    observed(async (trace) => {
      const toolCalls = [
        { name: 'search', arguments: 'no JSON' },
        { name: 'look', arguments: { at: 1 } },
      ];
      const ask = llm({ ...base, call: () => ({}), reads: { reply: () => ({ toolCalls }) } });
      expect((await ask.execute(undefined)).toolCalls).toEqual(toolCalls);
      expect(trace.spans[0]?.events).toMatchObject([
        { name: 'llm.text_arguments', attributes: { 'gen_ai.tool.name': 'search' } },
      ]);
    }),
  );

  it('gives its call the input and the scope of the run', async () => {
    const { signal } = new AbortController();
    const seen: unknown[] = [];
    const ask = llm({
      ...base,
      call: (question: string, scope) => {
        seen.push(question, scope.signal === signal, scope.isRead);
        return { text: '' };
      },
    });
    await ask.execute('why', { signal });
    for await (const text of ask.stream('how')) seen.push(text);
    expect(seen).toEqual(['why', true, false, 'how', false, true]);
  });

  it.each<[string, Partial<Record<keyof LlmOptions<never, never>, unknown>> | null | undefined, string]>([
    ['no options', undefined, 'llm: the options are of type undefined; they have to be an object such as'],
    [
      'no provider',
      { provider: undefined },
      "llm: provider is of type undefined; it has to be a text such as 'openai'",
    ],
    ['an empty model', { model: '' }, "llm: model is an empty text; it has to be a text such as 'gpt-5.1'"],
    ['an operation that is none', { operation: null }, 'llm: operation is null; it has to be a text'],
    ['a client in place of a function', { call: {} }, 'llm: call is of type object; it has to be a function'],
    ['no adapter', { reads: undefined }, 'llm: reads is no adapter; it has to be openAiChat,'],
    ['an adapter that is a function', { reads: () => ({}) }, 'llm: reads is no adapter'],
    ['a request that is none', { request: 'hot' }, 'llm: request: the options are of type string'],
    ['a server that is none', { server: 'here' }, 'llm: server: the options are of type string'],
    ['a server without an address', { server: {} }, 'llm: server.address is of type undefined'],
    [
      'half a retry',
      { maxRetries: 1.5 },
      'llm: maxRetries is 1.5; it has to be a whole number of at least 0',
    ],
    [
      'a wait of less than nothing',
      { maxDelayMs: -1 },
      'llm: maxDelayMs is -1; it has to be a finite number',
    ],
  ])('refuses %s', (_, wrong, message) => {
    const options = wrong && { ...base, call: () => ({ text: '' }), ...wrong };
    const make = (): unknown => llm(options as never);
    expect(make).toThrow(message);
    expect(make).toThrow(expect.objectContaining({ code: 'OBS_ERR_INVALID_COMPOSITION' }));
  });
});

describe('what an llm tries again', () => {
  const failing = (errors: readonly unknown[], options = {}) => {
    const left = [...errors];
    return llm({
      ...base,
      call: () => {
        if (left.length > 0) throw left.shift();
        return { text: 'yes' };
      },
      ...options,
    });
  };

  it(
    'is a call that was refused, after the wait that it was asked for, in one span',
    observed(async (trace) => {
      const asking = failing([
        busy({ 'retry-after': '7' }),
        busy({ 'retry-after-ms': '1500', 'retry-after': '2' }),
      ]).execute(undefined);
      await trace.clock.advance(6_999);
      expect(trace.points.filter(({ metric }) => metric === 'recovery.events')).toEqual([]);
      await trace.clock.advance(1);
      await trace.clock.advance(1_500);
      expect((await asking).text).toBe('yes');
      expect(trace).toHaveSpanTree('primitive.llm.chat "ask" success');
      expect(trace).toHaveMetric('recovery.events', [
        { labels: { 'primitive.name': 'ask', 'recovery.kind': 'retry' }, value: 2 },
      ]);
      expect(trace.spans[0]?.events.map(({ attributes }) => attributes)).toMatchObject([
        {
          'retry.attempt': 1,
          'retry.backoff_ms': 7_000,
          'retry.strategy': 'retry_after',
          'retry.reason': 'rate_limit',
          'retry.after_header': true,
        },
        { 'retry.attempt': 2, 'retry.backoff_ms': 1_500 },
      ]);
      const [span] = trace.spans;
      expect((span?.endMs ?? 0) - (span?.startMs ?? 0)).toBe(8_500);
      expect(trace).toHaveMetric('gen_ai.client.inference.duration', 1);
      expect(trace).toHaveMetric('gen_ai.client.inference.usage.input_tokens', { value: 3 });
    }, manual),
  );

  it(
    'waits until a date, and longer each time where nobody asks',
    observed(
      async (trace) => {
        const at = new Date(trace.clock.now() + 5_000).toUTCString();
        const asking = failing([busy({ 'retry-after': at }), new Error('503'), new Error('503')], {
          maxRetries: 3,
        }).execute(undefined);
        const waits: (number | undefined)[] = [];
        for (let n = 0; n < 3; n++) {
          await trace.clock.advance(0);
          waits.push(trace.clock.nextTimerInMs);
          await trace.clock.advance(trace.clock.nextTimerInMs ?? 0);
        }
        await asking;
        // The own waits grow meanwhile: the second one is drawn around 2 s, the third one around 4 s.
        expect(waits).toEqual([5_000, 2_000, 4_000]);
      },
      { ...manual, random: { next: () => 0.5, uuid: () => '' } },
    ),
  );

  it.each([
    ['cannot pass', Object.assign(new Error('bad'), { status: 400 }), {}, undefined],
    ['asks for a longer wait than is allowed', busy({ 'retry-after': '61' }), {}, 'asked_to_wait'],
    [
      'asks for a longer wait than is said',
      busy({ 'retry-after': '3' }),
      { maxDelayMs: 2_999 },
      'asked_to_wait',
    ],
    ['may pass, where none is wanted', busy(), { maxRetries: 0 }, undefined],
  ])('is none that %s', (_, error, options, stopped) =>
    observed(async (trace) => {
      await expect(failing([error], options).execute(undefined)).rejects.toBe(error);
      expect(trace.spans[0]?.attributes['retry.stopped']).toBe(stopped);
      expect(trace).toHaveSpanTree('primitive.llm.chat "ask" error');
    }, manual)(),
  );

  it(
    'ends with the error of the last attempt as it is, and counts a call of no tokens',
    observed(async (trace) => {
      const errors = [busy(), busy(), busy()];
      const asking = failing(errors).tryExecute(undefined);
      for (let n = 0; n < 2; n++) {
        await trace.clock.advance(0);
        await trace.clock.advance(trace.clock.nextTimerInMs ?? 0);
      }
      expect(await asking).toMatchObject({ ok: false, error: errors[2] });
      expect(trace.spans[0]?.attributes).toMatchObject({
        'retry.stopped': 'attempts',
        'error.category': 'rate_limit',
      });
      expect(trace.points.filter(({ metric }) => metric.startsWith('gen_ai.'))).toMatchObject([
        { labels: { 'error.type': 'Error', 'gen_ai.request.model': 'm' }, count: 1 },
        ...Array.from({ length: 5 }, () => ({ value: 0, count: 1 })),
      ]);
    }, manual),
  );

  it(
    'is cancelled while it waits, with the reason of whoever cancels',
    observed(async (trace) => {
      const abort = new AbortController();
      const asking = failing([busy()]).tryExecute(undefined, { signal: abort.signal });
      await trace.clock.advance(1);
      const reason = new Error('enough');
      abort.abort(reason);
      expect(await asking).toMatchObject({ ok: false, error: reason });
      expect(trace.clock.pendingTimers).toBe(0);
      expect(trace).toHaveSpanTree('primitive.llm.chat "ask" cancelled');
      expect(trace).toHaveMetric('gen_ai.client.inference.duration', 1);
    }, manual),
  );

  it(
    'is not what fails because it was cancelled',
    observed(async (trace) => {
      const abort = new AbortController();
      const aborted = new Error('Request was aborted.');
      const ask = llm({
        ...base,
        call: () => {
          abort.abort();
          throw aborted;
        },
      });
      await expect(ask.execute(undefined, { signal: abort.signal })).rejects.toBe(aborted);
      expect(trace.spans[0]?.events).toEqual([]);
    }),
  );
});

describe('what an llm streams', () => {
  /** Streams pieces, each after so many milliseconds; tells when it is let go of. */
  const streaming = (pieces: readonly Piece[], { everyMs = 0, options = {} } = {}) => {
    const seen = { left: 0, made: 0 };
    const ask = llm({
      ...base,
      call: async function* (_: unknown, { clock }) {
        try {
          for (const piece of pieces) {
            if (everyMs > 0) await new Promise<void>((resolve) => clock.timer(everyMs, resolve));
            seen.made++;
            yield piece;
          }
        } finally {
          seen.left++;
        }
      },
      ...options,
    });
    return { ask, seen };
  };

  it(
    'is its text as it comes, and then the whole reply, in one span',
    observed(async (trace) => {
      const { ask } = streaming([undefined, 'one', '', ' two'], { everyMs: 10 });
      const stream = ask.stream(undefined);
      const reading = (async () => {
        const chunks: string[] = [];
        for await (const chunk of stream) chunks.push(chunk);
        return chunks;
      })();
      await trace.clock.advance(40);
      expect(await reading).toEqual(['one', ' two']);
      expect(await stream.result).toEqual({
        text: 'one two',
        toolCalls: [],
        finishReason: 'stop',
        usage: {
          provider: 'acme',
          model: 'm-1',
          requestModel: 'm',
          operation: 'chat',
          inputTokens: 3,
          outputTokens: 7,
        },
        response: undefined,
      });
      expect(trace).toHaveSpanTree('primitive.llm.chat "ask" success');
      expect(trace.spans[0]?.attributes).toMatchObject({
        'gen_ai.request.stream': true,
        'gen_ai.response.id': 'r1',
        'gen_ai.response.finish_reasons': ['stop'],
        // From the second event on, of which each is output, also one without text.
        'gen_ai.response.time_to_first_chunk': 0.02,
        'stream.chunks': 2,
        'stream.time_to_first_chunk_ms': 20,
      });
      expect(trace).toHaveMetric('gen_ai.client.inference.time_to_first_chunk', { value: 0.02 });
      expect(trace).toHaveMetric('gen_ai.client.inference.time_per_output_chunk', 2);
      expect(trace).toHaveMetric('gen_ai.client.inference.time_per_output_chunk', { value: 0.02 });
      expect(trace).toHaveMetric('gen_ai.client.inference.duration', { value: 0.04 });
    }, manual),
  );

  it(
    'is read by execute as well, where nobody waits for a reader',
    observed(async (trace) => {
      const { ask } = streaming(['one', ' two']);
      expect((await ask.execute(undefined)).text).toBe('one two');
      expect(trace.spans[0]?.attributes).toMatchObject({ 'gen_ai.request.stream': true, 'stream.chunks': 2 });
    }),
  );

  it(
    'is made no faster than it is read, and its times leave out what the reader takes',
    observed(async (trace) => {
      const { ask, seen } = streaming(['a', 'b', 'c'], { everyMs: 10 });
      const chunks = ask.stream(undefined)[Symbol.asyncIterator]();
      for (const expected of ['a', 'b', 'c']) {
        const next = chunks.next();
        await trace.clock.advance(10);
        expect(await next).toEqual({ done: false, value: expected });
        await trace.clock.advance(1_000);
        expect(seen.made).toBeLessThanOrEqual('abc'.indexOf(expected) + 2);
      }
      expect(await chunks.next()).toEqual({ done: true, value: undefined });
      const perChunk = trace.points.find(({ metric }) => metric.endsWith('time_per_output_chunk'));
      expect([perChunk?.count, perChunk?.value]).toEqual([2, 0.02]);
    }, manual),
  );

  it(
    'ends with its reader: the stream of the client is let go of, and what it told is counted',
    observed(async (trace) => {
      const { ask, seen } = streaming(['one', ' two', ' three']);
      for await (const _ of ask.stream(undefined)) break;
      expect(seen.left).toBe(1);
      expect(trace).toHaveSpanTree('primitive.llm.chat "ask" cancelled');
      expect(trace.spans[0]?.attributes).toMatchObject({
        'gen_ai.usage.input_tokens': 3,
        'gen_ai.response.model': 'm-1',
        'stream.chunks': expect.any(Number),
      });
      expect(trace.spans[0]?.attributes['gen_ai.usage.output_tokens']).toBeGreaterThanOrEqual(3);
      expect(trace).toHaveMetric('gen_ai.client.inference.duration', 1);
      expect(
        trace.points.find(({ metric }) => metric === 'gen_ai.client.inference.duration')?.labels[
          'error.type'
        ],
      ).toBe('OBS_ERR_CANCELLED');
    }),
  );

  it(
    'fails with what broke it, once text has gone to a reader: another attempt would say it twice',
    observed(async (trace) => {
      const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
      const { ask, seen } = streaming(['one', reset]);
      const chunks: string[] = [];
      await expect(
        (async () => {
          for await (const chunk of ask.stream(undefined)) chunks.push(chunk);
        })(),
      ).rejects.toBe(reset);
      expect([chunks, seen.left]).toEqual([['one'], 1]);
      expect(trace).toHaveSpanTree('primitive.llm.chat "ask" error');
      expect(trace.spans[0]?.attributes).toMatchObject({
        'retry.stopped': 'streamed',
        'gen_ai.usage.output_tokens': 3,
        'stream.chunks': 1,
      });
    }),
  );

  it(
    'is tried again where nobody has read of it, and only the answer is told',
    observed(async (trace) => {
      let attempts = 0;
      const ask = llm({
        ...base,
        call: async function* () {
          attempts++;
          yield 'one';
          if (attempts === 1) throw new Error('connection reset');
          yield ' two';
        },
      });
      const asking = ask.execute(undefined);
      await trace.clock.advance(0);
      await trace.clock.advance(trace.clock.nextTimerInMs ?? 0);
      expect((await asking).text).toBe('one two');
      expect(trace).toHaveMetric('recovery.events', 1);
      expect(trace).toHaveMetric('gen_ai.client.inference.usage.output_tokens', { value: 7 });
    }, manual),
  );

  it(
    'tells nothing of an attempt that was repeated, also where the next one comes to nothing',
    observed(async (trace) => {
      const refused = Object.assign(new Error('bad'), { status: 400 });
      let attempts = 0;
      const ask = llm({
        ...base,
        call: () => {
          if (attempts++ > 0) throw refused;
          return (async function* (): AsyncGenerator<Piece> {
            yield 'one';
            throw new Error('connection reset');
          })();
        },
      });
      const asking = ask.tryExecute(undefined);
      await trace.clock.advance(0);
      await trace.clock.advance(trace.clock.nextTimerInMs ?? 0);
      expect(await asking).toMatchObject({ ok: false, error: refused });
      expect(trace).toHaveMetric('gen_ai.client.inference.usage.output_tokens', { value: 0 });
      expect(trace).not.toHaveMetric('gen_ai.client.inference.time_to_first_chunk');
    }, manual),
  );

  it(
    'is told by the time limit that it does not heed: what it used until then, on the span',
    observed(async (trace) => {
      const ask = llm({
        ...base,
        call: async function* () {
          yield 'one';
          await new Promise(() => undefined);
        },
      });
      const asking = timeout(ask, { ms: 50 }).tryExecute(undefined);
      await trace.clock.advance(50);
      expect(await asking).toMatchObject({ ok: false, error: { code: 'OBS_ERR_TIMEOUT' } });
      expect(trace.spans.find(({ name }) => name === 'primitive.llm.chat')?.attributes).toMatchObject({
        'execution.status': 'cancelled',
        'gen_ai.usage.input_tokens': 3,
        'gen_ai.usage.output_tokens': 3,
      });
      expect(trace).toHaveMetric('gen_ai.client.inference.usage.output_tokens', { value: 3 });
    }, manual),
  );

  it(
    'may lie inside of what the client answers, which is the response then',
    observed(async () => {
      interface Result {
        readonly id: string;
        readonly parts?: AsyncIterable<Piece>;
      }
      const reads: LlmAdapter<Result, Piece> = {
        reply: ({ id }) => ({ text: id }),
        stream: plain.stream as () => ReturnType<NonNullable<typeof plain.stream>>,
        events: ({ parts }) => parts,
      };
      const { ask } = streaming(['one']);
      const parts = async function* () {
        for await (const chunk of ask.stream(undefined)) yield chunk;
      };
      const inner = llm({ ...base, call: (): Result => ({ id: 'whole', parts: parts() }), reads });
      expect(await inner.execute(undefined)).toMatchObject({ text: 'one', response: { id: 'whole' } });
      const whole = llm({ ...base, call: (): Result => ({ id: 'whole' }), reads });
      expect(await whole.execute(undefined)).toMatchObject({ text: 'whole', response: { id: 'whole' } });
    }),
  );

  it.each([undefined, null])('is no call that returns %p', async (nothing) => {
    const ask = llm({ ...base, call: () => nothing as never });
    await expect(ask.execute(undefined)).rejects.toMatchObject({
      code: 'OBS_ERR_INVALID_OPTION',
      message: `llm "ask": call returned ${String(nothing)}; it has to return what the client answers`,
    });
  });

  it('is refused where the adapter cannot read it, and let go of', async () => {
    let isOpen = true;
    const call = async function* () {
      try {
        yield 'one';
        yield 'two';
      } finally {
        isOpen = false;
      }
    };
    const ask = llm({ ...base, call, reads: { reply: () => ({}) } });
    await expect(ask.execute(undefined)).rejects.toMatchObject({
      code: 'OBS_ERR_INVALID_OPTION',
      message: 'llm "ask": call returned a stream, and the adapter of reads has no stream() to read it with',
    });
    expect(isOpen).toBe(false);
  });

  it('is refused with no other error where it cannot be let go of', async () => {
    const call = () => ({
      [Symbol.asyncIterator]: (): AsyncIterator<Piece> => {
        throw new Error('already read');
      },
    });
    const ask = llm({ ...base, call, reads: { reply: () => ({}) } });
    await expect(ask.execute(undefined)).rejects.toMatchObject({ code: 'OBS_ERR_INVALID_OPTION' });
  });

  it(
    'has taken to its first chunk since the model was called',
    observed(async (trace) => {
      const ask = llm({
        ...base,
        call: async (_: void, scope) => {
          await pause(scope, 300);
          return (async function* (): AsyncGenerator<Piece> {
            yield 'one';
          })();
        },
      });
      const asking = ask.execute();
      await trace.clock.advance(0);
      await trace.clock.advance(300);
      await asking;
      expect(trace.spans[0]?.attributes['gen_ai.response.time_to_first_chunk']).toBe(0.3);
    }, manual),
  );

  it(
    'is tried again where its last event is missing, and fails once text has gone to a reader',
    observed(async (trace) => {
      const event = (content: string, finish_reason: string | null) => ({
        choices: [{ index: 0, delta: { content }, finish_reason }],
      });
      let attempts = 0;
      const call = async function* () {
        yield event('Bl', null);
        if (++attempts === 2) yield event('ue', 'stop');
      };
      const ask = llm({ ...base, call, reads: openAiChat });
      const asking = ask.execute(undefined);
      await trace.clock.advance(0);
      await trace.clock.advance(trace.clock.nextTimerInMs ?? 0);
      expect((await asking).text).toBe('Blue');
      expect(attempts).toBe(2);
      const pieces: string[] = [];
      const reading = async (): Promise<void> => {
        for await (const piece of ask.stream(undefined)) pieces.push(piece);
      };
      await expect(reading()).rejects.toMatchObject({ reason: 'incomplete_stream', category: 'transient' });
      expect(pieces).toEqual(['Bl']);
      expect(trace.spans.at(-1)?.attributes).toMatchObject({ 'retry.stopped': 'streamed' });
    }, manual),
  );

  it(
    'fails with its own error where the adapter makes nothing of what came',
    observed(async (trace) => {
      const reset = Object.assign(new Error('bad'), { status: 400 });
      const reads: LlmAdapter<never, Piece> = {
        reply: () => ({}),
        stream: () => ({
          add: () => {
            throw reset;
          },
          soFar: () => {
            throw new Error('nothing yet');
          },
        }),
      };
      const { ask } = streaming(['one'], { options: { reads } });
      await expect(ask.execute(undefined)).rejects.toBe(reset);
      expect(trace).toHaveMetric('gen_ai.client.inference.duration', 1);
    }),
  );

  it('may be an iterator that cannot be let go of', async () => {
    const error = Object.assign(new Error('bad'), { status: 400 });
    const next = () => Promise.resolve({ done: false, value: error });
    const ask = llm({ ...base, call: () => ({ [Symbol.asyncIterator]: () => ({ next }) }) });
    await expect(ask.execute(undefined)).rejects.toBe(error);
  });

  it('keeps an error of a client that is let go of to itself', async () => {
    const error = Object.assign(new Error('bad'), { status: 400 });
    const ask = llm({
      ...base,
      call: () => ({
        [Symbol.asyncIterator]: () => ({
          next: () => Promise.resolve({ done: false as const, value: error }),
          return: () => Promise.reject(new Error('already closed')),
        }),
      }),
    });
    await expect(ask.execute(undefined)).rejects.toBe(error);
  });
});

describeOutcomes(
  'llm',
  (step) =>
    llm({
      ...base,
      maxRetries: 0,
      call: (input: never, scope) => scope.step('inner', step, input),
      reads: { reply: (n: number) => ({ text: String(n), model: 'm-1', usage: { inputTokens: 1 } }) },
    }),
  {
    output: {
      text: '2',
      toolCalls: [],
      usage: { provider: 'acme', model: 'm-1', requestModel: 'm', operation: 'chat', inputTokens: 1 },
      response: 2,
    },
    success: `
    primitive.llm.chat "ask" success
    └─ primitive.mock.execute "step" success
  `,
    error: `
    primitive.llm.chat "ask" error
    └─ primitive.mock.execute "step" error
  `,
    timeout: `
    primitive.llm.chat "ask" timeout
    └─ primitive.timeout.execute "step" timeout
       └─ primitive.mock.execute "step" cancelled
  `,
    cancelled: `
    primitive.llm.chat "ask" cancelled
    └─ primitive.mock.execute "step" cancelled
  `,
  },
);
