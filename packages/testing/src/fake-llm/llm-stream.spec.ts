import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { chain, passingOn } from '../../test/compositions.ts';
import type { RunStream } from '@tta/obs-instrumentation';
import { expectTrace, fakeLlm, faults, type LlmReply, ManualClock, observe, observed } from '../index.ts';

const manual = { clock: 'manual' } as const;
const text = ({ text }: LlmReply): string => text;
const collect = async (stream: RunStream<string, LlmReply>): Promise<string[]> => {
  const chunks: string[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
};

describe('stream of a fakeLlm', () => {
  it(
    'gives the reply word by word, each on the clock when it is asked for, in one span until the last',
    observed(async (trace) => {
      const { clock } = trace;
      const llm = fakeLlm({ text: 'Because of the air', delayMs: 50 });
      const stream = llm.stream('why?');
      const chunks: string[] = [];
      const reading = (async () => {
        for await (const chunk of stream) chunks.push(chunk);
      })();
      await clock.advance(150);
      expect(chunks).toEqual(['Because', ' of', ' the']);
      expect(String(trace)).toBe('  primitive.llm.chat "fake-model" open');
      await clock.advance(50);
      await reading;
      expect(chunks.join('')).toBe('Because of the air');
      expect(String(trace)).toBe('  primitive.llm.chat "fake-model" success 200 ms');
      expect(await stream.result).toMatchObject({ usage: { inputTokens: 1, outputTokens: 4 } });
      expect(trace.spans[0]?.attributes).toMatchObject({ 'gen_ai.usage.output_tokens': 4 });
      expect(clock.pendingTimers).toBe(0);
    }, manual),
  );

  it(
    'makes one word ahead of its reader, and no more',
    observed(async ({ clock }) => {
      const words = fakeLlm({ text: 'one two three', delayMs: 10 }).stream('?')[Symbol.asyncIterator]();
      await clock.advance(1000);
      expect(clock.pendingTimers).toBe(0);
      expect(await words.next()).toEqual({ done: false, value: 'one' });
      expect(clock.pendingTimers).toBe(1);
      await clock.advance(1000);
      expect(clock.pendingTimers).toBe(0);
      expect(await words.next()).toEqual({ done: false, value: ' two' });
    }, manual),
  );

  it(
    'is cancelled by a break, and has used the input and the words until then',
    observed(async (trace) => {
      const usage = { inputTokens: 12, outputTokens: 100 };
      const llm = fakeLlm({ text: 'one two three four', usage });
      const stream = llm.stream('count');
      for await (const chunk of stream) if (chunk === ' two') break;
      expect(String(trace)).toBe('  primitive.llm.chat "fake-model" cancelled 0 ms');
      expect(trace.spans[0]?.attributes).toMatchObject({
        'gen_ai.usage.input_tokens': 12,
        'gen_ai.usage.output_tokens': 50,
      });
      expect(trace.spans[0]?.failed).toBe(false);
      await expect(stream.result).rejects.toMatchObject({ code: 'OBS_ERR_CANCELLED' });
      expect(llm.lastCall).toMatchObject({ outcome: 'cancelled', error: { code: 'OBS_ERR_CANCELLED' } });
      await expect(collect(stream)).rejects.toMatchObject({ code: 'OBS_ERR_STREAM_READ' });
    }, manual),
  );

  it(
    'ends with the error of the model behind the words that came, once for the loop',
    observed(async (trace) => {
      const reset = new Error('connection reset');
      const stream = fakeLlm({ text: 'one two', error: reset }).stream('count');
      const chunks: string[] = [];
      const read = async (): Promise<void> => {
        for await (const chunk of stream) chunks.push(chunk);
      };
      await expect(read()).rejects.toBe(reset);
      expect(chunks).toEqual(['one', ' two']);
      await expect(read()).rejects.toMatchObject({ code: 'OBS_ERR_STREAM_READ' });
      await expect(stream.result).rejects.toBe(reset);
      expect(String(trace)).toBe('  primitive.llm.chat "fake-model" error 0 ms: connection reset');
      expect(trace.spans[0]?.events.map(({ name }) => name)).toEqual(['exception']);
    }, manual),
  );

  it(
    'gives the whole reply to who asks for it and does not read, and has no words for who comes later',
    observed(async (trace) => {
      const stream = fakeLlm({ text: 'one two three', delayMs: 5 }).stream('count');
      const result = stream.result;
      await trace.clock.advance(15);
      expect(text(await result)).toBe('one two three');
      expect(String(trace)).toBe('  primitive.llm.chat "fake-model" success 15 ms');
      await expect(collect(stream)).rejects.toMatchObject({ code: 'OBS_ERR_STREAM_READ' });
      expect(await stream.result).toBe(await result);
    }, manual),
  );

  it(
    'is cancelled by hand while a reader waits, with the reason given, and only once',
    observed(async (trace) => {
      const { clock } = trace;
      const stream = fakeLlm({ text: 'one two', delayMs: 100 }).stream('count');
      const words = stream[Symbol.asyncIterator]();
      const waiting = Promise.allSettled([words.next(), words.next()]);
      await clock.advance(50);
      const reason = new Error('enough');
      stream.cancel(reason);
      stream.cancel(new Error('too late'));
      expect(await waiting).toEqual([
        { status: 'rejected', reason },
        { status: 'fulfilled', value: { done: true, value: undefined } },
      ]);
      await expect(stream.result).rejects.toBe(reason);
      expect(String(trace)).toBe('  primitive.llm.chat "fake-model" cancelled 50 ms');
      expect(clock.pendingTimers).toBe(0);
      stream.cancel();
      const ended = fakeLlm('yes').stream('?');
      await ended.result;
      ended.cancel();
      expect(text(await ended.result)).toBe('yes');
    }, manual),
  );

  it(
    'is cancelled by default with an error that says so',
    observed(async () => {
      const stream = fakeLlm('one two').stream('count');
      stream.cancel();
      await expect(stream.result).rejects.toMatchObject({
        code: 'OBS_ERR_CANCELLED',
        message: 'the stream was cancelled',
      });
    }),
  );

  it.each([
    ['while a word is on its way', 1],
    ['while nobody reads', 0],
  ])('is cancelled with the run that it is in, %s', async (_, reads) => {
    const clock = new ManualClock();
    await observe(
      async (trace) => {
        const llm = fakeLlm({ text: 'one two', delayMs: 100 });
        const abort = new AbortController();
        const ask = chain(
          (question: string) => question,
          async (question) => {
            const words = llm.stream(question)[Symbol.asyncIterator]();
            for (let read = 0; read < reads; read++) await words.next();
            await words.next();
            return faults.hang().execute(question);
          },
        );
        const asking = ask.tryExecute('count', { signal: abort.signal });
        await clock.advance(reads === 0 ? 200 : 150);
        abort.abort(new Error('user left'));
        expect(await asking).toMatchObject({ ok: false, error: abort.signal.reason });
        expect(clock.pendingTimers).toBe(0);
        const call = trace.spans.find(({ name }) => name === 'primitive.llm.chat');
        expect(call).toMatchObject({
          attributes: { 'execution.status': 'cancelled', 'gen_ai.usage.output_tokens': 1 },
        });
        expect(trace.spans.some(({ spanId }) => spanId === call?.parentSpanId)).toBe(true);
      },
      { clock },
    );
  });

  it(
    'does not begin where its signal has aborted',
    observed(async (trace) => {
      const llm = fakeLlm('yes');
      const reason = new Error('before');
      const stream = llm.stream('?', { signal: AbortSignal.abort(reason) });
      await expect(stream.result).rejects.toBe(reason);
      expect(llm.calls).toEqual([]);
      expect(String(trace)).toBe('  primitive.llm.chat "fake-model" cancelled 0 ms');
    }, manual),
  );

  it(
    'continues the run of the context that it is given, and ends with its signal',
    observed(async (trace) => {
      const llm = fakeLlm('one two three');
      const abort = new AbortController();
      const ask = chain(
        (question: string) => question,
        async (question, scope) => {
          const stream = llm.stream(question, scope.context);
          const first: string[] = [];
          for await (const word of stream) {
            first.push(word);
            abort.abort(new Error('enough'));
          }
          return first;
        },
      );
      await expect(ask.execute('count', { signal: abort.signal, workflowName: 'counting' })).rejects.toThrow(
        'enough',
      );
      const call = trace.spans.find(({ name }) => name === 'primitive.llm.chat');
      expect(call?.attributes).toMatchObject({
        'workflow.name': 'counting',
        'execution.status': 'cancelled',
      });
      expect(new Set(trace.spans.map(({ traceId }) => traceId)).size).toBe(1);
    }, manual),
  );

  it(
    'is cancelled by an iterator that is given back before it was read',
    observed(async (trace) => {
      const words = fakeLlm('one two').stream('?')[Symbol.asyncIterator]();
      expect(await words.return?.()).toEqual({ done: true, value: undefined });
      expect(await words.next()).toEqual({ done: true, value: undefined });
      expect(String(trace)).toBe('  primitive.llm.chat "fake-model" cancelled 0 ms');
    }, manual),
  );

  it(
    'tells a reader that comes late of the error, once',
    observed(async (trace) => {
      const reset = new Error('connection reset');
      const words = fakeLlm({ text: 'one', error: reset }).stream('count')[Symbol.asyncIterator]();
      expect(await words.next()).toEqual({ done: false, value: 'one' });
      await trace.clock.advance(0);
      expect(trace.spans[0]).toMatchObject({ failed: true, endMs: trace.clock.now() });
      await expect(words.next()).rejects.toBe(reset);
      expect(await words.next()).toEqual({ done: true, value: undefined });
    }, manual),
  );

  it(
    'goes on for who asks for the result when it already waits for a reader',
    observed(async ({ clock }) => {
      const stream = fakeLlm('one two').stream('count');
      await clock.advance(0);
      expect(text(await stream.result)).toBe('one two');
      expect(text(await stream.result)).toBe('one two');
    }, manual),
  );

  it(
    'lets go of the signal of its caller when it has ended, and aborts nothing later',
    observed(async () => {
      const { signal } = new AbortController();
      let own: AbortSignal | undefined;
      const stream = fakeLlm((_: string, scope) => {
        own = scope.signal;
        return 'one two';
      }).stream('count', { signal });
      expect(getEventListeners(signal, 'abort')).toHaveLength(1);
      expect(await collect(stream)).toEqual(['one', ' two']);
      stream.cancel();
      expect([getEventListeners(signal, 'abort').length, own?.aborted]).toEqual([0, false]);
      expect(own && getEventListeners(own, 'abort')).toEqual([]);
    }),
  );

  it(
    'is cancelled also while its script function does not answer, with whoever reads and waits for the reply',
    observed(async (trace) => {
      const llm = fakeLlm(() => new Promise<string>(() => undefined));
      const stream = llm.stream('?');
      const waiting = Promise.allSettled([stream[Symbol.asyncIterator]().next(), stream.result]);
      await trace.clock.advance(10);
      const reason = new Error('enough');
      stream.cancel(reason);
      expect(await waiting).toEqual([
        { status: 'rejected', reason },
        { status: 'rejected', reason },
      ]);
      expect(String(trace)).toBe('  primitive.llm.chat "fake-model" cancelled 10 ms');
      expect(llm.lastCall).toMatchObject({ outcome: 'cancelled', error: reason });
    }, manual),
  );

  it(
    'costs the share of what its script says that was read, when it is cancelled',
    observed(async (trace) => {
      const usage = { inputTokens: 100, outputTokens: 40, costUsd: 5 };
      for await (const _ of fakeLlm({ text: 'one two three four', usage }).stream('count')) break;
      expect(trace.spans[0]?.attributes).toMatchObject({
        'gen_ai.usage.input_tokens': 100,
        'gen_ai.usage.output_tokens': 10,
        'cost.usd': 1.25,
      });
    }, manual),
  );

  it(
    'is that of the workflow around it, which passes its words on: in one span each',
    observed(async (trace) => {
      const llm = fakeLlm('Because of the air');
      const stream = passingOn(llm).stream('why?');
      expect(await collect(stream)).toEqual(['Because', ' of', ' the', ' air']);
      expect(text(await stream.result)).toBe('Because of the air');
      expectTrace(trace).toHaveSpanTree(`
        primitive.outer.execute "outer" success
        └─ primitive.llm.chat "fake-model" success
      `);
      expectTrace(trace).toHaveSpan({ attributes: { 'stream.chunks': 4 } }, 2);
      expectTrace(trace).toHaveSpan({ name: 'fake-model', attributes: { 'gen_ai.request.stream': true } }, 1);
    }, manual),
  );

  it(
    'has no chunks where nobody reads: the reply comes at once',
    observed(async (trace) => {
      const asking = passingOn(fakeLlm({ text: 'Because of the air', delayMs: 10 })).execute('why?');
      await trace.clock.advance(10);
      expect(await asking).toMatchObject({ text: 'Because of the air', finishReason: 'stop' });
      for (const { attributes } of trace.spans) {
        expect(attributes).not.toHaveProperty(['stream.chunks']);
        expect(attributes).not.toHaveProperty(['gen_ai.request.stream']);
      }
    }, manual),
  );

  it.each([
    [{ toolCalls: [{ name: 'look', arguments: {} }] }, 'tool_calls'],
    [{ text: 'cut', finishReason: 'length' }, 'length'],
    ['all', 'stop'],
  ])('ends for a reason: %j', async (reply, finishReason) => {
    await observe(async (trace) => {
      const stream = fakeLlm(reply).stream('?');
      expect(await stream.result).toMatchObject({ finishReason });
      expect(trace.spans[0]?.attributes).toMatchObject({ 'gen_ai.response.finish_reasons': [finishReason] });
    });
  });
});
