import { getEventListeners } from 'node:events';
import { SpanKind } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import type { InstrumentedPrimitive } from '@tta/obs-instrumentation';
import { chain, persist } from '../../test/compositions.ts';
import { type FakeLlm, fakeLlm, faults, type LlmReply, ManualClock, observe, observed } from '../index.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_T extends true>(): void => undefined;

const manual = { clock: 'manual' } as const;
const text = ({ text }: LlmReply): string => text;

describe('fakeLlm', () => {
  it('answers every call with one reply, or with one each of a list', async () => {
    const always = fakeLlm('yes');
    expect([text(await always.execute('a')), text(await always.execute('b'))]).toEqual(['yes', 'yes']);
    const down = new Error('429 Too Many Requests');
    const scripted = fakeLlm(['first', { error: down }, { text: 'third' }, async () => 'fourth']);
    expect(text(await scripted.execute('a'))).toBe('first');
    await expect(scripted.execute('b')).rejects.toBe(down);
    expect(text(await scripted.execute('c'))).toBe('third');
    expect(text(await scripted.execute('d'))).toBe('fourth');
  });

  it('answers by what it is asked', async () => {
    const llm = fakeLlm((question: string) =>
      question.includes('sky') ? { text: 'blue', usage: { outputTokens: 1 } } : `You asked: ${question}`,
    );
    expect(text(await llm.execute('the sky?'))).toBe('blue');
    expect(text(await llm.execute('the sea?'))).toBe('You asked: the sea?');
    const picky = fakeLlm((question: string) => {
      throw new Error(`no idea about ${question}`);
    });
    await expect(picky.execute('the sea')).rejects.toThrow('no idea about the sea');
  });

  it('says what to do where its script has ended', async () => {
    const llm = fakeLlm(['one', 'two'], { name: 'planner' });
    await llm.execute('a');
    await llm.execute('b');
    await expect(persist(llm, 1).execute('c')).rejects.toMatchObject({
      code: 'OBS_ERR_NO_ANSWER',
      message:
        'fake model "planner": call 3 needs a reply and its script has 2, all given; add one, or give a reply or function instead of a list, for every call',
    });
    await expect(llm.stream('d').result).rejects.toThrow(
      'call 4 needs a reply and its script has 2, all given',
    );
    await expect(fakeLlm([]).execute('a')).rejects.toThrow('call 1 needs a reply and its script has none;');
    llm.reset();
    expect([text(await llm.execute('a')), text(await llm.execute('b'))]).toEqual(['one', 'two']);
    await expect(llm.execute('c')).rejects.toThrow('call 3 needs a reply and its script has 2, all given');
  });

  it(
    'does not wait for a script function once it is cancelled',
    observed(async (trace) => {
      const controller = new AbortController();
      const { signal } = controller;
      let answer: (text: string) => void = () => undefined;
      const llm = fakeLlm(() => new Promise<string>((resolve) => (answer = resolve)));
      const answered = llm.execute('a', { signal });
      await trace.clock.advance(1);
      answer('yes');
      expect(text(await answered)).toBe('yes');
      expect(getEventListeners(signal, 'abort')).toEqual([]);
      const asked = llm.tryExecute('b', { signal });
      controller.abort(new Error('user left'));
      expect(await asked).toMatchObject({ ok: false, error: signal.reason });
      expect(trace.spans[1]?.attributes).toMatchObject({ 'execution.status': 'cancelled' });
      const own = new AbortController();
      const cancelling = fakeLlm(() => {
        own.abort(new Error('enough'));
        return new Promise<string>(() => undefined);
      });
      await expect(cancelling.execute('c', { signal: own.signal })).rejects.toBe(own.signal.reason);
    }, manual),
  );

  it.each([
    [{ delayMs: -5 }, 'delayMs is -5; it has to be a number of at least 0'],
    [{ delayMs: Number.NaN }, 'delayMs is NaN; it has to be a number of at least 0'],
    [{ usage: { inputTokens: -1 } }, 'usage.inputTokens is -1; it has to be a number of at least 0'],
    [{ usage: { outputTokens: -3 } }, 'usage.outputTokens is -3; it has to be a number of at least 0'],
    [
      { usage: { cachedInputTokens: -3 } },
      'usage.cachedInputTokens is -3; it has to be a number of at least 0',
    ],
    [{ usage: { costUsd: Infinity } }, 'usage.costUsd is Infinity; it has to be a number of at least 0'],
  ])('takes no reply like %j, in a script or of a function', async (reply, found) => {
    const error = { code: 'OBS_ERR_INVALID_OPTION', message: `fake model "planner": ${found}` };
    const options = { name: 'planner' };
    expect(() => fakeLlm(reply, options)).toThrow(expect.objectContaining(error));
    expect(() => fakeLlm(['yes', reply], options)).toThrow(expect.objectContaining(error));
    await expect(fakeLlm(() => reply, options).execute('a')).rejects.toMatchObject(error);
  });

  it(
    'has the span of a model call, with what it used: a word is a token',
    observed(async (trace) => {
      const llm = fakeLlm('Because of the air', {
        model: 'fake-large',
        name: 'explain',
        usdPerMillionTokens: { input: 1_000, output: 10_000 },
      });
      const reply = await llm.execute('why is the sky blue?');
      const usage = {
        provider: 'fake',
        model: 'fake-large',
        inputTokens: 5,
        outputTokens: 4,
        costUsd: 0.045,
      };
      expect(reply).toEqual({ text: 'Because of the air', toolCalls: [], usage, finishReason: 'stop' });
      expect(String(trace)).toBe('  primitive.llm.chat "explain" success 0 ms');
      expect(trace.spans[0]?.kind).toBe(SpanKind.CLIENT);
      expect(trace.spans[0]?.attributes).toMatchObject({
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'fake',
        'gen_ai.request.model': 'fake-large',
        'gen_ai.response.model': 'fake-large',
        'gen_ai.usage.input_tokens': 5,
        'gen_ai.usage.output_tokens': 4,
        'cost.usd': 0.045,
      });
      const tokens = trace.points.filter(({ metric }) => metric === 'llm.tokens.total');
      expect(tokens.map(({ labels, value }) => [labels['llm.token_type'], value])).toEqual([
        ['prompt', 5],
        ['completion', 4],
      ]);
    }, manual),
  );

  it('reports the usage that its script says', async () => {
    const usage = { inputTokens: 900, cachedInputTokens: 800, outputTokens: 7, costUsd: 0.01 };
    const llm = fakeLlm({ text: 'yes', usage }, { usdPerMillionTokens: { input: 1, output: 1 } });
    expect((await llm.execute('a')).usage).toEqual({ provider: 'fake', model: 'fake-model', ...usage });
  });

  it(
    'leaves the cost to the price table where it has no price',
    observed(
      async (trace) => {
        await fakeLlm('yes').execute('a b');
        expect(trace.spans[0]?.attributes).toMatchObject({ 'cost.usd': 2 });
      },
      { ...manual, pricing: { estimateUsd: ({ inputTokens = 0 }) => inputTokens } },
    ),
  );

  it(
    'takes its time on the clock, and ends at once when it is cancelled',
    observed(async (trace) => {
      const { clock } = trace;
      const llm = fakeLlm({ text: 'yes no', delayMs: 800 });
      const first = llm.execute('a');
      await clock.advance(800);
      expect(text(await first)).toBe('yes no');
      const abort = new AbortController();
      const second = llm.tryExecute('a', { signal: abort.signal });
      await clock.advance(100);
      abort.abort(new Error('user left'));
      expect(await second).toMatchObject({ ok: false, error: abort.signal.reason });
      expect(clock.pendingTimers).toBe(0);
      expect(String(trace)).toBe(
        '  primitive.llm.chat "fake-model" success 800 ms\n  primitive.llm.chat "fake-model" cancelled 100 ms',
      );
      expect(trace.spans[1]?.attributes).not.toHaveProperty('gen_ai.usage.input_tokens');
    }, manual),
  );

  it(
    'has used nothing when it fails before any text, unless its script says so',
    observed(async (trace) => {
      const llm = fakeLlm([
        { error: new Error('429') },
        { error: new Error('content filter'), usage: { inputTokens: 3, outputTokens: 2 } },
        { text: 'half an', error: new Error('connection reset') },
      ]);
      for (const question of ['a', 'b', 'c']) await llm.tryExecute(question);
      expect(
        trace.spans.map(({ attributes }) => [
          attributes['gen_ai.usage.input_tokens'],
          attributes['gen_ai.usage.output_tokens'],
        ]),
      ).toEqual([
        [undefined, undefined],
        [3, 2],
        [1, 2],
      ]);
    }, manual),
  );

  it('calls tools', async () => {
    const toolCalls = [{ id: 'call-1', name: 'search', arguments: { query: 'sky' } }];
    expect(await fakeLlm([{ toolCalls }]).execute('a')).toMatchObject({ text: '', toolCalls });
    const stream = fakeLlm([{ toolCalls }]).stream('a');
    for await (const chunk of stream) throw new Error(`a chunk without text: ${chunk}`);
    expect((await stream.result).toolCalls).toEqual(toolCalls);
  });

  it('keeps its calls, and forgets them and begins again when it is reset', async () => {
    const llm = fakeLlm<string>(['one', 'two']);
    await llm.execute('a', { workflowName: 'shop' });
    await llm.stream('b').result;
    expect(llm.calls).toMatchObject([
      { input: 'a', outcome: 'success', output: { text: 'one' }, context: { workflowName: 'shop' } },
      { input: 'b', outcome: 'success', output: { text: 'two' } },
    ]);
    expect(llm.lastCall).toBe(llm.calls[1]);
    llm.reset();
    expect([llm.calls, llm.lastCall]).toEqual([[], undefined]);
    expect(text(await llm.execute('c'))).toBe('one');
  });

  it('answers concurrent calls in the order in which they begin', async () => {
    const clock = new ManualClock();
    await observe(
      async () => {
        const llm = fakeLlm([{ text: 'slow', delayMs: 100 }, 'quick']);
        const both = Promise.all([llm.execute('a'), llm.execute('b')]);
        await clock.advance(100);
        expect((await both).map(text)).toEqual(['slow', 'quick']);
        expect(llm.calls.map(({ input, output }) => [input, output?.text])).toEqual([
          ['a', 'slow'],
          ['b', 'quick'],
        ]);
      },
      { clock },
    );
  });

  it('stays apart in 200 tests at once', async () => {
    const tests = Array.from({ length: 200 }, (_, index) =>
      observe(async (trace) => {
        const llm = fakeLlm((question: string) => `${question} ${index}`);
        const chunks: string[] = [];
        for await (const chunk of llm.stream(`answer to ${index}`)) chunks.push(chunk);
        expect(chunks).toEqual(['answer', ' to', ` ${index}`, ` ${index}`]);
        expect([trace.spans.length, llm.calls.length]).toEqual([1, 1]);
      }),
    );
    await Promise.all(tests);
  });

  it('gives its types to what it is composed into', async () => {
    interface Question {
      readonly about: string;
    }
    const always = fakeLlm('yes');
    same<Same<typeof always, FakeLlm<unknown>>>();
    const asked = fakeLlm(['no', { text: 'yes' }, ({ about }: Question) => about]);
    same<Same<typeof asked, FakeLlm<Question>>>();
    const step: InstrumentedPrimitive<Question, number> = chain(asked, (reply) => reply.text.length);
    expect(await step.execute({ about: 'sky' })).toBe(2);
    const retried = faults.failTimes(1, asked);
    await expect(retried.execute({ about: 'sky' })).rejects.toThrow('503');
    const mistakes = (): void => {
      // @ts-expect-error it takes questions
      void asked.execute('sky');
      // @ts-expect-error a reply is no number
      chain(asked, (n: number) => n);
      // @ts-expect-error nor is it made of one
      fakeLlm(12);
      // @ts-expect-error a reply has no such part
      fakeLlm({ content: 'yes' });
    };
    expect(mistakes).toBeDefined();
  });
});
