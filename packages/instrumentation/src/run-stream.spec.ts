import { getEventListeners } from 'node:events';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CancelledError } from '@tta/obs-context';
import { Counting, emitting, failOnUnheardRejections, hang, idle, read } from '../test/emitting.ts';
import { enableContexts, Observed } from '../test/observed.ts';
import type { RunStream } from './run-stream.ts';

beforeAll(enableContexts);

const endless = Number.POSITIVE_INFINITY;
let observed: Observed;

beforeEach(() => {
  observed = new Observed();
});

failOnUnheardRejections();
/** How the one execution ended, as its only span and its only points have it. */
async function ended(): Promise<unknown[]> {
  await idle();
  const [span, ...others] = observed.spans;
  expect(others).toEqual([]);
  const { attributes, events } = span as NonNullable<typeof span>;
  const status = attributes['execution.status'];
  const chunks = attributes['stream.chunks'];
  const [[labels, count] = [], ...otherPoints] = Object.entries(
    await observed.points('primitive.execution.count'),
  );
  expect(otherPoints).toEqual([]);
  expect([labels, count]).toEqual([expect.stringContaining(`execution.status=${String(status)}`), 1]);
  const firstChunks = await observed.points('primitive.stream.time_to_first_chunk');
  expect(Object.values(firstChunks)).toEqual(chunks === undefined ? [] : [1]);
  return [status, chunks, ...events.map(({ name }) => name)];
}

/** Reads so many chunks and leaves. */
async function readSome<Chunk>(stream: AsyncIterable<Chunk>, many: number): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
    if (chunks.length === many) break;
  }
  return chunks;
}

const whyOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'it did not reject',
    (error: unknown) => error,
  );

describe('the reader of a stream', () => {
  it('gets what is emitted as it comes, and the result beside it', async () => {
    const stream = observed.run(() => new Counting().stream(3));
    expect(await read(stream)).toEqual([1, 2, 3]);
    expect(await stream.result).toBe(3);
    expect(await ended()).toEqual(['success', 3]);
  });

  it('finds one chunk made ahead, however slow it is', async () => {
    const counting = new Counting();
    const stream = observed.run(() => counting.stream(endless));
    expect(counting.made).toBe(1);
    const ahead: number[] = [];
    for await (const chunk of stream) {
      await idle();
      await idle();
      ahead.push(counting.made - chunk);
      if (chunk === 1000) break;
    }
    expect(Math.max(...ahead)).toBe(1);
    expect(await ended()).toEqual(['cancelled', 1000]);
  });

  it('that waits gets a chunk in the moment in which it is emitted', async () => {
    let go = (): void => undefined;
    const slow = emitting('slow', async (_: number, { emit }) => {
      await new Promise<void>((resolve) => (go = resolve));
      await emit(1);
      return 0;
    });
    const reader = observed.run(() => slow.stream(0))[Symbol.asyncIterator]();
    const first = reader.next();
    await idle();
    go();
    expect(await first).toEqual({ done: false, value: 1 });
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });

  it('that leaves by break has the run cancelled, and goes on when that has ended', async () => {
    const stream = observed.run(() => new Counting().stream(endless));
    expect(await readSome(stream, 2)).toEqual([1, 2]);
    // Without a turn of the event loop: it has ended already.
    expect(observed.spans).toHaveLength(1);
    expect(await ended()).toEqual(['cancelled', 2]);
    const why = await whyOf(stream.result);
    expect(why).toBeInstanceOf(CancelledError);
    expect(why).toHaveProperty('message', 'the reader of the stream has left');
  });

  it('that throws in its loop gets its own error, and the run is cancelled', async () => {
    const stream = observed.run(() => new Counting().stream(endless));
    const mine = new Error('mine');
    const reading = async (): Promise<void> => {
      for await (const chunk of stream) if (chunk === 3) throw mine;
    };
    expect(await whyOf(reading())).toBe(mine);
    expect(await ended()).toEqual(['cancelled', 3]);
  });

  it.each(['next', 'nothing'])('that waits for %s gets the reason when the caller aborts', async (waits) => {
    const caller = new AbortController();
    const reason = new Error('enough');
    const stuck = emitting('stuck', async (_: number, { emit, signal }) => {
      await emit(1);
      await hang(signal);
    });
    const stream = observed.run(() => stuck.stream(0, { signal: caller.signal }));
    const reader = stream[Symbol.asyncIterator]();
    expect(await reader.next()).toEqual({ done: false, value: 1 });
    const early = waits === 'next' ? whyOf(reader.next()) : undefined;
    await idle();
    caller.abort(reason);
    expect(await (early ?? whyOf(reader.next()))).toBe(reason);
    expect(await reader.next()).toEqual({ done: true, value: undefined });
    expect(await whyOf(stream.result)).toBe(reason);
    expect(await ended()).toEqual(['cancelled', 1]);
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
  });

  it('gets the chunks that came before an error, then the error', async () => {
    const broken = new TypeError('connection lost');
    const breaking = emitting('breaking', async (_: number, { emit }) => {
      await emit(1);
      await emit(2);
      throw broken;
    });
    const stream = observed.run(() => breaking.stream(0));
    const reader = stream[Symbol.asyncIterator]();
    expect(await reader.next()).toEqual({ done: false, value: 1 });
    expect(await reader.next()).toEqual({ done: false, value: 2 });
    expect(await whyOf(reader.next())).toBe(broken);
    expect(await reader.next()).toEqual({ done: true, value: undefined });
    expect(await whyOf(stream.result)).toBe(broken);
    expect(await ended()).toEqual(['error', 2, 'exception']);
  });

  it('that waits when it breaks gets the error at once', async () => {
    const broken = new Error('connection lost');
    const stream = observed.run(() =>
      emitting('breaking', async () => {
        await idle();
        throw broken;
      }).stream(0),
    );
    expect(await whyOf(read(stream))).toBe(broken);
    expect(await ended()).toEqual(['error', undefined, 'exception']);
  });

  it('is the only one', async () => {
    const stream = observed.run(() => new Counting().stream(2));
    const first = read(stream);
    const second = await whyOf(read(stream));
    expect(second).toMatchObject({ code: 'OBS_ERR_STREAM_READ', category: 'validation' });
    expect(second).toHaveProperty('message', expect.stringContaining('read it in one place'));
    expect(await first).toEqual([1, 2]);
    expect(await ended()).toEqual(['success', 2]);
  });

  it('may ask for chunks ahead, and gets them in order', async () => {
    const reader = observed.run(() => new Counting().stream(3))[Symbol.asyncIterator]();
    const results = await Promise.all(Array.from({ length: 5 }, () => reader.next()));
    const end = { done: true, value: undefined };
    expect(results).toEqual([...[1, 2, 3].map((value) => ({ done: false, value })), end, end]);
  });

  it('that asked for chunks ahead gets an error once', async () => {
    const broken = new Error('connection lost');
    const breaking = emitting('breaking', async (_: number, { emit }) => {
      await idle();
      await emit(1);
      throw broken;
    });
    const reader = observed.run(() => breaking.stream(0))[Symbol.asyncIterator]();
    const asked = await Promise.allSettled([reader.next(), reader.next(), reader.next()]);
    expect(asked).toEqual([
      { status: 'fulfilled', value: { done: false, value: 1 } },
      { status: 'rejected', reason: broken },
      { status: 'fulfilled', value: { done: true, value: undefined } },
    ]);
  });

  it('may leave before it has read anything, and twice', async () => {
    const stream = observed.run(() => new Counting().stream(endless));
    const reader = stream[Symbol.asyncIterator]();
    expect(await reader.return?.()).toEqual({ done: true, value: undefined });
    expect(await reader.return?.()).toEqual({ done: true, value: undefined });
    expect(await reader.next()).toEqual({ done: true, value: undefined });
    expect(await ended()).toEqual(['cancelled', undefined]);
  });

  it('that leaves while it waits is told that there is no more', async () => {
    const hanging = emitting('hanging', (_: number, { signal }) => {
      return hang(signal);
    });
    const reader = observed.run(() => hanging.stream(0))[Symbol.asyncIterator]();
    const pending = [reader.next(), reader.next()];
    await reader.return?.();
    const end = { done: true, value: undefined };
    expect(await Promise.all([...pending, reader.next()])).toEqual([end, end, end]);
    expect(await ended()).toEqual(['cancelled', undefined]);
  });

  it('may leave once all is over', async () => {
    const stream = observed.run(() => new Counting().stream(1));
    const reader = stream[Symbol.asyncIterator]() as AsyncIterableIterator<number>;
    expect(reader[Symbol.asyncIterator]()).toBe(reader);
    await reader.next();
    expect(await stream.result).toBe(1);
    expect(await reader.return?.()).toEqual({ done: true, value: undefined });
    expect(await ended()).toEqual(['success', 1]);
  });

  it('gets the chunks of branches in the order in which they were emitted', async () => {
    const branches = emitting(
      'branches',
      async (_: number, { emit }: { emit: (n: number) => Promise<void> }) => {
        const branch = async (first: number): Promise<void> => {
          for (let n = first; n < first + 3; n++) await emit(n);
        };
        await Promise.all([branch(10), branch(20), branch(30)]);
      },
    );
    const stream = observed.run(() => branches.stream(0));
    expect(await read(stream)).toEqual([10, 20, 30, 11, 21, 31, 12, 22, 32]);
    expect(await ended()).toEqual(['success', 9]);
  });
});

describe('a run that does not heed its signal', () => {
  /** Runs a step that goes on until it is let go, whatever happens meanwhile. */
  function deaf() {
    let letGo = (): void => undefined;
    const forever = new Promise<void>((resolve) => (letGo = resolve));
    const step = emitting('step', async () => forever);
    const around = emitting('deaf', async (_: number, scope) => {
      await scope.emit(1);
      await scope.step('step_0', step, 0);
      return 'late';
    });
    return { around, letGo: () => letGo() };
  }

  const endings: Record<string, (stream: RunStream<number, unknown>) => Promise<unknown>> = {
    'is left': async (stream) => {
      for await (const chunk of stream) if (chunk === 1) break;
      return undefined;
    },
    'is cancelled': async (stream) => {
      const reader = stream[Symbol.asyncIterator]();
      await reader.next();
      const next = whyOf(reader.next());
      stream.cancel(new Error('enough'));
      return next;
    },
    'is left once its caller has aborted': async (stream) => {
      const reader = stream[Symbol.asyncIterator]();
      await reader.next();
      caller.abort(new Error('the caller'));
      await reader.return?.();
      return undefined;
    },
  };
  let caller: AbortController;

  it.each([
    ['is left', undefined, 'the reader of the stream has left'],
    ['is cancelled', 'enough', 'enough'],
    ['is left once its caller has aborted', undefined, 'the caller'],
  ])('is left behind when it %s', async (how, read, why) => {
    caller = new AbortController();
    const { around, letGo } = deaf();
    const stream = observed.run(() => around.stream(0, { signal: caller.signal }));
    const over = (endings[how] as (typeof endings)[string])(stream);
    await idle();
    expect(observed.spans).toEqual([]);
    await observed.clock.advance(0);
    const heard = await over;
    expect(heard instanceof Error ? heard.message : heard).toBe(read);
    expect(await whyOf(stream.result)).toHaveProperty('message', why);
    const tree = [
      'primitive.emitting.execute "deaf" cancelled',
      '  primitive.emitting.step_0 "step" cancelled',
      '    primitive.emitting.execute "step" cancelled',
    ].join('\n');
    expect(observed.tree()).toBe(tree);
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
    expect(await observed.points('recovery.events')).toEqual({});

    letGo();
    await idle();
    expect(observed.tree()).toBe(tree);
    expect(await whyOf(stream.result)).toHaveProperty('message', why);
    expect(Object.entries(await observed.points('recovery.events'))).toEqual([
      [expect.stringContaining('late_result'), 1],
    ]);
  });

  it('gives its reader no second error when it fails in the end', async () => {
    let fail = (_: Error): void => undefined;
    const stream = observed.run(() =>
      emitting('deaf', async () => new Promise<never>((_, reject) => (fail = reject))).stream(0),
    );
    const reader = stream[Symbol.asyncIterator]();
    const reason = new Error('enough');
    stream.cancel(reason);
    await observed.clock.advance(0);
    expect(await whyOf(reader.next())).toBe(reason);
    fail(new Error('late'));
    await idle();
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });

  it('leaves no timer where it has come to its end', async () => {
    const stream = observed.run(() => new Counting().stream(endless));
    await readSome(stream, 2);
    expect(observed.clock.pendingTimers).toBe(0);
  });
});

describe('a stream', () => {
  it('inside a run lets go of the signal of its caller', async () => {
    const own = new AbortController();
    const outer = new AbortController();
    const around = emitting('around', async () => {
      await read(new Counting().stream(3, { signal: own.signal }));
      await readSome(new Counting().stream(endless, { signal: own.signal }), 1);
      return getEventListeners(own.signal, 'abort').length;
    });
    expect(await observed.run(() => around.execute(0, { signal: outer.signal }))).toBe(0);
    expect(getEventListeners(outer.signal, 'abort')).toEqual([]);
  });

  it('that its caller has cancelled already makes nothing', async () => {
    const reason = new Error('too late');
    const counting = new Counting();
    const stream = observed.run(() => counting.stream(3, { signal: AbortSignal.abort(reason) }));
    expect(await whyOf(read(stream))).toBe(reason);
    expect(await whyOf(stream.result)).toBe(reason);
    expect(counting.made).toBe(0);
    expect(await ended()).toEqual(['cancelled', undefined]);
  });

  it('may be handed on as a web stream, which cancels it', async () => {
    const whole = ReadableStream.from(observed.run(() => new Counting().stream(3)));
    expect(await read(whole)).toEqual([1, 2, 3]);
    expect(await ended()).toEqual(['success', 3]);

    observed = new Observed();
    const counting = new Counting();
    const reader = ReadableStream.from(observed.run(() => counting.stream(endless))).getReader();
    await reader.read();
    await reader.cancel(new Error('the browser has gone'));
    expect(counting.made).toBeLessThanOrEqual(2);
    expect(await ended()).toEqual(['cancelled', 1]);
  });
});

describe('the result of a stream', () => {
  it('is had without a reader, and its chunks are dropped', async () => {
    const counting = new Counting();
    const stream = observed.run(() => counting.stream(5));
    await idle();
    expect(counting.made).toBe(1);
    expect(await stream.result).toBe(5);
    expect(await ended()).toEqual(['success', 5]);
    expect(await whyOf(read(stream))).toMatchObject({
      code: 'OBS_ERR_STREAM_READ',
      message: expect.stringMatching(/have been dropped.*take its reader first.*then ask for the result$/),
    });
  });

  it('may be asked for long before its chunks are read, once the reader has been taken', async () => {
    const stream = observed.run(() => new Counting().stream(3));
    const chunks = stream[Symbol.asyncIterator]();
    const result = stream.result.then((last) => `saved ${last}`);
    await idle();
    expect(await read(chunks)).toEqual([1, 2, 3]);
    expect(await result).toBe('saved 3');
  });

  it('may be asked for in the turn in which its chunks begin to be read', async () => {
    const stream = observed.run(() => new Counting().stream(3));
    const [result, chunks] = await Promise.all([stream.result, read(stream)]);
    expect([result, chunks]).toEqual([3, [1, 2, 3]]);
    expect(await stream.result).toBe(3);
  });

  it('rejects alone where nobody reads', async () => {
    const broken = new Error('connection lost');
    const breaking = emitting('breaking', async (_: number, { emit }) => {
      await emit(1);
      throw broken;
    });
    expect(await whyOf(observed.run(() => breaking.stream(0)).result)).toBe(broken);
    expect(await ended()).toEqual(['error', 1, 'exception']);
  });

  it('is the error of a run that could not begin, and so is the first chunk', async () => {
    const fault = new Error('a getter of the caller');
    const init = Object.defineProperty({}, 'workflowName', {
      enumerable: true,
      get: () => {
        throw fault;
      },
    });
    const stream = observed.run(() => new Counting().stream(1, init));
    const reader = stream[Symbol.asyncIterator]();
    expect(await whyOf(reader.next())).toBe(fault);
    expect(await whyOf(stream.result)).toBe(fault);
    stream.cancel();
    expect(observed.spans).toEqual([]);
  });
});

describe('cancel', () => {
  it.each([
    [undefined, { code: 'OBS_ERR_CANCELLED', message: 'the stream was cancelled' }],
    [new Error('changed my mind'), { message: 'changed my mind' }],
  ])('ends a run that nobody reads: %p', async (reason, expected) => {
    const stream = observed.run(() => new Counting().stream(endless));
    stream.cancel(reason);
    stream.cancel(new Error('too late'));
    expect(await whyOf(stream.result)).toMatchObject(expected);
    expect(await ended()).toEqual(['cancelled', undefined]);
  });

  it('gives its reason to a reader that waits, and to the next one that asks', async () => {
    const stream = observed.run(() => new Counting().stream(endless));
    const reader = stream[Symbol.asyncIterator]();
    await reader.next();
    await idle();
    const reason = new Error('changed my mind');
    stream.cancel(reason);
    expect(await whyOf(reader.next())).toBe(reason);
    expect(await ended()).toEqual(['cancelled', 1]);
  });

  it('gives its reason to a reader although the run makes a result of it', async () => {
    const careful = emitting('careful', async (_: number, { emit }) => {
      await emit(1);
      await emit(2).catch(() => undefined);
      return 'as far as I came';
    });
    const stream = observed.run(() => careful.stream(0));
    const reader = stream[Symbol.asyncIterator]();
    await reader.next();
    await idle();
    const reason = new Error('changed my mind');
    stream.cancel(reason);
    expect(await whyOf(reader.next())).toBe(reason);
    expect(await reader.next()).toEqual({ done: true, value: undefined });
    expect(await stream.result).toBe('as far as I came');
    expect(await ended()).toEqual(['success', 1]);
  });

  it('gives a reader the reason that was the first', async () => {
    const caller = new AbortController();
    const stream = observed.run(() => new Counting().stream(endless, { signal: caller.signal }));
    const reader = stream[Symbol.asyncIterator]();
    caller.abort(new Error('first'));
    stream.cancel(new Error('second'));
    expect(await whyOf(reader.next())).toHaveProperty('message', 'first');
  });

  it('does nothing once the run has ended', async () => {
    const stream = observed.run(() => new Counting().stream(1));
    expect(await stream.result).toBe(1);
    stream.cancel();
    expect(await ended()).toEqual(['success', 1]);
  });

  it('of one stream leaves the others of the same caller alone', async () => {
    const caller = new AbortController();
    const [one, other] = observed.run(() => [
      new Counting().stream(endless, { signal: caller.signal }),
      new Counting().stream(2, { signal: caller.signal }),
    ]) as [RunStream<number, number>, RunStream<number, number>];
    one.cancel();
    expect(await read(other)).toEqual([1, 2]);
    await whyOf(one.result);
    expect(caller.signal.aborted).toBe(false);
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
  });
});
