import { describe, expect, it } from '@jest/globals';
import { chain } from '../../test/composed.ts';
import { faults, ManualClock, mockPrimitive, observed } from '../index.ts';

const manual = (): { clock: ManualClock } => ({ clock: new ManualClock() });

describe('faults.delay', () => {
  it(
    'makes a step late by the clock of the run, and its span longer',
    observed(async (trace) => {
      const page = mockPrimitive('fetch page', (url: string) => url.length);
      const read = chain(faults.delay(320, page), (length) => length * 2).execute('http');
      await trace.clock.advance(319);
      expect(page.calls).toEqual([]);
      await trace.clock.advance(1);
      expect(await read).toBe(8);
      expect(String(trace)).toBe(
        [
          '  primitive.sequential.execute "chain" success 320 ms',
          '  ├─ primitive.sequential.step_0 "fetch page" success 320 ms',
          '  │  └─ primitive.mock.execute "fetch page" success 320 ms',
          '  └─ primitive.sequential.step_1 "lambda" success 0 ms',
          '     └─ primitive.lambda.execute "step_1" success 0 ms',
        ].join('\n'),
      );
    }, manual),
  );

  it(
    'ends at once when the run is cancelled, without reaching the step, and leaves no timer',
    observed(async ({ clock }) => {
      const page = mockPrimitive('fetch page', (url: string) => url);
      const abort = new AbortController();
      const reason = new Error('user left');
      const read = chain(faults.delay(320, page), (text) => text).tryExecute('http', {
        signal: abort.signal,
      });
      await clock.advance(100);
      expect(clock.pendingTimers).toBe(1);
      abort.abort(reason);
      expect(await read).toMatchObject({ ok: false, error: reason, info: { category: 'cancelled' } });
      expect([clock.pendingTimers, page.calls.length]).toEqual([0, 0]);
      await expect(faults.delay(1, page).execute('x', { signal: abort.signal })).rejects.toBe(reason);
      expect(clock.pendingTimers).toBe(0);
    }, manual),
  );

  it(
    'is late at once for calls at once',
    observed(async ({ clock }) => {
      const late = faults.delay(10, (n: number) => n);
      const all = Promise.all([late.execute(1), late.execute(2)]);
      expect(clock.pendingTimers).toBe(2);
      await clock.advance(10);
      expect(await all).toEqual([1, 2]);
    }, manual),
  );

  it.each([-1, Infinity, Number.NaN])('is not %d ms', (ms) => {
    expect(() => faults.delay(ms, (n: number) => n)).toThrow(
      expect.objectContaining({
        code: 'OBS_ERR_INVALID_OPTION',
        message: `faults.delay: the delay is ${ms} ms; it has to be a number of at least 0`,
      }),
    );
  });

  it('takes nothing but a step', () => {
    // @ts-expect-error a number is no step
    expect(() => faults.delay(10, 10)).toThrow(/^faults.delay: the step is a number/);
  });
});
