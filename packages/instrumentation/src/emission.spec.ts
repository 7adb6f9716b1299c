import { getEventListeners } from 'node:events';
import { context, type Meter, ROOT_CONTEXT, type Span, trace, type Tracer } from '@opentelemetry/api';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ManualClock } from '@tta/obs-context/manual';
import { Counting, emitting, failOnUnheardRejections, hang, idle, read } from '../test/emitting.ts';
import { custom } from '../test/custom.ts';
import { enableContexts, Observed } from '../test/observed.ts';
import { withInstrumentation } from './current-instrumentation.ts';
import { Instrumentation } from './instrumentation.ts';
import { LinkedAbort } from './linked-abort.ts';
import type { RunScope } from './run-scope.ts';

beforeAll(enableContexts);

let observed: Observed;

beforeEach(() => {
  observed = new Observed();
});

failOnUnheardRejections();
const endless = Number.POSITIVE_INFINITY;
const attributesOf = (name: string): unknown[] => {
  const { attributes } = observed.span('primitive.emitting.execute', { 'primitive.name': name });
  return ['execution.status', 'stream.chunks', 'stream.time_to_first_chunk_ms'].map((key) => attributes[key]);
};

describe('the chunks of a step', () => {
  it('are those of its parents as far up as they are streamed, and counted by each', async () => {
    const inner = new Counting();
    const middle = emitting('middle', (last: number, { step }) =>
      step('step_0', inner, last, { streamed: true }),
    );
    const top = emitting('top', async (last: number, scope) => {
      await scope.emit(100);
      return scope.step('step_0', middle, last, { streamed: true });
    });
    expect(await read(observed.run(() => top.stream(3)))).toEqual([100, 1, 2, 3]);
    await idle();
    expect(attributesOf('counting')).toEqual(['success', 3, 0]);
    expect(attributesOf('middle')).toEqual(['success', 3, 0]);
    expect(attributesOf('top')).toEqual(['success', 4, 0]);
    const steps = observed.spans.filter(({ name }) => name === 'primitive.emitting.step_0');
    expect(steps.map(({ attributes }) => attributes['stream.chunks'])).toEqual([undefined, undefined]);
    expect(await observed.points('primitive.stream.time_to_first_chunk')).toEqual({
      'primitive.name=counting primitive.type=emitting': 1,
      'primitive.name=middle primitive.type=emitting': 1,
      'primitive.name=top primitive.type=emitting': 1,
    });
  });

  it('have before them what sets a text apart, as a chunk of the parent alone', async () => {
    const say = emitting('say', async (words: readonly unknown[], { emit }: RunScope<unknown>) => {
      for (const word of words) await emit(word);
    });
    const middle = emitting('middle', (words: readonly unknown[], { step }) =>
      step('step_0', say, words, { streamed: true }),
    );
    const top = emitting('top', async (texts: readonly (readonly unknown[])[], { step }) => {
      for (const text of texts) await step('step_0', middle, text, { streamed: true, separator: '-' });
    });
    expect(await read(observed.run(() => top.stream([['a', 'b'], [], [1], ['c']])))).toEqual([
      '-',
      'a',
      'b',
      1,
      '-',
      'c',
    ]);
    await idle();
    expect(attributesOf('top')).toEqual(['success', 6, 0]);
    const counts = observed.spans
      .filter(({ name }) => name === 'primitive.emitting.execute')
      .map(({ attributes }) => [attributes['primitive.name'], attributes['stream.chunks']]);
    expect(counts.filter(([name]) => name === 'middle')).toEqual([
      ['middle', 2],
      ['middle', undefined],
      ['middle', 1],
      ['middle', 1],
    ]);
    // Not where nobody takes the step's chunks from its parent, nor where the reader has left.
    const alone = emitting('alone', async (_: number, { step }) =>
      step('step_0', say, ['a'], { separator: '-' }),
    );
    expect(await read(observed.run(() => alone.stream(0)))).toEqual([]);
    for await (const chunk of observed.run(() => top.stream([['a', 'b']]))) {
      expect(chunk).toBe('-');
      break;
    }
  });

  it('are its own where they are not streamed', async () => {
    const top = emitting('top', async (last: number, { step, emit }) => {
      await step('step_0', new Counting(), last);
      await emit(9);
    });
    expect(await read(observed.run(() => top.stream(3)))).toEqual([9]);
    await idle();
    expect(attributesOf('counting')).toEqual(['success', 3, 0]);
    expect(attributesOf('top')).toEqual(['success', 1, 0]);
  });

  it('have a reader of their own where it streams inside a run', async () => {
    const top = emitting('top', async (last: number, { emit }) => {
      for await (const n of new Counting().stream(last)) await emit(n * 10);
    });
    expect(await read(observed.run(() => top.stream(3)))).toEqual([10, 20, 30]);
    await idle();
    expect(observed.tree()).toBe(
      'primitive.emitting.execute "top" success\n  primitive.emitting.execute "counting" success',
    );
  });

  it('end inside with the run around them when its reader leaves', async () => {
    const top = emitting('top', async (last: number, { emit }) => {
      for await (const n of new Counting().stream(last)) await emit(n * 10);
    });
    for await (const chunk of observed.run(() => top.stream(Number.POSITIVE_INFINITY))) {
      if (chunk === 20) break;
    }
    expect(attributesOf('counting').slice(0, 2)).toEqual(['cancelled', 2]);
    expect(attributesOf('top').slice(0, 2)).toEqual(['cancelled', 2]);
  });
});

describe('emit', () => {
  it('settles at once where nobody reads, and the chunk counts', async () => {
    const seen: unknown[] = [];
    const step = emitting('step', async (_: number, scope) => {
      seen.push(scope.isRead, scope.hasEmitted);
      await scope.emit(1);
      await scope.emit(2);
      seen.push(scope.isRead, scope.hasEmitted);
      return 'result';
    });
    expect(await observed.run(() => step.execute(0))).toBe('result');
    expect(seen).toEqual([false, false, false, false]);
    expect(attributesOf('step')).toEqual(['success', 2, 0]);
  });

  it('tells when somebody reads, and when something has gone there', async () => {
    const seen: unknown[] = [];
    const step = emitting('step', async (_: number, scope) => {
      seen.push(scope.isRead, scope.hasEmitted);
      await scope.emit(1);
      seen.push(scope.isRead, scope.hasEmitted);
    });
    await read(observed.run(() => step.stream(0)));
    expect(seen).toEqual([true, false, true, true]);
    seen.length = 0;
    await observed.run(() => step.stream(0)).result;
    // It began before it was known that nobody would read.
    expect(seen).toEqual([true, false, false, false]);
  });

  it('measures the time to the first chunk from the begin of each execution', async () => {
    const { clock } = observed;
    const late = emitting('late', async (_: number, { emit }) => {
      clock.spend(30);
      await emit(1);
      clock.spend(500);
      await emit(2);
    });
    const top = emitting('top', async (input: number, { step }) => {
      clock.spend(20);
      await step('step_0', late, input, { streamed: true });
    });
    await observed.run(() => top.execute(0));
    expect(attributesOf('late')).toEqual(['success', 2, 30]);
    expect(attributesOf('top')).toEqual(['success', 2, 50]);
    const { unit, points } = await observed.metric('primitive.stream.time_to_first_chunk');
    expect([unit, points]).toEqual([
      'ms',
      {
        'primitive.name=late primitive.type=emitting': { count: 1, sum: 30 },
        'primitive.name=top primitive.type=emitting': { count: 1, sum: 50 },
      },
    ]);
  });

  it('rejects with the reason while its chunk waits, and ever after; such a chunk does not count', async () => {
    const reason = new Error('enough');
    const heard: unknown[] = [];
    const step = emitting('step', async (_: number, { emit }) => {
      await emit(1);
      await emit(2).catch((error: unknown) => heard.push(error));
      await emit(3).catch((error: unknown) => heard.push(error));
    });
    const stream = observed.run(() => step.stream(0));
    const reader = stream[Symbol.asyncIterator]();
    await reader.next();
    await idle();
    stream.cancel(reason);
    await stream.result;
    expect(heard).toEqual([reason, reason]);
    expect(attributesOf('step')).toEqual(['success', 1, 0]);
  });

  it('that is not waited for is read all the same, before the error', async () => {
    const broken = new Error('connection lost');
    const hasty = emitting('hasty', (_: number, { emit }) => {
      void emit(1);
      void emit(2);
      throw broken;
    });
    const chunks: number[] = [];
    const reading = async (): Promise<void> => {
      for await (const chunk of observed.run(() => hasty.stream(0))) chunks.push(chunk);
    };
    await expect(reading()).rejects.toBe(broken);
    expect(chunks).toEqual([1, 2]);
  });

  it('that is not waited for does not end the process when it is refused', async () => {
    const hasty = emitting('hasty', async (_: number, { emit, signal }) => {
      void emit(1);
      void emit(2);
      void emit(3);
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve, { once: true });
      });
      void emit(4);
    });
    for await (const chunk of observed.run(() => hasty.stream(0))) if (chunk === 1) break;
    await idle();
    expect(attributesOf('hasty').slice(0, 2)).toEqual(['success', 1]);
  });

  it('after the end of its execution is refused, and goes nowhere', async () => {
    let late: RunScope<number> | undefined;
    const step = emitting('step', async (_: number, scope) => {
      late = scope;
      await scope.emit(1);
    });
    const stream = observed.run(() => step.stream(0));
    expect(await read(stream)).toEqual([1]);
    await idle();
    await expect(late?.emit(2)).rejects.toMatchObject({
      code: 'OBS_ERR_CANCELLED',
      message: '"step" has ended: nobody takes its chunks any more',
    });
    // Whoever does not wait does not hear of it.
    void late?.emit(3);
    expect(attributesOf('step')).toEqual(['success', 1, 0]);
  });

  it('lets go of the signals that it follows', async () => {
    const own = new AbortController();
    const step = emitting('step', async (_: number, { step: child }) => {
      await child('step_0', new Counting(), 3, { streamed: true, signal: own.signal });
    });
    const caller = new AbortController();
    await read(observed.run(() => step.stream(0, { signal: caller.signal })));
    await idle();
    expect(getEventListeners(own.signal, 'abort')).toEqual([]);
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
  });
});

describe('the time that chunks wait for their reader', () => {
  /** What each scope says of it, in the order of the steps. */
  const said = (scopes: readonly RunScope<number>[]): number[] => scopes.map((scope) => scope.readerWaitMs);

  it('is told to their step and to those whose chunks they are, the present wait included', async () => {
    const { clock } = observed;
    const scopes: RunScope<number>[] = [];
    const inner = emitting('inner', async (_: number, scope) => {
      scopes.push(scope);
      await scope.emit(1);
      clock.spend(1000);
      await scope.emit(2);
    });
    const outer = emitting('outer', async (_: number, scope) => {
      scopes.push(scope);
      await scope.step('step_0', inner, 0, { streamed: true });
      await scope.emit(3);
    });
    const reader = observed.run(() => outer.stream(0))[Symbol.asyncIterator]();
    clock.spend(30);
    expect(said(scopes)).toEqual([30, 30]);
    await reader.next();
    await idle();
    expect(said(scopes)).toEqual([30, 30]);
    clock.spend(5);
    expect(said(scopes)).toEqual([35, 35]);
    await reader.next();
    await idle();
    clock.spend(7);
    await reader.next();
    expect(said(scopes)).toEqual([42, 35]);
    expect(await reader.next()).toEqual({ done: true, value: undefined });
    clock.spend(7);
    expect(said(scopes)).toEqual([42, 35]);
  });

  it('counts once where several wait', async () => {
    const { clock } = observed;
    let seen: RunScope<number> | undefined;
    const branches = emitting('branches', async (_: number, scope) => {
      seen = scope;
      await Promise.all([scope.emit(1), scope.emit(2)]);
    });
    const reader = observed.run(() => branches.stream(0))[Symbol.asyncIterator]();
    clock.spend(10);
    await reader.next();
    clock.spend(10);
    await reader.next();
    clock.spend(10);
    expect(seen?.readerWaitMs).toBe(20);
  });

  it.each(['cancelled', 'left'])('ends when the stream is %s', async (how) => {
    const { clock } = observed;
    let seen: RunScope<number> | undefined;
    const step = emitting('step', async (_: number, scope) => {
      seen = scope;
      await scope.emit(1);
    });
    const stream = observed.run(() => step.stream(0));
    const reader = stream[Symbol.asyncIterator]();
    clock.spend(10);
    if (how === 'left') await reader.return?.();
    else stream.cancel();
    clock.spend(10);
    await idle();
    expect(seen?.readerWaitMs).toBe(10);
  });

  it('is none where nobody reads, nor what a reader waits for chunks', async () => {
    const { clock } = observed;
    const seen: number[] = [];
    const step = emitting('step', async (_: number, scope) => {
      seen.push(scope.readerWaitMs);
      await scope.emit(1);
      clock.spend(10);
      await idle();
      clock.spend(10);
      await scope.emit(2);
      seen.push(scope.readerWaitMs);
    });
    await observed.run(() => step.execute(0));
    expect(await read(observed.run(() => step.stream(0)))).toEqual([1, 2]);
    expect(seen).toEqual([0, 0, 0, 0]);
  });

  it('is told where nothing is observed', async () => {
    const clock = new ManualClock();
    const silent = withInstrumentation(ROOT_CONTEXT, new Instrumentation({ clock }));
    let seen: RunScope<number> | undefined;
    const step = emitting('step', async (_: number, scope) => {
      seen = scope;
      await scope.emit(1);
    });
    const stream = context.with(silent, () => step.stream(0));
    clock.spend(10);
    expect(seen?.readerWaitMs).toBe(10);
    await read(stream);
  });
});

describe('a chunk that waits', () => {
  /** Runs a step under a limit of 100 ms, then emits 100. */
  const limited = emitting('limited', async (_: number, { step, signal, clock, emit, hasEmitted }) => {
    const limit = new LinkedAbort(signal);
    const cancel = clock.timer(100, () => limit.abort(new Error('too slow')));
    const counting = new Counting();
    await step('attempt_1', counting, 5, { streamed: true, signal: limit.signal }).catch(() => undefined);
    cancel();
    limit.release();
    await emit(100);
    return [counting.made, hasEmitted];
  });

  it('is refused when its step is aborted', async () => {
    const stream = observed.run(() => limited.stream(0));
    const reader = stream[Symbol.asyncIterator]();
    expect(await reader.next()).toEqual({ done: false, value: 1 });
    await observed.clock.advance(100);
    expect(await reader.next()).toEqual({ done: false, value: 100 });
    expect(await reader.next()).toEqual({ done: true, value: undefined });
    expect(await stream.result).toEqual([2, false]);
    expect(attributesOf('counting').slice(0, 2)).toEqual(['cancelled', 1]);
    expect(attributesOf('limited').slice(0, 2)).toEqual(['success', 2]);
    expect(observed.clock.pendingTimers).toBe(0);
  });

  it('of one branch is refused alone', async () => {
    const own = new AbortController();
    const [one, other] = [new Counting(), new Counting()];
    const branches = emitting('branches', async (_: number, { step }) => {
      await Promise.allSettled([
        step('branch_one', one, 2, { streamed: true, signal: own.signal }),
        step('branch_other', other, 2, { streamed: true }),
      ]);
    });
    const stream = observed.run(() => branches.stream(0));
    await idle();
    own.abort(new Error('this one alone'));
    expect(await read(stream)).toEqual([1, 2]);
    expect([one.made, other.made]).toEqual([1, 2]);
    await idle();
    expect(attributesOf('branches').slice(0, 2)).toEqual(['success', 2]);
  });

  it('of a step that its parent left behind is read, and the next one refused', async () => {
    const counting = new Counting();
    const careless = emitting('careless', async (_: number, { step, emit }) => {
      left = step('step_0', counting, endless, { streamed: true }).catch((error: unknown) => error);
      await emit(100);
      return 'done';
    });
    let left: Promise<unknown> | undefined;
    const stream = observed.run(() => careless.stream(0));
    const reader = stream[Symbol.asyncIterator]();
    expect(await reader.next()).toEqual({ done: false, value: 1 });
    expect(await reader.next()).toEqual({ done: false, value: 100 });
    await idle();
    expect(await reader.next()).toEqual({ done: false, value: 2 });
    expect(await reader.next()).toEqual({ done: true, value: undefined });
    expect(await left).toMatchObject({ code: 'OBS_ERR_CANCELLED' });
    expect(counting.made).toBe(3);
    expect(attributesOf('counting').slice(0, 1)).toEqual(['cancelled']);
  });

  it.each(['observed', 'silent'])(
    'for nobody in a step that was left behind does not keep the process busy, %s',
    async (how) => {
      const counting = new Counting();
      let left: Promise<unknown> | undefined;
      const careless = emitting('careless', async (_: number, { step }) => {
        left = step('step_0', counting, 1_000_000, { streamed: true }).catch((error: unknown) => error);
        await Promise.resolve();
      });
      const silent = withInstrumentation(ROOT_CONTEXT, new Instrumentation());
      const run = <T>(body: () => T): T =>
        how === 'observed' ? observed.run(body) : context.with(silent, body);
      await run(() => careless.execute(0));
      expect(await left).toMatchObject({ code: 'OBS_ERR_CANCELLED' });
      expect(counting.made).toBeLessThan(100);
      counting.made = 0;
      expect((await read(run(() => careless.stream(0)))).length).toBeLessThan(10);
      expect(await left).toMatchObject({ code: 'OBS_ERR_CANCELLED' });
      expect(counting.made).toBeLessThan(100);
    },
  );

  it('of shared work waits no more once the run has ended', async () => {
    const counting = new Counting();
    let shared: Promise<unknown> | undefined;
    const leader = emitting('leader', async (_: number, { step }) => {
      const { signal } = new AbortController();
      shared = step('inner', counting, 3, { streamed: true, shared: true, signal });
    });
    const reader = observed.run(() => leader.stream(0))[Symbol.asyncIterator]();
    await idle();
    expect(await reader.next()).toEqual({ done: false, value: 1 });
    expect(await reader.next()).toEqual({ done: true, value: undefined });
    expect(await shared).toBe(3);
  });

  it.each(['leaves', 'cancels'])('of shared work is taken when its reader %s', async (how) => {
    const work = new AbortController();
    const counting = new Counting();
    let shared: Promise<unknown> | undefined;
    const leader = emitting('leader', async (_: number, { step, signal }) => {
      shared = step('inner', counting, 3, { streamed: true, shared: true, signal: work.signal });
      await hang(signal);
    });
    const stream = observed.run(() => leader.stream(0));
    const reader = stream[Symbol.asyncIterator]();
    await reader.next();
    await idle();
    expect(counting.made).toBe(2);
    if (how === 'leaves') await reader.return?.();
    else stream.cancel();
    expect(await shared).toBe(3);
    expect(attributesOf('leader').slice(0, 1)).toEqual(['cancelled']);
    expect(attributesOf('counting').slice(0, 1)).toEqual(['success']);
  });
});

describe('a stream where telemetry', () => {
  it('is not registered gives the same', async () => {
    const clock = new ManualClock();
    const silent = withInstrumentation(ROOT_CONTEXT, new Instrumentation({ clock }));
    const stream = context.with(silent, () => new Counting().stream(3));
    expect(await read(stream)).toEqual([1, 2, 3]);
    expect(await stream.result).toBe(3);
    const left = context.with(silent, () => new Counting().stream(Number.POSITIVE_INFINITY));
    for await (const chunk of left) if (chunk === 2) break;
    await expect(left.result).rejects.toHaveProperty('code', 'OBS_ERR_CANCELLED');
  });

  it('is broken gives the same', async () => {
    const broken = (): never => {
      throw new Error('telemetry is broken');
    };
    const ends: string[] = [];
    const span = {
      setAttribute: broken,
      setAttributes: broken,
      setStatus: broken,
      isRecording: () => true,
      spanContext: broken,
      end: () => ends.push('span'),
    };
    const instrumentation = new Instrumentation({
      tracer: { startSpan: () => span as unknown as Span } as unknown as Tracer,
      meter: {
        createCounter: () => ({ add: broken }),
        createGauge: () => ({ record: broken }),
        createHistogram: () => ({ record: broken }),
        createObservableUpDownCounter: () => ({ addCallback: () => undefined }),
      } as unknown as Meter,
      clock: { now: broken, monotonic: broken, timer: broken },
    });
    const around = withInstrumentation(ROOT_CONTEXT, instrumentation);
    const stream = context.with(around, () => new Counting().stream(3));
    expect(await read(stream)).toEqual([1, 2, 3]);
    expect(await stream.result).toBe(3);
    await idle();
    expect(ends).toEqual(['span']);
    expect(instrumentation.faults).toBeGreaterThan(0);
  });
});

describe('what is begun', () => {
  it('by the body is below its span, and by the reader of its chunks below that of the reader', async () => {
    const child = (name: string) => custom(name, () => 0);
    const producer = emitting('producer', async (_: number, { emit }) => {
      for (const n of [1, 2, 3]) {
        await child(`made ${n}`).execute(0);
        await emit(n);
      }
    });
    const consumer = custom('consumer', async () => {
      const before = trace.getActiveSpan();
      for await (const n of producer.stream(0)) {
        expect(trace.getActiveSpan()).toBe(before);
        await child(`read ${n}`).execute(0);
      }
      expect(trace.getActiveSpan()).toBe(before);
    });
    await observed.run(() => consumer.execute(0));
    const names = (line: string): string => /"(.*)"/.exec(line)?.[1] ?? '';
    const lines = observed.tree().split('\n');
    const below = (depth: number): string[] =>
      lines.filter((line) => line.startsWith(`${'  '.repeat(depth)}p`)).map(names);
    expect(below(0)).toEqual(['consumer']);
    expect(below(1).sort()).toEqual(['producer', 'read 1', 'read 2', 'read 3']);
    expect(below(2)).toEqual(['made 1', 'made 2', 'made 3']);
  });
});
