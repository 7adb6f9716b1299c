import { getEventListeners } from 'node:events';
import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { CancelledError } from '@tta/obs-context';
import { pause, type RunScope } from '@tta/obs-instrumentation';
import { faults, mockPrimitive, observed } from '@tta/obs-testing';
import fc from 'fast-check';
import { describeOutcomes } from '../test/outcomes.ts';
import { forEach, ForEachError, type ForEachOptions, skipItem, stopItems } from './for-each.ts';

const waitFor = async (ms: number, scope: RunScope) => {
  await pause(scope, ms);
  return ms;
};

/** A source that says what is done to it; without an end, unless it is given one. */
function numbers(end = Number.POSITIVE_INFINITY) {
  const seen = { pulled: 0, closed: false };
  function* generate() {
    try {
      for (let n = 0; n < end; n++) {
        seen.pulled++;
        yield n;
      }
    } finally {
      seen.closed = true;
    }
  }
  return Object.assign(seen, { items: generate() });
}

/** An async source that never answers after its first items, and says what is done to it. */
function stuckAfter(
  items: readonly number[],
  close: () => Promise<unknown> = () => new Promise(() => undefined),
) {
  const seen = { asked: 0, closed: 0 };
  const iterator: AsyncIterator<number> = {
    next: () => {
      const value = items[seen.asked++];
      if (value === undefined) return new Promise(() => undefined);
      return Promise.resolve({ done: false, value });
    },
    return: async () => {
      seen.closed++;
      await close();
      return { done: true, value: undefined };
    },
  };
  return Object.assign(seen, { items: { [Symbol.asyncIterator]: () => iterator } });
}

describe('forEach', () => {
  it(
    'runs its step on each item, one at a time, and gives the results',
    observed(async (trace) => {
      let running = 0;
      const double = async (n: number) => {
        expect(++running).toBe(1);
        await Promise.resolve();
        running--;
        return n * 2;
      };
      expect(await forEach(double).execute([1, 2])).toEqual([2, 4]);
      expect(trace).toHaveSpanTree(`
        primitive.foreach.execute "double" success
        ├─ primitive.foreach.item_0 "double" success
        │  └─ primitive.lambda.execute "double" success
        └─ primitive.foreach.item_1 "double" success
           └─ primitive.lambda.execute "double" success
      `);
      expect(trace.span('primitive.foreach.item_1').attributes['step.index']).toBe(1);
      expect(trace.span('primitive.foreach.execute').attributes).toMatchObject({
        'parallel.concurrency': 1,
        'foreach.items': 2,
      });
    }),
  );

  it.each<[string, Iterable<number> & object, number[]]>([
    ['an array', [1, 2, 3], [1, 2, 3]],
    ['a set', new Set([1, 2]), [1, 2]],
    ['a generator', numbers(2).items, [0, 1]],
    ['no items', [], []],
  ])('takes %s', async (_what, items, expected) => {
    expect(await forEach((n: number) => n, { concurrency: 2 }).execute(items)).toEqual(expected);
  });

  it('takes a stream of Node, and an iterable that is both as an asynchronous one', async () => {
    expect(await forEach((line: string) => line.length).execute(Readable.from(['a', 'bb']))).toEqual([1, 2]);
    const both = {
      *[Symbol.iterator]() {
        yield 'sync';
      },
      async *[Symbol.asyncIterator]() {
        yield 'async';
      },
    };
    expect(await forEach((kind: string) => kind).execute(both)).toEqual(['async']);
  });

  it('takes a source whose promises are none of the language', async () => {
    let given = 0;
    const next = () => {
      const result = { done: given === 10_000, value: given++ };
      return { then: (resolve: (value: typeof result) => void) => resolve(result) };
    };
    const items = { [Symbol.asyncIterator]: () => ({ next }) } as unknown as AsyncIterable<number>;
    expect(await forEach((n: number) => n || skipItem).execute(items)).toHaveLength(9999);
  });

  it.each([
    [
      'a text',
      '"fetch" got string and takes items: an array, a generator, a stream; for its characters, give it [...text]',
    ],
    [
      numbers,
      '"fetch" got function and takes items: an array, a generator, a stream; call the function, and give it what that returns',
    ],
    [7, '"fetch" got number and takes items: an array, a generator, a stream'],
    [{}, '"fetch" got object and takes items: an array, a generator, a stream'],
    [null, '"fetch" got null and takes items: an array, a generator, a stream'],
    [undefined, '"fetch" got undefined and takes items: an array, a generator, a stream'],
  ])('refuses %p for items, also where types do not', async (items, message) => {
    const outcome = await forEach((n: number) => n, { name: 'fetch' }).tryExecute(items as never);
    expect(outcome).toMatchObject({
      ok: false,
      error: { code: 'OBS_ERR_NO_ITEMS', category: 'validation', message },
    });
  });

  describe('with a concurrency', () => {
    it(
      'asks for the next item when one has ended, and not before',
      observed(
        async (trace) => {
          const source = numbers(5);
          const running = forEach((_: number, scope) => waitFor(10, scope), { concurrency: 2 }).execute(
            source.items,
          );
          expect(source.pulled).toBe(2);
          await trace.clock.advance(9);
          expect(source.pulled).toBe(2);
          await trace.clock.advance(1);
          expect(source.pulled).toBe(4);
          await trace.clock.advance(10);
          expect(source.pulled).toBe(5);
          await trace.clock.advance(10);
          expect(await running).toHaveLength(5);
          expect(trace.span('primitive.foreach.execute').attributes['parallel.concurrency']).toBe(2);
        },
        { clock: 'manual' },
      ),
    );

    it('never asks an asynchronous source for two items at a time', async () => {
      let asked = 0;
      let given = 0;
      const items = {
        [Symbol.asyncIterator]: () => ({
          next: async () => {
            expect(++asked).toBe(1);
            await Promise.resolve();
            asked--;
            return { done: given >= 20, value: given++ };
          },
        }),
      };
      const result = await forEach((n: number) => n, { concurrency: 5 }).execute(items);
      expect(result).toEqual([...Array(20).keys()]);
    });

    it(
      'gives results in the order of items, or unordered in that in which they came',
      observed(
        async (trace) => {
          const times = [30, 10, 20];
          const ordered = forEach(waitFor, { concurrency: 3 }).execute(times);
          const unordered = forEach(waitFor, { concurrency: 3, ordered: false }).execute(times);
          await trace.clock.advance(30);
          expect(await ordered).toEqual([30, 10, 20]);
          expect(await unordered).toEqual([10, 20, 30]);
        },
        { clock: 'manual' },
      ),
    );

    it('gives what a loop over the items gives, whatever its concurrency, source and timing', async () => {
      const plan = fc.record({
        items: fc.array(fc.record({ turns: fc.nat(4), does: fc.constantFrom('keep', 'skip', 'fail') }), {
          maxLength: 12,
        }),
        stop: fc.option(fc.nat(12), { nil: undefined }),
        concurrency: fc.integer({ min: 1, max: 5 }),
        asynchronous: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(plan, async ({ items, stop, concurrency, asynchronous }) => {
          let running = 0;
          let most = 0;
          const begun: number[] = [];
          const step = async (index: number) => {
            begun.push(index);
            most = Math.max(most, ++running);
            for (let turn = 0; turn < (items[index]?.turns ?? 0); turn++) await Promise.resolve();
            running--;
            if (index === stop) return stopItems;
            if (items[index]?.does === 'skip') return skipItem;
            return index;
          };
          const source = asynchronous
            ? (async function* () {
                yield* items.keys();
              })()
            : items.keys();
          const result = await forEach(step, { concurrency }).execute(source);
          const before = [...items.keys()].slice(0, stop);
          expect(result).toEqual(before.filter((index) => items[index]?.does !== 'skip'));
          expect(most).toBeLessThanOrEqual(concurrency);
          expect(begun).toEqual([...begun.keys()]);
          expect(begun.length).toBeGreaterThanOrEqual(Math.min(items.length, (stop ?? Infinity) + 1));
          expect(running).toBe(0);
        }),
      );
    });
  });

  describe('skipItem', () => {
    it('leaves no result for its item, also where undefined is one', async () => {
      const odd = forEach((n: number) => (n % 2 ? undefined : skipItem), { concurrency: 3 });
      expect(await odd.execute([1, 2, 3, 4])).toEqual([undefined, undefined]);
      expect(await forEach(() => skipItem, { ordered: false }).execute([1, 2])).toEqual([]);
    });

    it('lets go of each item with its end, so that a stream of any length takes no memory', async () => {
      setFlagsFromString('--expose-gc');
      const collectGarbage = runInNewContext('gc') as () => void;
      const total = 2_000;
      const items: WeakRef<object>[] = [];
      let unfinished = 0;
      let most = 0;
      function* stream() {
        for (let n = 0; n < total; n++) {
          const item = { n };
          items.push(new WeakRef(item));
          most = Math.max(most, ++unfinished);
          yield item;
        }
      }
      let kept = total;
      const step = async ({ n }: { n: number }) => {
        await Promise.resolve();
        unfinished--;
        if (n === total - 1) {
          // A WeakRef holds its object until the end of the turn in which it was made or asked.
          await new Promise(setImmediate);
          collectGarbage();
          kept = items.filter((item) => item.deref()).length;
        }
        return n % 500 === 0 ? n : skipItem;
      };
      expect(await forEach(step, { concurrency: 4 }).execute(stream())).toEqual([0, 500, 1000, 1500]);
      expect(most).toBe(4);
      expect(kept).toBeLessThanOrEqual(4);
    });
  });

  describe('stopItems', () => {
    it(
      'ends an endless source like break: what runs comes to its end, and what comes after it does not count',
      observed(
        async (trace) => {
          const source = numbers();
          const ended: number[] = [];
          const step = async (n: number, scope: RunScope) => {
            // The later ones are faster.
            await pause(scope, n === 3 ? 20 : n > 3 ? 10 : 30);
            ended.push(n);
            if (n === 3) return stopItems;
            return n;
          };
          const running = forEach(step, { concurrency: 5 }).execute(source.items);
          await trace.clock.advance(10);
          // The fifth and its successors have been quick, and one runs when the fourth stops.
          await trace.clock.advance(10);
          expect(source.closed).toBe(true);
          const { pulled } = source;
          await trace.clock.advance(10);
          expect(await running).toEqual([0, 1, 2]);
          expect(source.pulled).toBe(pulled);
          expect(ended.toSorted((a, b) => a - b)).toEqual([...Array(pulled).keys()]);
          expect(trace).not.toHaveSpan({ outcome: 'cancelled' });
          expect(trace).not.toHaveMetric('recovery.events');
        },
        { clock: 'manual' },
      ),
    );

    it(
      'keeps, unordered, whatever still comes',
      observed(
        async (trace) => {
          const step = async (ms: number, scope: RunScope) => {
            await pause(scope, ms);
            return ms === 10 ? stopItems : ms;
          };
          const running = forEach(step, { concurrency: 3, ordered: false }).execute([30, 10, 20, 5]);
          await trace.clock.advance(30);
          expect(await running).toEqual([20, 30]);
        },
        { clock: 'manual' },
      ),
    );

    it(
      'has the first item that stops decide, and the failures of items before it count',
      observed(
        async (trace) => {
          const step = async (ms: number, scope: RunScope) => {
            await pause(scope, ms);
            if (ms === 40) throw new Error('before');
            if (ms === 30) throw new Error('behind');
            return ms === 10 || ms === 20 ? stopItems : ms;
          };
          // The second item stops after the third, or before the fourth.
          const later = forEach(step, { concurrency: 4 }).execute([25, 10, 15, 20]);
          const stopped = forEach(step, { concurrency: 4 }).execute([25, 20, 10, 30]);
          const failed = forEach(step, { concurrency: 4 }).execute([40, 10, 25]);
          void failed.catch(() => undefined);
          await trace.clock.advance(40);
          expect(await stopped).toEqual([25]);
          expect(await later).toEqual([25]);
          await expect(failed).rejects.toThrow('before');
        },
        { clock: 'manual' },
      ),
    );

    it('waits for an idle source to close, as for await does', async () => {
      let closed = false;
      async function* items() {
        try {
          yield 1;
          yield 2;
        } finally {
          await Promise.resolve();
          await Promise.resolve();
          closed = true;
        }
      }
      expect(await forEach(() => stopItems).execute(items())).toEqual([]);
      expect(closed).toBe(true);
    });

    it.each(['sync', 'async'])('throws what a source throws that cannot be closed (%s)', async (kind) => {
      const broken = new Error('cannot close');
      const items = {
        [kind === 'sync' ? Symbol.iterator : Symbol.asyncIterator]: () => ({
          next: () => (kind === 'sync' ? { value: 1 } : Promise.resolve({ value: 1 })),
          return: () => {
            if (kind === 'sync') throw broken;
            return Promise.reject(broken);
          },
        }),
      };
      await expect(forEach(() => stopItems).execute(items as never)).rejects.toBe(broken);
    });

    it(
      'does not wait for a source that still looks for its next item',
      observed(
        async (trace) => {
          const source = stuckAfter([10], () => Promise.reject(new Error('closed too late')));
          const step = async (ms: number, scope: RunScope) => {
            await pause(scope, ms);
            return stopItems;
          };
          const running = forEach(step, { concurrency: 2 }).execute(source.items);
          await trace.clock.advance(10);
          expect(await running).toEqual([]);
          expect(source).toMatchObject({ asked: 2, closed: 1 });
        },
        { clock: 'manual' },
      ),
    );

    it(
      'is not undone by a source that fails after it',
      observed(
        async (trace) => {
          async function* items() {
            yield* [20, 10];
            await pause({ clock: trace.clock, signal: new AbortController().signal }, 15);
            throw new Error('connection lost');
          }
          const step = async (ms: number, scope: RunScope) => {
            await pause(scope, ms);
            return ms === 10 ? stopItems : ms;
          };
          const running = forEach(step, { concurrency: 3 }).tryExecute(items());
          await trace.clock.advance(20);
          expect(await running).toMatchObject({ ok: true, value: [20] });
        },
        { clock: 'manual' },
      ),
    );

    it.each([
      { items: 2, closed: 0, when: 'not where it has ended by itself' },
      { items: 9, closed: 1, when: 'once, where several items stop' },
    ])('closes the source, and $when', async ({ items, closed }) => {
      const seen = { pulled: 0, closed: 0 };
      const source = {
        next: () => ({ done: seen.pulled >= items, value: seen.pulled++ }),
        return: () => ({ done: true, value: seen.closed++ }),
      };
      const stops = async () => {
        await Promise.resolve();
        return stopItems;
      };
      const result = await forEach(stops, { concurrency: 3 }).execute({ [Symbol.iterator]: () => source });
      expect(result).toEqual([]);
      expect(seen).toEqual({ pulled: 3, closed });
    });
  });

  describe('that fails fast', () => {
    it(
      'throws the first error, aborts the other items and closes the source',
      observed(
        async (trace) => {
          const source = numbers();
          const error = new Error('first');
          const waiting = mockPrimitive('waiting').hangs();
          const step = (n: number, scope: RunScope) => {
            if (n === 1) throw error;
            return scope.step('inner', waiting, n);
          };
          const running = forEach(step, { concurrency: 3, name: 'fetch' }).execute(source.items);
          await expect(running).rejects.toBe(error);
          expect(source).toMatchObject({ pulled: 3, closed: true });
          await trace.clock.advance(0);
          expect(waiting.calls.map(({ error: reason }) => reason)).toEqual([
            expect.objectContaining({
              code: 'OBS_ERR_CANCELLED',
              message: 'item 1 of fetch failed',
              cause: error,
            }),
            expect.any(CancelledError),
          ]);
          expect(trace.span('primitive.foreach.execute').attributes['foreach.items']).toBe(3);
          expect(trace).toHaveSpan('primitive.foreach.item_0 "step" cancelled');
          expect(trace).not.toHaveMetric('recovery.events');
        },
        { clock: 'manual' },
      ),
    );

    it(
      'drops and counts what items still give that do not heed their signal',
      observed(
        async (trace) => {
          const late = mockPrimitive<number, number>('late')
            .returns(1, { times: 1 })
            .fails(new Error('second'));
          const deaf = faults.delay(10, late, { ignoresAbort: true });
          const step = (n: number, scope: RunScope) => {
            if (n === 2) throw new Error('first');
            return scope.step('inner', deaf, n);
          };
          const running = forEach(step, { concurrency: 3, name: 'fetch' }).execute([0, 1, 2]);
          await expect(running).rejects.toThrow('first');
          await trace.clock.advance(10);
          expect(trace).toHaveMetric('recovery.events', [
            { labels: { 'primitive.name': 'fetch', 'recovery.kind': 'late_result' }, value: 2 },
          ]);
        },
        { clock: 'manual' },
      ),
    );

    it.each([
      ['does not wait for a source that never closes', () => new Promise(() => undefined)],
      ['keeps the error of the item when closing fails', () => Promise.reject(new Error('closing'))],
    ])('%s', async (_fact, close) => {
      const source = stuckAfter([1, 2, 3], close);
      const running = forEach((n: number) => {
        if (n === 2) throw new Error('item 2');
        return n;
      }).execute(source.items);
      await expect(running).rejects.toThrow('item 2');
      expect(source).toMatchObject({ asked: 2, closed: 1 });
    });

    it(
      'begins no item that the source gives after that',
      observed(
        async (trace) => {
          async function* items() {
            yield 5;
            await pause({ clock: trace.clock, signal: new AbortController().signal }, 10);
            yield 0;
          }
          const step = async (ms: number, scope: RunScope) => {
            await pause(scope, ms);
            throw new Error('first');
          };
          const running = forEach(step, { concurrency: 2 }).tryExecute(items());
          await trace.clock.advance(10);
          expect(await running).toMatchObject({ ok: false, error: new Error('first') });
          expect(trace).toHaveSpanTree(`
            primitive.foreach.execute "step" error
            └─ primitive.foreach.item_0 "step" error
               └─ primitive.lambda.execute "step" error
          `);
        },
        { clock: 'manual' },
      ),
    );

    it('keeps the error of the item when a source throws as it is closed', async () => {
      const items = {
        [Symbol.iterator]: () => ({
          next: () => ({ value: 1 }),
          return: () => {
            throw new Error('closing');
          },
        }),
      };
      const running = forEach(() => Promise.reject(new Error('item'))).execute(items as never);
      await expect(running).rejects.toThrow('item');
    });
  });

  describe('that waits for all', () => {
    const even = (n: number) => {
      if (n % 2) throw new Error(`${n} is odd`);
      return n;
    };

    it('works on every item, then throws the failures by position', async () => {
      const step = async (n: number) => {
        if (n === 1) await Promise.resolve();
        return even(n);
      };
      const all = forEach(step, { onError: 'wait-all', concurrency: 4, name: 'check' });
      const outcome = await all.tryExecute([0, 1, 2, 3]);
      if (outcome.ok) throw new Error('it succeeded');
      const { error } = outcome;
      expect(error).toBeInstanceOf(ForEachError);
      expect(error).toMatchObject({
        name: 'ForEachError',
        code: 'OBS_ERR_FOR_EACH',
        message: '2 of 4 items of "check" failed: 1, 3; the first error: 1 is odd',
        severity: 'high',
        failed: 2,
        cause: new Error('1 is odd'),
      });
      expect([...(error as ForEachError).failures]).toEqual([
        [1, new Error('1 is odd')],
        [3, new Error('3 is odd')],
      ]);
      expect(await all.execute([0, 2])).toEqual([0, 2]);
    });

    it('keeps the first 1000 failures and counts them all', async () => {
      const fails = () => {
        throw new Error('no');
      };
      const outcome = await forEach(fails, { onError: 'wait-all' }).tryExecute(Array(1500).fill(0));
      if (outcome.ok) throw new Error('it succeeded');
      const error = outcome.error as ForEachError;
      expect(error.failed).toBe(1500);
      expect(error.failures.size).toBe(1000);
      expect(error.message).toBe(
        '1500 of 1500 items of "fails" failed: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …; the first error: no',
      );
    });

    it('is worth another attempt only where every failure may pass', async () => {
      const failing = forEach(
        (status: number) => {
          throw Object.assign(new Error(`HTTP ${status}`), { status });
        },
        { onError: 'wait-all' },
      );
      expect(await failing.tryExecute([503, 422])).toMatchObject({ info: { recoverable: false } });
      expect(await failing.tryExecute([503, 429])).toMatchObject({
        info: { category: 'transient', recoverable: true },
      });
    });

    it('does not count what fails behind an item that has stopped', async () => {
      const step = async (n: number) => {
        if (n === 0) return stopItems;
        await Promise.resolve();
        return even(n);
      };
      const all = forEach(step, { onError: 'wait-all', concurrency: 2 });
      expect(await all.execute([0, 1])).toEqual([]);
    });
  });

  describe('whose source fails', () => {
    it.each(['fail-fast', 'wait-all'] as const)(
      '(%s) throws that error, aborts the items and does not close it',
      observed(
        async (trace, onError: 'fail-fast' | 'wait-all') => {
          const error = new Error('connection lost');
          let closed = false;
          const items = {
            [Symbol.iterator]: () => {
              let pulled = 0;
              return {
                next: () => {
                  if (pulled++ === 1) throw error;
                  return { done: false, value: pulled };
                },
                return: () => {
                  closed = true;
                  return { done: true, value: undefined };
                },
              };
            },
          };
          const waiting = mockPrimitive<number, never>('waiting').hangs();
          const running = forEach(waiting, { concurrency: 2, onError }).execute(
            items as Iterable<number> & object,
          );
          await expect(running).rejects.toBe(error);
          await trace.clock.advance(0);
          expect(waiting.lastCall?.error).toBe(error);
          expect(closed).toBe(false);
          expect(trace).not.toHaveMetric('recovery.events');
        },
        { clock: 'manual' },
      ),
    );

    it('throws what an asynchronous source rejects with', async () => {
      async function* items() {
        yield 1;
        throw new Error('connection lost');
      }
      await expect(forEach((n: number) => n).execute(items())).rejects.toThrow('connection lost');
    });

    it.each<[unknown]>([[undefined], [null], [7], ['text']])(
      'begins no item where the source answers %p, and refuses it as for await does',
      async (answer) => {
        const step = mockPrimitive<number, number>('step').returns(1);
        for (const kind of [Symbol.iterator, Symbol.asyncIterator]) {
          const next = () => (kind === Symbol.iterator ? answer : Promise.resolve(answer));
          const running = forEach(step).execute({ [kind]: () => ({ next }) } as never);
          await expect(running).rejects.toThrow(
            new TypeError(`next() of the items answered ${String(answer)}; it has to be { done, value }`),
          );
        }
        expect(step.calls).toEqual([]);
      },
    );

    it('takes a function for an answer of the source, as for await does', async () => {
      const answers = [Object.assign(() => 0, { value: 'item' }), { done: true, value: undefined }];
      const items = { [Symbol.iterator]: () => ({ next: () => answers.shift() }) };
      expect(await forEach((text: string) => text).execute(items as never)).toEqual(['item']);
    });
  });

  describe('that its caller cancels', () => {
    const cancel = (caller: AbortController): CancelledError => {
      const reason = new CancelledError('the caller hung up');
      caller.abort(reason);
      return reason;
    };

    it.each([[[]], [[5]]])(
      'does not wait for a source that hangs (after the items %p)',
      observed(
        async (trace, first: number[]) => {
          const caller = new AbortController();
          const source = stuckAfter(first);
          const running = forEach(faults.hang(), { concurrency: 2 }).tryExecute(source.items, {
            signal: caller.signal,
          });
          await trace.clock.advance(0);
          const reason = cancel(caller);
          expect(await running).toMatchObject({ ok: false, error: reason });
          expect(source).toMatchObject({ asked: first.length + 1, closed: 1 });
          expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
          expect(trace).toHaveSpan('primitive.foreach.execute "hang" cancelled');
        },
        { clock: 'manual' },
      ),
    );

    it.each(['fail-fast', 'wait-all'] as const)(
      '(%s) asks for no further item and closes the source',
      observed(
        async (trace, onError: 'fail-fast' | 'wait-all') => {
          const caller = new AbortController();
          const source = numbers();
          const running = forEach(faults.hang(), { concurrency: 2, onError }).tryExecute(source.items, {
            signal: caller.signal,
          });
          const reason = cancel(caller);
          expect(await running).toMatchObject({ ok: false, error: reason });
          expect(source).toMatchObject({ pulled: 2, closed: true });
          expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
          expect(trace.clock.pendingTimers).toBe(0);
        },
        { clock: 'manual' },
      ),
    );

    it(
      'begins no item that a source gives while it cancels the run',
      observed(async (trace) => {
        const caller = new AbortController();
        function* items() {
          cancel(caller);
          yield 1;
        }
        const outcome = await forEach((n: number) => n).tryExecute(items(), { signal: caller.signal });
        expect(outcome).toMatchObject({ ok: false, error: caller.signal.reason });
        expect(trace).toHaveSpanTree('primitive.foreach.execute "foreach" cancelled');
      }),
    );

    it.each([[[]], [[1]]])(
      'does not wait for a source that hangs once it has cancelled it (after %p)',
      async (first: number[]) => {
        const caller = new AbortController();
        async function* items() {
          for (const item of first) yield item;
          cancel(caller);
          await new Promise(() => undefined);
        }
        const running = forEach((n: number) => n).tryExecute(items(), { signal: caller.signal });
        expect(await running).toMatchObject({ ok: false, error: caller.signal.reason });
        expect(caller.signal.aborted).toBe(true);
      },
    );

    it('closes a generator that cancels it, which is not possible while that still runs', async () => {
      const caller = new AbortController();
      let closed = false;
      function* items() {
        try {
          cancel(caller);
          yield 1;
        } finally {
          closed = true;
        }
      }
      const running = forEach((n: number) => n).tryExecute(items(), { signal: caller.signal });
      expect(await running).toMatchObject({ ok: false, error: caller.signal.reason });
      expect(closed).toBe(true);
    });

    it('leaves no rejection unheard of a source that fails once it has cancelled it', async () => {
      const unheard: unknown[] = [];
      const hear = (reason: unknown) => unheard.push(reason);
      process.on('unhandledRejection', hear);
      const caller = new AbortController();
      const next = () => {
        cancel(caller);
        return Promise.reject(new Error('connection lost'));
      };
      const items = { [Symbol.asyncIterator]: () => ({ next }) };
      const running = forEach((n: number) => n).tryExecute(items, { signal: caller.signal });
      expect(await running).toMatchObject({ ok: false, error: caller.signal.reason });
      await new Promise(setImmediate);
      process.off('unhandledRejection', hear);
      expect(unheard).toEqual([]);
    });

    it('does not wait for a source that hangs as it closes, where an item stops after that', async () => {
      const caller = new AbortController();
      const source = stuckAfter([1, 2]);
      const step = async () => {
        cancel(caller);
        return stopItems;
      };
      const running = forEach(step).tryExecute(source.items, { signal: caller.signal });
      expect(await running).toMatchObject({ ok: false, error: { code: 'OBS_ERR_CANCELLED' } });
      expect(source).toMatchObject({ asked: 1, closed: 1 });
    });

    it.each(['fails', 'stops a source that throws as it is closed'])(
      'waits for the items that run, also where one %s',
      observed(
        async (trace, does: string) => {
          const caller = new AbortController();
          const source = numbers();
          let hasEnded = false;
          const closing = () => {
            throw new Error('closing');
          };
          const iterator = { next: () => source.items.next(), return: closing };
          const items = { [Symbol.iterator]: () => iterator };
          const step = async (n: number, scope: RunScope) => {
            if (n === 0) {
              await pause(scope, 10).catch(() => undefined);
              if (does === 'fails') throw new Error('own');
              return stopItems;
            }
            await pause({ clock: trace.clock, signal: new AbortController().signal }, 20);
            hasEnded = true;
            return n;
          };
          const running = forEach(step, { concurrency: 2 }).tryExecute(items, { signal: caller.signal });
          const reason = cancel(caller);
          await trace.clock.advance(10);
          expect(hasEnded).toBe(false);
          await trace.clock.advance(10);
          expect(await running).toMatchObject({ ok: false, error: reason });
          expect(hasEnded).toBe(true);
          expect(trace).not.toHaveMetric('recovery.events');
        },
        { clock: 'manual' },
      ),
    );

    it(
      'does not wait for a source that takes forever to close after a stop',
      observed(
        async (trace) => {
          const caller = new AbortController();
          const source = stuckAfter([1, 2]);
          const running = forEach(() => stopItems).tryExecute(source.items, { signal: caller.signal });
          await trace.clock.advance(0);
          const reason = cancel(caller);
          expect(await running).toMatchObject({ ok: false, error: reason });
          expect(source.closed).toBe(1);
        },
        { clock: 'manual' },
      ),
    );
  });

  it('leaves no listener on any signal, also not on that of its items', async () => {
    const { signal } = new AbortController();
    const seen = new Set([signal]);
    const step = (_: string, scope: RunScope) => seen.add(scope.signal);
    await forEach(step).execute(Readable.from(['a', 'b']), { signal });
    expect([...seen].map((each) => getEventListeners(each, 'abort'))).toEqual([[], [], []]);
  });

  it('knows what a step returns to skip and to stop also from another copy of this package', async () => {
    const [skip, stop] = ['skip-item', 'stop-items'].map((name) => Symbol.for(`@tta/obs/${name}`));
    const step = (n: number): unknown => (n === 1 ? skip : n === 3 ? stop : n);
    expect(await forEach(step).execute([0, 1, 2, 3, 4])).toEqual([0, 2]);
  });

  it(
    'is called by its option, else like its step, else by its type',
    observed(async (trace) => {
      const step = mockPrimitive<number, number>('step').returns(1);
      await forEach(step, { name: 'given' }).execute([]);
      await forEach(step).execute([]);
      await forEach((n: number) => n).execute([]);
      for (const name of ['given', 'step', 'foreach']) {
        expect(trace).toHaveSpan(`primitive.foreach.execute "${name}" success`);
      }
    }),
  );

  it.each<[object, string]>([
    [{ concurrency: 0 }, 'forEach: concurrency is 0; it has to be a whole number above 0'],
    [{ concurrency: Infinity }, 'forEach: concurrency is Infinity; it has to be a whole number above 0'],
    [{ ordered: 'no' }, 'forEach: ordered is "no"; it has to be true or false'],
    [{ onError: 'stop' }, `forEach: onError is "stop"; it has to be one of 'fail-fast', 'wait-all'`],
  ])('refuses %p at construction', (options, message) => {
    expect(() => forEach(() => 1, options as ForEachOptions)).toThrow(
      expect.objectContaining({ code: 'OBS_ERR_INVALID_COMPOSITION', message }),
    );
  });

  it('refuses a step that is none at construction, and options that are none', () => {
    expect(() => forEach(() => 1, null as never)).toThrow(
      'forEach: the options are null; they have to be an object such as { concurrency: 4 }',
    );
    expect(() => forEach([] as never)).toThrow('forEach: the step is an object that is no primitive');
  });
});

describeOutcomes('foreach', (step) => forEach(step, { name: 'each' }) as never, {
  input: [1, 2],
  output: [2, 2],
  success: `
    primitive.foreach.execute "each" success
    ├─ primitive.foreach.item_0 "step" success
    │  └─ primitive.mock.execute "step" success
    └─ primitive.foreach.item_1 "step" success
       └─ primitive.mock.execute "step" success
  `,
  error: `
    primitive.foreach.execute "each" error
    └─ primitive.foreach.item_0 "step" error
       └─ primitive.mock.execute "step" error
  `,
  timeout: `
    primitive.foreach.execute "each" timeout
    └─ primitive.foreach.item_0 "step" timeout
       └─ primitive.timeout.execute "step" timeout
          └─ primitive.mock.execute "step" cancelled
  `,
  cancelled: `
    primitive.foreach.execute "each" cancelled
    └─ primitive.foreach.item_0 "step" cancelled
       └─ primitive.mock.execute "step" cancelled
  `,
});
