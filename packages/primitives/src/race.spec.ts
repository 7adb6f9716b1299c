import { EventEmitter, getEventListeners, once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { CancelledError } from '@tta/obs-context';
import type { RunScope } from '@tta/obs-instrumentation';
import { faults, mockPrimitive, observed } from '@tta/obs-testing';
import { describeOutcomes } from '../test/outcomes.ts';
import { race, RaceError } from './race.ts';
import { sequential } from './sequential.ts';

const failingWith = (status: number) => () => {
  throw Object.assign(new Error(`HTTP ${status}`), { status });
};

describe('race', () => {
  it(
    'gives the first success and who had it, and aborts the others, which are cancelled and have not failed',
    observed(
      async (trace) => {
        const slow = faults.delay(20, (_: string) => 1);
        const quick = faults.delay(10, (_: string) => 'x');
        const running = race({ slow, quick }).execute('in');
        await trace.clock.advance(10);
        expect(await running).toEqual({ winner: 'quick', value: 'x' });
        await trace.clock.advance(0);
        expect(trace).toHaveSpanTree(`
          primitive.race.execute "race" success
          ├─ primitive.race.branch_slow "lambda" cancelled
          │  └─ primitive.lambda.execute "branch_slow" cancelled
          └─ primitive.race.branch_quick "lambda" success
             └─ primitive.lambda.execute "branch_quick" success
        `);
        expect(trace.span('primitive.race.execute').attributes).toMatchObject({
          'decision.choice': 'quick',
          'decision.reason': 'first_success',
        });
        expect(trace).toHaveMetric('primitive.decisions', [
          {
            labels: {
              'primitive.name': 'race',
              'decision.choice': 'quick',
              'decision.reason': 'first_success',
            },
            value: 1,
          },
        ]);
        expect(trace.clock.pendingTimers).toBe(0);
        expect(trace).not.toHaveMetric('recovery.events');
      },
      { clock: 'manual' },
    ),
  );

  it('gives the position of a branch of a tuple, and passes over failures', async () => {
    const loser = mockPrimitive<number, number>('loser').hangs();
    expect(await race([failingWith(400), (n: number) => n, loser]).execute(3)).toEqual({
      winner: 1,
      value: 3,
    });
    expect(loser.lastCall?.error).toBeInstanceOf(CancelledError);
    expect(loser.lastCall?.error).toMatchObject({ message: 'branch "1" of race was first' });
  });

  it('leaves the signal of the winner alone, on which what it returned may still hang', async () => {
    let signals: AbortSignal[] = [];
    const branch = (_: unknown, { signal }: RunScope) => {
      signals.push(signal);
      return signals.length === 1 ? new Promise<never>(() => undefined) : 'body';
    };
    await race({ hanging: branch, winner: branch }).execute(0);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    signals = [];
  });

  it(
    'drops and counts what comes after the first success, except what answers the abort',
    observed(
      async (trace) => {
        const deaf = { ignoresAbort: true };
        const obeying = (_: unknown, { signal }: RunScope) => once(new EventEmitter(), 'answer', { signal });
        const value = faults.delay(10, () => 1, deaf);
        const failure = faults.delay(10, mockPrimitive('late').fails(new Error('second')), deaf);
        expect(await race({ obeying, value, failure, first: () => 0 }).execute(0)).toEqual({
          winner: 'first',
          value: 0,
        });
        await trace.clock.advance(10);
        expect(trace).toHaveMetric('recovery.events', [
          { labels: { 'primitive.name': 'race', 'recovery.kind': 'late_result' }, value: 2 },
        ]);
        const late = trace.lines.filter(({ message }) => message === 'race: late_result');
        expect(late.map(({ fields }) => fields['error.message'])).toEqual([undefined, 'second']);
      },
      { clock: 'manual' },
    ),
  );

  it('fails when all have failed, with the failures by key in the order of the branches', async () => {
    const [one, two] = [new Error('one'), new Error('two')];
    const branches = {
      b: async () => {
        await Promise.resolve();
        throw one;
      },
      a: () => {
        throw two;
      },
    };
    const outcome = await race(branches, { name: 'mirrors' }).tryExecute(0);
    if (outcome.ok) throw new Error('it succeeded');
    const { error } = outcome;
    expect(error).toBeInstanceOf(RaceError);
    expect(error).toMatchObject({
      name: 'RaceError',
      code: 'OBS_ERR_RACE',
      message: 'all 2 branches of "mirrors" failed: b, a; the first error: one',
      severity: 'high',
      cause: one,
    });
    expect([...(error as RaceError).failures]).toEqual([
      ['b', one],
      ['a', two],
    ]);
  });

  it('is worth another attempt where one failure may pass', async () => {
    const all = (...statuses: number[]) => race(statuses.map(failingWith)).tryExecute(0);
    expect(await all(422, 503)).toMatchObject({ info: { category: 'validation', recoverable: true } });
    expect(await all(422)).toMatchObject({
      error: { message: 'the only branch of "race" failed: 0; the first error: HTTP 422' },
      info: { recoverable: false },
    });
  });

  it('has failed, and is not cancelled, when its branches were cancelled by others than its caller', async () => {
    const cancelled = () => {
      throw new CancelledError('by itself');
    };
    expect(await race([cancelled]).tryExecute(0)).toMatchObject({
      ok: false,
      info: { code: 'OBS_ERR_RACE', category: 'unknown' },
    });
  });

  it.each(['value', 'error'])(
    'rejects when its caller cancels the run, also when a branch that does not heed it gives a %s',
    observed(
      async (trace, kind: string) => {
        const caller = new AbortController();
        const reason = new Error('stop');
        const answer = mockPrimitive('answer');
        if (kind === 'value') answer.returns(1);
        else answer.fails(new Error('own'));
        const deaf = faults.delay(10, answer, { ignoresAbort: true });
        const running = race([faults.hang(), deaf]).tryExecute(0, { signal: caller.signal });
        caller.abort(reason);
        await trace.clock.advance(10);
        expect(await running).toMatchObject({ ok: false, error: reason });
        expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
        expect(trace).toHaveSpan('primitive.race.execute "race" cancelled');
        expect(trace).not.toHaveMetric('recovery.events');
        expect(trace).not.toHaveMetric('primitive.decisions');
      },
      { clock: 'manual' },
    ),
  );

  it(
    'that its caller cancels waits for the branches that run, also where one succeeds after all',
    observed(
      async (trace) => {
        const caller = new AbortController();
        const ended: string[] = [];
        const deaf = (ms: number) =>
          faults.delay(ms, () => ended.push(`after ${ms} ms`), { ignoresAbort: true });
        const running = race([deaf(10), deaf(20)]).tryExecute(0, { signal: caller.signal });
        caller.abort(new CancelledError('the caller hung up'));
        await trace.clock.advance(20);
        expect(await running).toMatchObject({ ok: false, error: caller.signal.reason });
        expect(ended).toEqual(['after 10 ms', 'after 20 ms']);
        expect(trace).not.toHaveMetric('recovery.events');
      },
      { clock: 'manual' },
    ),
  );

  it('leaves no listener on the signal of its caller', async () => {
    const { signal } = new AbortController();
    await race([() => 1, faults.hang()]).execute(0, { signal });
    await race([failingWith(400)]).tryExecute(0, { signal });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('passes the winner on typed', async () => {
    const chain = sequential(race({ a: (n: number) => n, b: (_: number) => 'b' }), (won) =>
      won.winner === 'a' ? won.value.toFixed(1) : won.value.toUpperCase(),
    );
    expect(await chain.execute(1)).toBe('1.0');
  });

  it('refuses bad compositions at construction, saying what and where', () => {
    const make = race as unknown as (branches?: unknown, options?: null) => unknown;
    const refusal = (message: string) =>
      expect.objectContaining({ code: 'OBS_ERR_INVALID_COMPOSITION', message });
    expect(() => make()).toThrow(refusal('race needs at least one branch'));
    expect(() => make({})).toThrow(refusal('race needs at least one branch'));
    expect(() => make(() => 1)).toThrow('race takes its branches as a record or a list: race({ a, b })');
    expect(() => make([() => 1], null)).toThrow('race: the options are null; they have to be an object');
    expect(() => make([() => 1, 7])).toThrow('race: branch "1" is a number');
  });
});

describeOutcomes('race', (step) => race({ step, other: failingWith(503) }, { name: 'mirrors' }), {
  output: { winner: 'step', value: 2 },
  success: `
    primitive.race.execute "mirrors" success
    ├─ primitive.race.branch_step "step" success
    │  └─ primitive.mock.execute "step" success
    └─ primitive.race.branch_other "lambda" error
       └─ primitive.lambda.execute "branch_other" error
  `,
  error: `
    primitive.race.execute "mirrors" error
    ├─ primitive.race.branch_step "step" error
    │  └─ primitive.mock.execute "step" error
    └─ primitive.race.branch_other "lambda" error
       └─ primitive.lambda.execute "branch_other" error
  `,
  timeout: `
    primitive.race.execute "mirrors" timeout
    ├─ primitive.race.branch_step "step" timeout
    │  └─ primitive.timeout.execute "step" timeout
    │     └─ primitive.mock.execute "step" cancelled
    └─ primitive.race.branch_other "lambda" error
       └─ primitive.lambda.execute "branch_other" error
  `,
  cancelled: `
    primitive.race.execute "mirrors" cancelled
    ├─ primitive.race.branch_step "step" cancelled
    │  └─ primitive.mock.execute "step" cancelled
    └─ primitive.race.branch_other "lambda" error
       └─ primitive.lambda.execute "branch_other" error
  `,
});
