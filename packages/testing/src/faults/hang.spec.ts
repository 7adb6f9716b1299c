import { describe, expect, it } from '@jest/globals';
import type { InstrumentedPrimitive } from '@tta/obs-instrumentation';
import { chain } from '../../test/compositions.ts';
import { faults, mockPrimitive, observed } from '../index.ts';

const manual = { clock: 'manual' } as const;

describe('faults.hang', () => {
  it(
    'never answers, and ends with the reason when the run is cancelled',
    observed(async (trace) => {
      const page = mockPrimitive('fetch page', (url: string) => url);
      const abort = new AbortController();
      const reason = new Error('user left');
      const read = chain((url: string) => url, faults.hang(page)).tryExecute('http', {
        signal: abort.signal,
      });
      await trace.clock.advance(3_600_000);
      expect(trace.clock.pendingTimers).toBe(0);
      abort.abort(reason);
      expect(await read).toMatchObject({ ok: false, error: reason });
      expect(page.calls).toEqual([]);
      expect(String(trace)).toBe(
        [
          '  primitive.sequential.execute "chain" cancelled 3600 s',
          '  ├─ primitive.sequential.step_0 "lambda" success 0 ms',
          '  │  └─ primitive.lambda.execute "step_0" success 0 ms',
          '  └─ primitive.sequential.step_1 "fetch page" cancelled 3600 s',
          '     └─ primitive.mock.execute "fetch page" cancelled 3600 s',
        ].join('\n'),
      );
    }, manual),
  );

  it(
    'goes on when it is cancelled, where it ignores that',
    observed(async ({ clock }) => {
      const abort = new AbortController();
      let hasEnded = false;
      const page = faults.hang(mockPrimitive<string, string>('fetch page'), { ignoresAbort: true });
      void page.tryExecute('http', { signal: abort.signal }).then(() => (hasEnded = true));
      abort.abort(new Error('user left'));
      await clock.advance(1000);
      expect([hasEnded, clock.pendingTimers]).toEqual([false, 0]);
    }, manual),
  );

  it(
    'is closed with the run around it, where that does not wait for it',
    observed(async (trace) => {
      const stuck = faults.hang(undefined, { ignoresAbort: true });
      const impatient = mockPrimitive('impatient', (url: string, scope) => {
        void scope.step('branch_slow', stuck, url);
        return 'at once';
      });
      expect(await impatient.execute('http')).toBe('at once');
      expect(trace.spans.map(({ attributes }) => attributes['execution.status'])).toEqual([
        'success',
        'cancelled',
        'cancelled',
      ]);
    }, manual),
  );

  it('stands in every place without a step of its own', async () => {
    const stuck = faults.hang();
    const typed: InstrumentedPrimitive<string, number> = stuck;
    expect([typed.type, typed.name]).toEqual(['lambda', 'hang']);
    const deaf: InstrumentedPrimitive<string, number> = faults.hang(undefined, { ignoresAbort: true });
    expect([deaf.type, deaf.name]).toEqual(['lambda', 'hang']);
    const signal = AbortSignal.abort(new Error('never begun'));
    await expect(chain(typed, (n) => n.toFixed(2)).execute('a', { signal })).rejects.toThrow('never begun');
  });

  it(
    'ends at once where the run was cancelled before',
    observed(async () => {
      const abort = new AbortController();
      const stuck = chain((text: string) => {
        abort.abort(new Error('in between'));
        return text;
      }, faults.hang());
      await expect(stuck.execute('a', { signal: abort.signal })).rejects.toThrow('in between');
    }),
  );

  it('takes nothing but a step', () => {
    // @ts-expect-error options alone are no step
    expect(() => faults.hang({ ignoresAbort: true })).toThrow(
      'faults.hang: the step is an object that is no primitive',
    );
  });
});
