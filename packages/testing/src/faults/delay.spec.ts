import { describe, expect, it } from '@jest/globals';
import type { ManualClock } from '@tta/obs-context/manual';
import { pause } from '@tta/obs-instrumentation';
import { chain, each } from '../../test/compositions.ts';
import { faults, mockPrimitive, type ObservedTrace, observed } from '../index.ts';

const manual = { clock: 'manual' } as const;

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
      const all = each(faults.delay(10, (n: number) => n)).execute([1, 2]);
      expect(clock.pendingTimers).toBe(2);
      await clock.advance(10);
      expect(await all).toEqual([1, 2]);
    }, manual),
  );

  it.each<[string, number, string[]]>([
    [
      'which then is an answer all the same',
      100,
      [
        '  primitive.mock.execute "impatient" success 100 ms',
        '  └─ primitive.mock.branch_slow "fetch page" success 30 ms',
        '     └─ primitive.mock.execute "fetch page" success 30 ms',
      ],
    ],
    [
      'which the trace does not tell any more where the run has ended before',
      20,
      [
        '  primitive.mock.execute "impatient" success 20 ms',
        '  └─ primitive.mock.branch_slow "fetch page" cancelled 20 ms',
        '     └─ primitive.mock.execute "fetch page" cancelled 20 ms',
      ],
    ],
  ])(
    'reaches the step late although it is cancelled where it ignores that, %s',
    observed(async (trace: ObservedTrace<ManualClock>, _: string, runMs: number, tree: string[]) => {
      const { clock } = trace;
      const page = mockPrimitive('fetch page', (url: string, { signal }) => [url, signal.aborted]);
      const late = faults.delay(30, page, { ignoresAbort: true });
      const abort = new AbortController();
      const answers: unknown[] = [];
      const impatient = mockPrimitive('impatient', async (url: string, scope) => {
        void scope
          .step('branch_slow', late, url, { signal: abort.signal })
          .then((answer) => answers.push(answer));
        await pause(scope, 10);
        abort.abort(new Error('too slow'));
        await pause(scope, runMs - 10);
      });
      const running = impatient.execute('http');
      await clock.advance(29);
      expect([page.calls, answers]).toEqual([[], []]);
      await clock.advance(100);
      await running;
      expect(page.calls).toMatchObject([{ input: 'http', outcome: 'success' }]);
      expect(answers).toEqual([['http', true]]);
      expect(clock.pendingTimers).toBe(0);
      expect(String(trace)).toBe(tree.join('\n'));
    }, manual),
  );

  it(
    'fails late where the step heeds that it was cancelled meanwhile, and where another fault is inside',
    observed(async ({ clock }) => {
      const heedful = chain(
        (url: string) => url,
        mockPrimitive('fetch page', (url: string) => url),
      );
      const failing = faults.failTimes(
        1,
        mockPrimitive('fetch page', (url: string) => url),
        'down',
      );
      const abort = new AbortController();
      const runs = [heedful, failing, mockPrimitive<string, string>('stuck').hangs()].map((step) =>
        faults.delay(30, step, { ignoresAbort: true }).tryExecute('http', { signal: abort.signal }),
      );
      await clock.advance(10);
      const reason = new Error('user left');
      abort.abort(reason);
      await clock.advance(20);
      expect(await Promise.all(runs)).toMatchObject([
        { error: reason },
        { error: 'down' },
        { error: reason },
      ]);
      expect(clock.pendingTimers).toBe(0);
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
