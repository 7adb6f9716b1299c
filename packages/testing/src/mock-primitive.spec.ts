import { describe, expect, it } from '@jest/globals';
import { stateKey } from '@tta/obs-context';
import type { InstrumentedPrimitive, RunScope } from '@tta/obs-instrumentation';
import fc from 'fast-check';
import { chain, each, passingOn, persist } from '../test/compositions.ts';
import { expectTrace, ManualClock, mockPrimitive, type MockPrimitive, observe, observed } from './index.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_T extends true>(): void => undefined;

describe('mockPrimitive', () => {
  it('answers in the order of its answers, and stays with the last', async () => {
    const down = new Error('down');
    const price = mockPrimitive<string, number>('price')
      .fails(down, { times: 2 })
      .returns(3)
      .runs((item) => item.length);
    await expect(price.execute('a')).rejects.toBe(down);
    await expect(price.execute('b')).rejects.toBe(down);
    expect(await price.execute('c')).toBe(3);
    expect(await price.execute('four')).toBe(4);
    expect(await price.execute('fiver')).toBe(5);
  });

  it('is made of a function alone, with its types', async () => {
    const price = mockPrimitive('price', (item: string) => item.length);
    same<Same<typeof price, MockPrimitive<string, number>>>();
    expect(await price.execute('four')).toBe(4);
    const later = mockPrimitive('later', async (item: string) => [item]);
    same<Same<typeof later, MockPrimitive<string, string[]>>>();
    expect(await later.execute('a')).toEqual(['a']);
  });

  it('answers undefined where it is told to', async () => {
    const nothing = mockPrimitive<string, undefined>('nothing').returns(undefined);
    expect(await nothing.execute('a')).toBe(undefined);
    expect(nothing.lastCall).toMatchObject({ outcome: 'success', output: undefined });
  });

  it('goes on with answers that it is given after it was called', async () => {
    const price = mockPrimitive<string, number>('price').returns(1);
    expect([await price.execute('a'), await price.execute('b')]).toEqual([1, 1]);
    price.returns(2);
    expect([await price.execute('c'), await price.execute('d')]).toEqual([2, 2]);
  });

  it(
    'has the span of a primitive, its own or that of the one it stands for',
    observed(
      async (trace) => {
        await mockPrimitive('price', (item: string) => item.length).execute('four');
        await mockPrimitive<string, string>('gpt', { type: 'llm', action: 'chat' })
          .returns('yes')
          .execute('?');
        await mockPrimitive('gpt', (text: string) => text, { type: 'llm', action: 'chat' }).execute('?');
        expect(String(trace)).toBe(
          [
            '  primitive.mock.execute "price" success 0 ms',
            '  primitive.llm.chat "gpt" success 0 ms',
            '  primitive.llm.chat "gpt" success 0 ms',
          ].join('\n'),
        );
      },
      { clock: 'manual' },
    ),
  );

  it('keeps its calls: input, context and how each went', async () => {
    const down = new Error('down');
    const input = { item: 'a' };
    const price = mockPrimitive<{ item: string }, number>('price').returns(1).fails(down);
    await price.execute(input, { workflowName: 'shop', tags: { team: 'blue' } });
    await expect(price.execute({ item: 'b' })).rejects.toBe(down);
    expect(price.calls).toMatchObject([
      { input: { item: 'a' }, outcome: 'success', output: 1, error: undefined },
      { input: { item: 'b' }, outcome: 'error', output: undefined, error: down },
    ]);
    expect(price.calls[0]?.input).toBe(input);
    expect(price.calls[0]?.context).toMatchObject({ workflowName: 'shop', tags: { team: 'blue' } });
    expect(price.lastCall).toBe(price.calls[1]);
  });

  it('keeps a call from its begin on, as one that is open', async () => {
    const clock = new ManualClock();
    await observe(
      async () => {
        const slow = mockPrimitive<string, string>('slow').runs(
          (text, scope) => new Promise((resolve) => void scope.clock.timer(10, () => resolve(text))),
        );
        const running = slow.execute('a');
        expect(slow.lastCall).toMatchObject({ input: 'a', outcome: 'open', output: undefined });
        await clock.advance(10);
        await running;
        expect(slow.lastCall).toMatchObject({ outcome: 'success', output: 'a' });
      },
      { clock },
    );
  });

  it(
    'hangs where it is told to, until it is cancelled, and answers the call after that',
    observed(
      async (trace) => {
        const page = mockPrimitive<string, string>('fetch page').hangs().returns('page');
        const abort = new AbortController();
        const reason = new Error('too slow');
        const read = page.tryExecute('http', { signal: abort.signal });
        await trace.clock.advance(3_600_000);
        expect(page.lastCall).toMatchObject({ input: 'http', outcome: 'open', error: undefined });
        expect(trace.clock.pendingTimers).toBe(0);
        abort.abort(reason);
        expect(await read).toMatchObject({ ok: false, error: reason });
        expect(page.lastCall).toMatchObject({ outcome: 'cancelled', output: undefined, error: reason });
        expect(await page.execute('http')).toBe('page');
        expect(String(trace)).toBe(
          [
            '  primitive.mock.execute "fetch page" cancelled 3600 s',
            '  primitive.mock.execute "fetch page" success 0 ms',
          ].join('\n'),
        );
      },
      { clock: 'manual' },
    ),
  );

  it(
    'hangs as often as it is told to, and where it ignores the abort for ever',
    observed(
      async ({ clock }) => {
        const page = mockPrimitive<string, string>('fetch page')
          .hangs({ times: 2, ignoresAbort: true })
          .hangs();
        const abort = new AbortController();
        const all = ['a', 'b', 'c', 'd'].map((input) => page.tryExecute(input, { signal: abort.signal }));
        await clock.advance(0);
        abort.abort(new Error('enough'));
        await Promise.all(all.slice(2));
        await clock.advance(0);
        expect(page.calls.map(({ outcome }) => outcome)).toEqual(['open', 'open', 'cancelled', 'cancelled']);
        expect(() => page.hangs({ times: 0 })).toThrow('times is 0; it has to be a whole number above 0');
      },
      { clock: 'manual' },
    ),
  );

  it('keeps as cancelled what ended after its signal had aborted, whatever it threw, and as success what answered', async () => {
    const abort = new AbortController();
    const page = mockPrimitive<string, string>('fetch page')
      .runs(() => {
        abort.abort(new Error('user left'));
        throw new Error('aborted');
      })
      .runs(() => {
        second.abort(new Error('user left'));
        return 'page';
      });
    const second = new AbortController();
    await page.tryExecute('a', { signal: abort.signal });
    await page.tryExecute('b', { signal: second.signal });
    expect(page.calls).toMatchObject([
      { outcome: 'cancelled', error: { message: 'aborted' } },
      { outcome: 'success', output: 'page' },
    ]);
  });

  it('runs steps of its own and shares the state of the run', async () => {
    const total = stateKey<number>('total');
    const part = mockPrimitive('part', (n: number) => n + 1);
    const whole = mockPrimitive('whole', async (n: number, scope) => {
      scope.context.set(total, n);
      return scope.step('step_0', part, n);
    });
    expect(await whole.execute(1)).toBe(2);
    expect(part.lastCall?.context.get(total)).toBe(1);
    expect(part.lastCall?.context.correlationId).toBe(whole.lastCall?.context.correlationId);
  });

  it('forgets its calls and begins again when it is reset', async () => {
    const price = mockPrimitive<string, number>('price').returns(1).returns(2);
    await price.execute('a');
    await price.execute('b');
    const before = price.calls;
    price.reset();
    expect([price.calls, price.lastCall]).toEqual([[], undefined]);
    expect(before).toHaveLength(2);
    expect(await price.execute('c')).toBe(1);
  });

  it('says what to do where it has no answer', async () => {
    const price = mockPrimitive<string, number>('price');
    await expect(price.execute('a')).rejects.toMatchObject({
      code: 'OBS_ERR_NO_ANSWER',
      recoverable: false,
      message:
        'mock "price": call 1 needs an answer and it has none; give it one with .returns(value), .fails(error), .hangs() or .runs(fn)',
    });
    price.reset();
    price.returns(1, { times: 2 });
    await price.execute('a');
    await price.execute('b');
    await expect(price.execute('c')).rejects.toMatchObject({
      code: 'OBS_ERR_NO_ANSWER',
      message:
        'mock "price": call 3 needs an answer and it has 2, all given; add one, or leave out "times" of the last, which then stays',
    });
    expect(price.lastCall).toMatchObject({ input: 'c', outcome: 'error' });
  });

  it.each([0, -1, 1.5, Number.NaN, Infinity])('takes no answer that is given %d times', (times) => {
    expect(() => mockPrimitive<string, number>('price').returns(1, { times })).toThrow(
      expect.objectContaining({
        code: 'OBS_ERR_INVALID_OPTION',
        message: `times is ${times}; it has to be a whole number above 0`,
      }),
    );
  });

  it('is no thenable, so that an async function can return it', async () => {
    const made = await (async () => mockPrimitive('price', (item: string) => item.length))();
    expect(made.name).toBe('price');
    expect('then' in made).toBe(false);
  });

  it('keeps the order of calls that run at once', async () => {
    const clock = new ManualClock();
    await observe(
      async () => {
        const slowFirst = mockPrimitive('slow', (ms: number, scope) => {
          return new Promise<string>((resolve) => void scope.clock.timer(ms, () => resolve(`${ms} ms`)));
        });
        const all = each(slowFirst).execute([30, 10, 20]);
        await clock.advance(30);
        expect(await all).toEqual(['30 ms', '10 ms', '20 ms']);
        expect(slowFirst.calls.map(({ input, output }) => [input, output])).toEqual([
          [30, '30 ms'],
          [10, '10 ms'],
          [20, '20 ms'],
        ]);
      },
      { clock },
    );
  });

  it('stays apart in 200 tests at once', async () => {
    const tests = Array.from({ length: 200 }, (_, index) =>
      observe(async (trace) => {
        const answer = mockPrimitive<string, number>(`mock ${index}`).fails(new Error('once')).returns(index);
        expect(await persist(answer, 2).execute(`input ${index}`)).toBe(index);
        expect(answer.calls.map(({ input }) => input)).toEqual([`input ${index}`, `input ${index}`]);
        expect(trace.spans).toHaveLength(5);
      }),
    );
    await Promise.all(tests);
  });

  it('gives each answer as often as it is told, whatever the answers and however many run at once', async () => {
    const answers = fc.array(
      fc.record({
        fails: fc.boolean(),
        times: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
      }),
      { minLength: 1, maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(answers, fc.integer({ min: 0, max: 20 }), async (told, calls) => {
        const mock = mockPrimitive<number, number>('mock');
        for (const [index, { fails, times }] of told.entries()) {
          const options = times === undefined ? {} : { times };
          if (fails) mock.fails(index, options);
          else mock.returns(index, options);
        }
        const expected = told.flatMap(({ fails, times }, index) => {
          const often = times ?? (index === told.length - 1 ? calls : 1);
          return Array.from({ length: often }, () => (fails ? `threw ${index}` : `returned ${index}`));
        });
        const heard = await Promise.all(
          Array.from({ length: calls }, (_, call) =>
            mock.execute(call).then(
              (value) => `returned ${value}`,
              (error: unknown) => (typeof error === 'number' ? `threw ${error}` : 'no answer'),
            ),
          ),
        );
        expect(heard).toEqual(Array.from({ length: calls }, (_, call) => expected[call] ?? 'no answer'));
        expect(mock.calls.map(({ input }) => input)).toEqual(
          Array.from({ length: calls }, (_, call) => call),
        );
      }),
    );
  });

  it(
    'streams what it is told to, each chunk when the one before it was read, and then returns',
    observed(async (trace) => {
      const count = mockPrimitive<string, number, string>('count')
        .streams(['one', 'two', 'three'], 3, { times: 1 })
        .streams([], 0);
      const stream = count.stream('a');
      const chunks: string[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      expect([chunks, await stream.result]).toEqual([['one', 'two', 'three'], 3]);
      expectTrace(trace).toHaveSpan({ name: 'count', attributes: { 'stream.chunks': 3 } }, 1);
      expect(await count.execute('b')).toBe(0);
      expect(count.calls).toMatchObject([{ output: 3 }, { output: 0 }]);
    }),
  );

  it('makes no chunk that nobody takes, and is cancelled by a break', async () => {
    const taken: number[] = [];
    const count = mockPrimitive<string, string, number>('count').runs(async (_, { emit }) => {
      for (let n = 0; ; n++) {
        await emit(n);
        taken.push(n);
      }
    });
    for await (const n of count.stream('a')) if (n === 2) break;
    expect(taken).toEqual([0, 1, 2]);
    expect(count.lastCall).toMatchObject({ outcome: 'cancelled', error: { code: 'OBS_ERR_CANCELLED' } });
  });

  it('gives its types to what it is composed into, and takes them from there', async () => {
    const size = mockPrimitive('size', (text: string) => text.length);
    const isLong = mockPrimitive<number, boolean>('is long').returns(true);
    const both = chain(size, isLong);
    same<Same<typeof both, InstrumentedPrimitive<string, boolean>>>();
    expect(await both.execute('a')).toBe(true);
    const call = isLong.lastCall;
    same<Same<NonNullable<typeof call>['input'], number>>();
    same<Same<NonNullable<typeof call>['output'], boolean | undefined>>();
    expect(call?.input).toBe(1);

    const chunks = mockPrimitive('chunks', async (n: number, { emit }: RunScope<string>) => emit(`${n}`));
    same<Same<typeof chunks, MockPrimitive<number, void, string>>>();
    const passed = passingOn(chunks);
    same<Same<typeof passed, InstrumentedPrimitive<number, void, string>>>();

    const given: InstrumentedPrimitive<string, number> = mockPrimitive('given');
    expect(given.name).toBe('given');
    const mistakes = (): void => {
      // @ts-expect-error a boolean is no text
      chain(isLong, size);
      // @ts-expect-error it answers with numbers
      size.returns('12');
      // @ts-expect-error it takes texts
      void size.execute(12);
      // @ts-expect-error the answer takes numbers
      size.runs((n: number) => n);
      // @ts-expect-error its chunks are texts
      chunks.streams([1], undefined);
      // @ts-expect-error it has none
      size.streams(['a'], 1);
      // @ts-expect-error a mock has no such option
      mockPrimitive('x', { kind: 'llm' });
    };
    expect(mistakes).toBeDefined();
  });
});
