import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { ManualClock } from '@tta/obs-context/manual';
import { Instrumentation, pause, type RunStream, withInstrumentation } from '@tta/obs-instrumentation';
import { faults, observed } from '@tta/obs-testing';
import { describeOutcomes } from '../test/outcomes.ts';
import { lambda } from './lambda.ts';
import { type Chunks, streaming } from './streaming.ts';
import { timeout } from './timeout.ts';

let unheard: unknown[];
const hear = (reason: unknown): void => void unheard.push(reason);
const idle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

beforeEach(() => {
  unheard = [];
  process.on('unhandledRejection', hear);
});

afterEach(async () => {
  await idle();
  process.off('unhandledRejection', hear);
  if (unheard.length > 0) throw new Error('nobody heard of a rejection', { cause: unheard[0] });
});

async function read<C>(stream: AsyncIterable<C>): Promise<C[]> {
  const chunks: C[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

/** Counts for ever, and tells how far it has come and whether it has cleaned up. */
function counter(cleanUp: () => unknown = () => undefined) {
  const state = { made: 0, closed: false };
  const counting = streaming('counting', async function* (_: number) {
    try {
      for (;;) yield ++state.made;
    } finally {
      await cleanUp();
      state.closed = true;
    }
  });
  return { state, counting };
}

const words = streaming('words', async function* (text: string) {
  yield* text.split(' ');
  return text.length;
});

describe('streaming', () => {
  it(
    'gives what its generator yields, and what it returns',
    observed(async (trace) => {
      const stream = words.stream('why is it so');
      expect(await read(stream)).toEqual(['why', 'is', 'it', 'so']);
      expect(await stream.result).toBe(12);
      expect(trace).toHaveSpanTree('primitive.streaming.execute "words" success');
      expect(trace).toHaveSpan({
        span: 'primitive.streaming.execute',
        attributes: { 'stream.chunks': 4 },
      });
      expect(trace).toHaveMetric('primitive.stream.time_to_first_chunk', {
        labels: { 'primitive.name': 'words', 'primitive.type': 'streaming' },
      });
    }),
  );

  it(
    'gives what its generator returns to whoever executes it',
    observed(async (trace) => {
      expect(await words.execute('why is it so')).toBe(12);
      expect(trace).toHaveSpan({
        span: 'primitive.streaming.execute',
        attributes: { 'stream.chunks': 4, 'execution.status': 'success' },
      });
    }),
  );

  it(
    'makes one chunk ahead of a reader that is a thousand times slower',
    observed(async (trace) => {
      const { state, counting } = counter();
      const ahead: number[] = [];
      for await (const chunk of counting.stream(0)) {
        for (let turn = 0; turn < 5; turn++) await idle();
        ahead.push(state.made - chunk);
        if (chunk === 200) break;
      }
      expect(Math.max(...ahead)).toBe(1);
      await idle();
      expect(state).toEqual({ made: 201, closed: true });
      expect(trace).toHaveSpan({
        span: 'primitive.streaming.execute',
        attributes: { 'stream.chunks': 200, 'execution.status': 'cancelled' },
      });
    }),
  );

  const sources: Record<string, () => Chunks<number> | Promise<Chunks<number>>> = {
    'an array': () => [1, 2, 3],
    'a set': () => new Set([1, 2, 3]),
    'a promise of a generator': async () =>
      (async function* () {
        yield* [1, 2, 3];
      })(),
    'a generator that waits for nothing': () =>
      (function* () {
        yield* [1, 2, 3];
      })(),
    'a ReadableStream': () => ReadableStream.from([1, 2, 3]),
    'an iterable written by hand': () => ({
      [Symbol.asyncIterator]: () => {
        let n = 0;
        return { next: async () => (n < 3 ? { done: false, value: ++n } : { done: true, value: undefined }) };
      },
    }),
  };
  it.each(Object.entries(sources))('reads %s', async (_, make) => {
    const stream = streaming('source', make).stream(0);
    expect(await read(stream)).toEqual([1, 2, 3]);
    expect(await stream.result).toBeUndefined();
  });

  it('awaits the promises of an iterable that waits for nothing', async () => {
    const promised = streaming('promised', () => [Promise.resolve(1), Promise.resolve(2)]);
    expect(await read(promised.stream(0))).toEqual([1, 2]);
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['string', 'text'],
    ['function', async function* () {}],
    ['object', {}],
  ])('refuses %s for what is made', async (found, value) => {
    const stream = streaming('broken', (() => value) as never).stream(0);
    await expect(read(stream)).rejects.toMatchObject({
      code: 'OBS_ERR_NO_CHUNKS',
      category: 'validation',
      message: expect.stringContaining(`the producer of "broken" returned ${found};`),
    });
  });

  it.each([undefined, 'a name', Promise.resolve(1)])(
    'refuses %p for a producer, at construction',
    (value) => {
      expect(() => streaming('s', value as never)).toThrow(
        expect.objectContaining({
          code: 'OBS_ERR_INVALID_COMPOSITION',
          message: expect.stringMatching(/^streaming "s" needs a function/),
        }),
      );
    },
  );

  it(
    'gives the chunks before an error, then the error, untouched',
    observed(async (trace) => {
      const broken = new TypeError('connection lost');
      const breaking = streaming('breaking', async function* (_: number) {
        yield 1;
        yield 2;
        throw broken;
      });
      const stream = breaking.stream(0);
      const chunks: number[] = [];
      const reading = async () => {
        for await (const chunk of stream) chunks.push(chunk);
      };
      await expect(reading()).rejects.toBe(broken);
      await expect(stream.result).rejects.toBe(broken);
      expect(chunks).toEqual([1, 2]);
      expect(trace).toHaveSpan({
        span: 'primitive.streaming.execute',
        attributes: { 'stream.chunks': 2, 'execution.status': 'error' },
        events: ['exception'],
      });
    }),
  );

  it('throws what its producer throws before it returns anything', async () => {
    const refused = new Error('no connection');
    const thrower = streaming('thrower', (): number[] => {
      throw refused;
    });
    await expect(read(thrower.stream(0))).rejects.toBe(refused);
    await expect(thrower.execute(0)).rejects.toBe(refused);
  });

  it('throws what its generator throws as it cleans up after the last chunk', async () => {
    const unclean = new Error('could not close');
    const untidy = streaming('untidy', async function* (_: number) {
      try {
        yield 1;
      } finally {
        // oxlint-disable-next-line no-unsafe-finally
        throw unclean;
      }
    });
    await expect(untidy.execute(0)).rejects.toBe(unclean);
  });

  it(
    'ends at once when it is cancelled, also where its producer hangs, and lets go of the signal',
    observed(async (trace) => {
      let isClosed = false;
      const caller = new AbortController();
      const hanging = streaming('hanging', async function* (_: number) {
        try {
          yield 1;
          await new Promise(() => undefined);
          yield 2;
        } finally {
          isClosed = true;
        }
      });
      const stream = hanging.stream(0, { signal: caller.signal });
      const reader = stream[Symbol.asyncIterator]();
      await reader.next();
      const waiting = reader.next();
      await idle();
      const reason = new Error('enough');
      caller.abort(reason);
      await expect(waiting).rejects.toBe(reason);
      await expect(stream.result).rejects.toBe(reason);
      expect(isClosed).toBe(false);
      expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
      expect(trace).toHaveSpanTree('primitive.streaming.execute "hanging" cancelled');
      expect(trace).toHaveSpan({
        span: 'primitive.streaming.execute',
        attributes: { 'stream.chunks': 1, 'execution.status': 'cancelled' },
      });
    }),
  );

  it('ends at once when it is cancelled before its producer has anything', async () => {
    let arrive = (_: Chunks<number>): void => undefined;
    const told: string[] = [];
    const late = streaming('late', () => new Promise<Chunks<number>>((resolve) => (arrive = resolve)));
    const stream = late.stream(0);
    await idle();
    stream.cancel();
    await expect(stream.result).rejects.toHaveProperty('code', 'OBS_ERR_CANCELLED');
    arrive({
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          told.push('next');
          return { done: true, value: undefined };
        },
        return: async () => {
          told.push('return');
          return { done: true, value: undefined };
        },
      }),
    });
    await idle();
    expect(told).toEqual(['return']);
  });

  it('ends at once when its producer cancels the run, and then hangs', async () => {
    const caller = new AbortController();
    const reason = new Error('my own doing');
    const selfish = streaming('selfish', () => {
      caller.abort(reason);
      return new Promise<Chunks<number>>(() => undefined);
    });
    await expect(selfish.execute(0, { signal: caller.signal })).rejects.toBe(reason);
  });

  it('makes no signal where nothing can cancel it', async () => {
    let isCancellable: boolean | undefined;
    const simple = streaming('simple', async function* (_: number, scope) {
      yield 1;
      ({ isCancellable } = scope);
    });
    await simple.execute(0);
    expect(isCancellable).toBe(false);
  });

  it('tells a producer by the signal, in the scope that it gets', async () => {
    const reasons: unknown[] = [];
    const listening = streaming('listening', async function* (_: number, { signal }) {
      signal.addEventListener('abort', () => void reasons.push(signal.reason), { once: true });
      yield 1;
    });
    for await (const _chunk of listening.stream(0)) break;
    expect(reasons).toEqual([expect.objectContaining({ code: 'OBS_ERR_CANCELLED' })]);
  });

  it('cancels a ReadableStream that is left', async () => {
    let isCancelled = false;
    const source = new ReadableStream<number>({
      pull: (controller) => controller.enqueue(1),
      cancel: () => void (isCancelled = true),
    });
    for await (const _chunk of streaming('source', () => source).stream(0)) break;
    await idle();
    expect(isCancelled).toBe(true);
  });

  it.each([
    ['throws as it cleans up', async () => Promise.reject(new Error('could not close'))],
    ['never comes to an end of cleaning up', () => new Promise(() => undefined)],
  ])('does not mind a producer that %s', async (_, cleanUp) => {
    const { counting, state } = counter(cleanUp);
    for await (const chunk of counting.stream(0)) if (chunk === 3) break;
    await idle();
    expect(state).toEqual({ made: 3, closed: false });
  });

  it('does not mind iterators that throw when they are told to stop, or fail afterwards', async () => {
    let fail = (_: Error): void => undefined;
    const rude = streaming('rude', () => ({
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<IteratorResult<number>>((_resolve, reject) => (fail = reject)),
        return: () => {
          throw new Error('never');
        },
      }),
    }));
    const stream = rude.stream(0);
    await idle();
    stream.cancel();
    await expect(stream.result).rejects.toHaveProperty('code', 'OBS_ERR_CANCELLED');
    fail(new Error('too late'));
    await idle();
  });

  it(
    'cleans up where its chunk is refused although nobody has aborted',
    observed(async () => {
      const { state, counting } = counter();
      await expect(read(faults.breakStream(1, counting).stream(0))).rejects.toThrow();
      await idle();
      expect(state).toEqual({ made: 2, closed: true });
    }),
  );

  it(
    'ends and cleans up when it has been left behind',
    observed(async () => {
      const { state, counting } = counter();
      let left: Promise<unknown> | undefined;
      const careless = lambda('careless', async (_: number, { step }) => {
        left = step('inner', counting, 0).catch((error: unknown) => error);
        await Promise.resolve();
      });
      await careless.execute(0);
      expect(await left).toMatchObject({ code: 'OBS_ERR_CANCELLED' });
      await idle();
      expect(state).toMatchObject({ closed: true });
    }),
  );

  it('stops an iterator once', async () => {
    let stopped = 0;
    const source = streaming('source', (_: number) => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value: 1 }),
        return: async () => ({ done: true, value: void stopped++ }),
      }),
    }));
    for await (const _ of source.stream(0)) break;
    await idle();
    expect(stopped).toBe(1);
  });

  it('drops a chunk that comes after the end', async () => {
    let give = (): void => undefined;
    const late = streaming('late', async function* (_: number) {
      yield 1;
      await new Promise<void>((resolve) => (give = resolve));
      yield 2;
    });
    const stream = late.stream(0);
    const reader = stream[Symbol.asyncIterator]();
    await reader.next();
    const left = reader.return?.();
    await left;
    give();
    await idle();
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });

  it(
    'inside a timeout ends when its time is up, and cleans up',
    observed(
      async (trace) => {
        let closed = false;
        const slow = streaming('slow', async function* (_: number, scope) {
          try {
            yield 1;
            await pause(scope, 101);
            yield 2;
          } finally {
            closed = true;
          }
        });
        const stream = timeout(slow, { ms: 100 }).stream(0);
        const reader = stream[Symbol.asyncIterator]();
        expect(await reader.next()).toEqual({ done: false, value: 1 });
        await trace.clock.advance(100);
        await expect(reader.next()).rejects.toMatchObject({ code: 'OBS_ERR_TIMEOUT' });
        expect(closed).toBe(true);
        expect(trace).toHaveSpanTree(`
          primitive.timeout.execute "slow" timeout
          └─ primitive.streaming.execute "slow" cancelled
        `);
        expect(trace.clock.pendingTimers).toBe(0);
      },
      { clock: 'manual' },
    ),
  );

  it(
    'puts what its producer does below its own span, also what it does as it cleans up',
    observed(async (trace) => {
      const child = (name: string) => lambda(name, () => 0);
      const produces = streaming('produces', async function* (_: number) {
        try {
          for (;;) {
            await child('make').execute(0);
            yield 1;
          }
        } finally {
          await child('close').tryExecute(0);
        }
      });
      const reads = lambda('reads', async (_: number) => {
        for await (const _chunk of produces.stream(0)) {
          await child('read').execute(0);
          await idle();
          break;
        }
      });
      await reads.execute(0);
      await idle();
      expect(trace).toHaveSpanTree(`
        primitive.lambda.execute "reads" success
        ├─ primitive.streaming.execute "produces" cancelled
        │  ├─ primitive.lambda.execute "make" success
        │  ├─ primitive.lambda.execute "make" success
        │  └─ primitive.lambda.execute "close" cancelled
        └─ primitive.lambda.execute "read" success
      `);
    }),
  );

  it('gives the same where nothing is told of it', async () => {
    const silent = withInstrumentation(ROOT_CONTEXT, new Instrumentation({ clock: new ManualClock() }));
    const stream: RunStream<string, number> = context.with(silent, () => words.stream('a b'));
    expect(await read(stream)).toEqual(['a', 'b']);
    expect(await context.with(silent, () => words.execute('a b'))).toBe(3);
  });
});

describeOutcomes(
  'streaming',
  (step) =>
    streaming('chunks', async function* (input: never, scope) {
      yield 1;
      return scope.step('inner', step, input);
    }),
  {
    output: 2,
    success: `
    primitive.streaming.execute "chunks" success
    └─ primitive.mock.execute "step" success
  `,
    error: `
    primitive.streaming.execute "chunks" error
    └─ primitive.mock.execute "step" error
  `,
    timeout: `
    primitive.streaming.execute "chunks" timeout
    └─ primitive.timeout.execute "step" timeout
       └─ primitive.mock.execute "step" cancelled
  `,
    cancelled: `
    primitive.streaming.execute "chunks" cancelled
    └─ primitive.mock.execute "step" cancelled
  `,
  },
);
