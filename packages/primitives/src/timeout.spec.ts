import { getEventListeners } from 'node:events';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { deferred, untilAborted } from '../test/deferred.ts';
import { enableContexts, Observed } from '../test/observed.ts';
import { lambda } from './lambda.ts';
import { timeout, TimeoutError } from './timeout.ts';

beforeAll(enableContexts);

describe('timeout', () => {
  it('passes the result on and leaves no timer and no listener', async () => {
    const observed = new Observed();
    const controller = new AbortController();
    const step = lambda('quick', () => 'done');
    const running = observed.run(() => timeout(step, { ms: 100 }).execute(0, { signal: controller.signal }));
    expect(await running).toBe('done');
    expect(observed.clock.pendingTimers).toBe(0);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    expect(observed.tree()).toBe(
      ['primitive.timeout.execute "quick" success', '  primitive.lambda.execute "quick" success'].join('\n'),
    );
    expect(observed.span('primitive.timeout.execute').attributes['timeout.limit_ms']).toBe(100);
  });

  it('keeps the error of a step that fails before the limit', async () => {
    const observed = new Observed();
    const error = new Error('own');
    const step = () => Promise.reject(error);
    await expect(observed.run(() => timeout(step, { ms: 100 }).execute(0))).rejects.toBe(error);
    expect(observed.clock.pendingTimers).toBe(0);
  });

  it('throws at the limit and aborts the step, which is cancelled; the timeout has timed out', async () => {
    const observed = new Observed();
    let reason: unknown;
    const step = lambda('hanging', (_: number, { signal }) =>
      untilAborted(signal).catch((error: unknown) => {
        reason = error;
        throw error;
      }),
    );
    const running = observed.run(() => timeout(step, { ms: 100 }).tryExecute(0));
    await observed.clock.advance(99);
    expect(reason).toBeUndefined();
    await observed.clock.advance(1);
    const outcome = await running;
    if (outcome.ok) throw new Error('it succeeded');
    expect(outcome.error).toBeInstanceOf(TimeoutError);
    expect(outcome.error).toBe(reason);
    expect(outcome.error).toMatchObject({
      code: 'OBS_ERR_TIMEOUT',
      category: 'timeout',
      message: '"hanging" did not end within 100 ms',
      limitMs: 100,
    });
    expect(observed.tree()).toBe(
      ['primitive.timeout.execute "hanging" timeout', '  primitive.lambda.execute "hanging" cancelled'].join(
        '\n',
      ),
    );
    const span = observed.span('primitive.timeout.execute');
    expect(span.status.code).toBe(2);
    expect(span.events.map(({ name }) => name)).toEqual(['recovery.timeout', 'exception']);
    expect(span.events[0]?.attributes).toEqual({
      'timeout.limit_ms': 100,
      'error.type': 'OBS_ERR_TIMEOUT',
      'error.message': '"hanging" did not end within 100 ms',
      'error.category': 'timeout',
    });
    expect(await observed.points('recovery.events')).toEqual({
      'primitive.name=hanging recovery.kind=timeout': 1,
    });
  });

  it('has timed out also when the step passes the reason on at once', async () => {
    const observed = new Observed();
    const step = lambda('passing', (_: number, { signal }) => untilAborted(signal));
    const running = observed.run(() => timeout(step, { ms: 10 }).tryExecute(0));
    await observed.clock.advance(10);
    expect(await running).toMatchObject({
      ok: false,
      info: { code: 'OBS_ERR_TIMEOUT', category: 'timeout' },
    });
    expect(observed.tree()).toBe(
      ['primitive.timeout.execute "passing" timeout', '  primitive.lambda.execute "passing" cancelled'].join(
        '\n',
      ),
    );
    expect(observed.span('primitive.lambda.execute').attributes).not.toHaveProperty(['execution.abandoned']);
  });

  it.each(['value', 'error'])(
    'drops and counts a late %s of a step that does not heed its signal',
    async (kind) => {
      const observed = new Observed();
      const late = deferred<string>();
      const running = observed.run(() => timeout(() => late.promise, { ms: 10, name: 'deaf' }).tryExecute(0));
      await observed.clock.advance(10);
      expect((await running).ok).toBe(false);
      if (kind === 'value') late.resolve('too late');
      else late.reject(new Error('too late'));
      await observed.clock.advance(0);
      expect(await observed.points('recovery.events')).toEqual({
        'primitive.name=deaf recovery.kind=timeout': 1,
        'primitive.name=deaf recovery.kind=late_result': 1,
      });
      const line = observed.lines.find(({ message }) => message === 'deaf: late_result');
      expect(line?.fields?.['error.message']).toBe(kind === 'value' ? undefined : 'too late');
    },
  );

  it('aborts the step when its caller is cancelled, without timing out', async () => {
    const observed = new Observed();
    const controller = new AbortController();
    const step = lambda('waiting', (_: number, { signal }) => untilAborted(signal));
    const running = observed.run(() => timeout(step, { ms: 100 }).execute(0, { signal: controller.signal }));
    const reason = new Error('stop');
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect(observed.clock.pendingTimers).toBe(0);
    expect(observed.span('primitive.timeout.execute').attributes['execution.status']).toBe('cancelled');
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a limit of %p at construction', (ms) => {
    expect(() => timeout(() => 1, { ms })).toThrow(`timeout: ms is ${ms}; it has to be a number above 0`);
  });
});
