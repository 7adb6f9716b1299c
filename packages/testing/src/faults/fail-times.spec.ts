import { describe, expect, it } from '@jest/globals';
import { classifyError } from '@tta/obs-context';
import type { RunScope } from '@tta/obs-instrumentation';
import fc from 'fast-check';
import { each, persist } from '../../test/compositions.ts';
import { faults, mockPrimitive, observed, ServiceUnavailableError } from '../index.ts';

const upper = (text: string): string => text.toUpperCase();

describe('faults.failTimes', () => {
  it(
    'fails the first calls as a service does that is down for a moment, in the place of the step',
    observed(
      async (trace) => {
        const fetchPage = mockPrimitive('fetch page', upper);
        expect(await persist(faults.failTimes(2, fetchPage), 3).execute('a')).toBe('A');
        expect(fetchPage.calls).toHaveLength(1);
        expect(String(trace)).toBe(
          [
            '  primitive.retry.execute "persist" success 0 ms',
            '  ├─ primitive.retry.attempt_1 "fetch page" error 0 ms',
            '  │  └─ primitive.mock.execute "fetch page" error 0 ms: 503 Service Unavailable',
            '  ├─ primitive.retry.attempt_2 "fetch page" error 0 ms',
            '  │  └─ primitive.mock.execute "fetch page" error 0 ms: 503 Service Unavailable',
            '  └─ primitive.retry.attempt_3 "fetch page" success 0 ms',
            '     └─ primitive.mock.execute "fetch page" success 0 ms',
          ].join('\n'),
        );
      },
      { clock: 'manual' },
    ),
  );

  it('throws what may pass, unless it is told what to throw', async () => {
    const step = mockPrimitive('step', upper);
    const outcome = await faults.failTimes(1, step).tryExecute('a');
    if (outcome.ok) throw new Error('it did not fail');
    expect(outcome.error).toBeInstanceOf(ServiceUnavailableError);
    expect(outcome.error).toMatchObject({ name: 'ServiceUnavailableError', status: 503 });
    expect(classifyError(outcome.error)).toMatchObject({ category: 'transient', recoverable: true });
    const denied = new Error('401');
    await expect(faults.failTimes(1, step, denied).execute('a')).rejects.toBe(denied);
    await expect(faults.failTimes(1, step, null).execute('a')).rejects.toBe(null);
  });

  it('fails so many calls and no more, of those that run at once the first, also one fault around another', async () => {
    const count = fc.integer({ min: 0, max: 8 });
    await fc.assert(
      fc.asyncProperty(count, count, fc.integer({ min: 0, max: 20 }), async (outer, inner, calls) => {
        const step = mockPrimitive('step', (n: number) => n);
        const faulty = faults.failTimes(outer, faults.failTimes(inner, step));
        const outcomes = await Promise.all(
          Array.from({ length: calls }, (_, call) => faulty.tryExecute(call)),
        );
        expect(outcomes.map(({ ok }) => ok)).toEqual(outcomes.map((_, call) => call >= outer + inner));
        expect(step.calls.map(({ input }) => input)).toEqual(
          Array.from({ length: calls }, (_, call) => call).slice(outer + inner),
        );
      }),
    );
  });

  it('rejects where the step is a function that is called directly', async () => {
    const ask = faults.failTimes(1, upper);
    const scope = {} as RunScope;
    await expect(ask('a', scope)).rejects.toThrow('503');
    expect(await ask('a', scope)).toBe('A');
  });

  it('keeps the types of the step', async () => {
    const faulty = faults.failTimes(
      1,
      mockPrimitive('size', (text: string) => text.length),
    );
    const answer: number | undefined = await faulty.execute('a').catch(() => undefined);
    expect(answer).toBe(undefined);
    expect(await each(faulty).execute(['a', 'bc'])).toEqual([1, 2]);
    // @ts-expect-error it takes texts
    await faulty.execute(1).catch(() => undefined);
  });

  it.each([-1, 1.5, Number.NaN])('fails no %d calls', (times) => {
    expect(() => faults.failTimes(times, upper)).toThrow(
      expect.objectContaining({
        code: 'OBS_ERR_INVALID_OPTION',
        message: `faults.failTimes: the number of calls is ${times}; it has to be a whole number of at least 0`,
      }),
    );
  });

  it('takes no promise for a step', () => {
    // @ts-expect-error a promise is no step
    expect(() => faults.failTimes(1, Promise.resolve(1))).toThrow(/^faults.failTimes: the step is a promise/);
  });
});
