import { getEventListeners } from 'node:events';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { CancelledError, InvalidCompositionError } from '@tta/obs-context';
import type { RunScope } from '@tta/obs-instrumentation';
import { deferred, untilAborted } from '../test/deferred.ts';
import { enableContexts, Observed } from '../test/observed.ts';
import { parallel, ParallelError } from './parallel.ts';

beforeAll(enableContexts);

describe('parallel', () => {
  it('gives a record for a record and a tuple for a tuple, whatever ends first', async () => {
    const first = deferred<string>();
    const branches = { slow: (_: number) => first.promise, fast: (n: number) => n };
    const record = parallel(branches).execute(7);
    const tuple = parallel([branches.slow, branches.fast]).execute(7);
    first.resolve('late');
    expect(await record).toEqual({ slow: 'late', fast: 7 });
    expect(await tuple).toEqual(['late', 7]);
  });

  it('runs all branches at the same time on the same input', async () => {
    const seen: unknown[] = [];
    const gate = deferred<void>();
    const branch = (input: object) => {
      seen.push(input);
      return gate.promise;
    };
    const input = {};
    const running = parallel([branch, branch, branch]).execute(input);
    expect(seen).toEqual([input, input, input]);
    gate.resolve();
    await running;
  });

  it('runs no more branches at a time than its concurrency', async () => {
    const gates = [deferred<void>(), deferred<void>(), deferred<void>()];
    const begun: number[] = [];
    const branches = gates.map(({ promise }, index) => async () => {
      begun.push(index);
      await promise;
    });
    const observed = new Observed();
    const running = observed.run(() => parallel(branches, { concurrency: 2 }).execute(undefined));
    expect(begun).toEqual([0, 1]);
    gates[1]?.resolve();
    await observed.clock.advance(0);
    expect(begun).toEqual([0, 1, 2]);
    gates[0]?.resolve();
    gates[2]?.resolve();
    await running;
  });

  it('has a span for each branch', async () => {
    const observed = new Observed();
    await observed.run(() => parallel({ left: () => 1, right: () => 2 }).execute(0));
    expect(observed.tree()).toBe(
      [
        'primitive.parallel.execute "parallel" success',
        '  primitive.parallel.branch_left "left" success',
        '    primitive.lambda.execute "left" success',
        '  primitive.parallel.branch_right "right" success',
        '    primitive.lambda.execute "right" success',
      ].join('\n'),
    );
    expect(await observed.points('primitive.connection.count')).toEqual({
      'connection.type=parallel source.primitive=parallel target.primitive=left': 1,
      'connection.type=parallel source.primitive=parallel target.primitive=right': 1,
    });
  });

  it('that fails fast throws the first error and aborts the other branches', async () => {
    const observed = new Observed();
    const error = new Error('first');
    let reason: unknown;
    const branches = {
      failing: async () => {
        throw error;
      },
      waiting: (_: unknown, { signal }: RunScope) =>
        untilAborted(signal).catch((caught: unknown) => {
          reason = caught;
          throw caught;
        }),
    };
    await expect(observed.run(() => parallel(branches).execute(0))).rejects.toBe(error);
    await observed.clock.advance(0);
    expect(reason).toBeInstanceOf(CancelledError);
    expect((reason as Error).message).toBe('branch "failing" of parallel failed');
    expect(observed.span('primitive.parallel.branch_waiting').attributes['execution.status']).toBe(
      'cancelled',
    );
    expect(observed.span('primitive.parallel.execute').events).toHaveLength(0);
    expect(await observed.points('recovery.events')).toEqual({});
  });

  it('that fails fast drops and counts what comes later, and begins no branch any more', async () => {
    const observed = new Observed();
    const [value, failure] = [deferred<number>(), deferred<number>()];
    let begun = false;
    const running = observed.run(() =>
      parallel(
        [
          async () => {
            throw new Error('first');
          },
          () => value.promise,
          () => failure.promise,
          () => (begun = true),
        ],
        { concurrency: 3 },
      ).execute(0),
    );
    await expect(running).rejects.toThrow('first');
    value.resolve(1);
    failure.reject(new Error('second'));
    await observed.clock.advance(0);
    expect(begun).toBe(false);
    expect(await observed.points('recovery.events')).toEqual({
      'primitive.name=parallel recovery.kind=late_result': 2,
    });
    const late = observed.lines.filter(({ message }) => message === 'parallel: late_result');
    expect(late.map(({ fields }) => fields?.['error.message'])).toEqual([undefined, 'second']);
  });

  it('that waits for all gathers every failure by its branch', async () => {
    const [one, two] = [new Error('one'), new Error('two')];
    const ended: string[] = [];
    const branches = {
      b: async () => {
        await Promise.resolve();
        throw one;
      },
      ok: () => ended.push('ok'),
      a: async () => {
        throw two;
      },
    };
    const outcome = await parallel(branches, { onError: 'wait-all' }).tryExecute(0);
    expect(ended).toEqual(['ok']);
    if (outcome.ok) throw new Error('it succeeded');
    expect(outcome.error).toBeInstanceOf(ParallelError);
    expect(outcome.error).toMatchObject({
      code: 'OBS_ERR_PARALLEL',
      message: '2 of 3 branches failed: b, a',
      cause: one,
      failures: new Map([
        ['b', one],
        ['a', two],
      ]),
    });
  });

  it('is worth another attempt only where every failure may pass', async () => {
    const failingWith = (status: number) => () => {
      throw Object.assign(new Error(`${status}`), { status });
    };
    const both = (...statuses: number[]) =>
      parallel(statuses.map(failingWith), { onError: 'wait-all' }).tryExecute(0);
    expect(await both(503, 422)).toMatchObject({ info: { category: 'transient', recoverable: false } });
    expect(await both(503, 429)).toMatchObject({ info: { category: 'transient', recoverable: true } });
  });

  it('does not count as late what answers the abort with an error of its own', async () => {
    const observed = new Observed();
    const obeying = (_: unknown, { signal }: RunScope) =>
      untilAborted(signal).catch((cause: unknown) => {
        throw Object.assign(new Error('The operation was aborted', { cause }), { name: 'AbortError' });
      });
    const running = observed.run(() =>
      parallel([() => Promise.reject(new Error('x')), obeying]).tryExecute(0),
    );
    expect((await running).ok).toBe(false);
    await observed.clock.advance(0);
    expect(await observed.points('recovery.events')).toEqual({});
  });

  it('that waits for all succeeds like any other, also a few branches at a time', async () => {
    const three = [(n: number) => n, (n: number) => n * 2, (n: number) => n * 3] as const;
    expect(await parallel(three, { onError: 'wait-all', concurrency: 2 }).execute(2)).toEqual([2, 4, 6]);
  });

  it.each(['fail-fast', 'wait-all'] as const)(
    '(%s) passes the abort of its caller on to every branch',
    async (onError) => {
      const observed = new Observed();
      const controller = new AbortController();
      const waiting = (_: unknown, { signal }: RunScope) => untilAborted(signal);
      const running = observed.run(() =>
        parallel([waiting, waiting], { onError }).execute(0, { signal: controller.signal }),
      );
      const reason = new Error('stop');
      controller.abort(reason);
      await expect(running).rejects.toBe(reason);
      await observed.clock.advance(0);
      expect(observed.spans).toHaveLength(5);
      expect(observed.spans.every(({ attributes }) => attributes['execution.status'] === 'cancelled')).toBe(
        true,
      );
    },
  );

  it('leaves no listener on the signal of its caller', async () => {
    const controller = new AbortController();
    await parallel([() => 1]).execute(0, { signal: controller.signal });
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('refuses bad compositions at construction, saying what and where', () => {
    const make = parallel as unknown as (branches: unknown, options?: object) => unknown;
    expect(() => make({})).toThrow(InvalidCompositionError);
    expect(() => make({})).toThrow('parallel needs at least one branch');
    expect(() => make({ left: 'x' })).toThrow('parallel: branch "left" is a string');
    expect(() => make([() => 1], { concurrency: 0 })).toThrow(
      'parallel: concurrency is 0; it has to be a whole number above 0',
    );
  });
});
