import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { RunScope } from '@tta/obs-instrumentation';
import { mockPrimitive, observed } from '@tta/obs-testing';
import { withBrokenClock } from '../test/broken-clock.ts';
import { describeOutcomes } from '../test/outcomes.ts';
import { conditional } from './conditional.ts';
import { lambda } from './lambda.ts';

const isLong = (text: string) => text.length > 3;
const shorten = lambda('shorten', (text: string) => text.slice(0, 3));
const pad = lambda('pad', (text: string) => text.padEnd(3, '.'));

describe('conditional', () => {
  it.each([
    { input: 'evening', output: 'eve', choice: 'then', step: 'shorten', index: 0 },
    { input: 'a', output: 'a..', choice: 'else', step: 'pad', index: 1 },
  ])('takes the $choice step for "$input", and tells so', async ({ input, output, choice, step, index }) => {
    await observed(async (trace) => {
      expect(await conditional(isLong, shorten, pad).execute(input)).toBe(output);
      expect(trace).toHaveSpanTree(`
        primitive.conditional.execute "isLong" success
        └─ primitive.conditional.${choice} "${step}" success
           └─ primitive.lambda.execute "${step}" success
      `);
      expect(trace).toHaveSpan({
        span: 'primitive.conditional.execute',
        attributes: { 'decision.choice': choice, 'decision.reason': 'condition' },
      });
      expect(trace).toHaveSpan({
        span: `primitive.conditional.${choice}`,
        attributes: { 'step.index': index, 'step.total_steps': 2 },
      });
      expect(trace).toHaveMetric('primitive.decisions', [
        {
          labels: { 'primitive.name': 'isLong', 'decision.choice': choice, 'decision.reason': 'condition' },
          value: 1,
        },
      ]);
    })();
  });

  it(
    'passes its input through, the same and untouched, where there is no other step',
    observed(async (trace) => {
      const input = { text: 'a' };
      const never = mockPrimitive<{ text: string }, string>('never');
      expect(await conditional(({ text }) => isLong(text), never).execute(input)).toBe(input);
      expect(input).toEqual({ text: 'a' });
      expect(never.calls).toEqual([]);
      expect(trace).toHaveSpanTree('primitive.conditional.execute "conditional" success');
      expect(trace).toHaveSpan({
        span: 'primitive.conditional.execute',
        attributes: { 'decision.choice': 'passthrough', 'decision.reason': 'condition' },
      });
    }),
  );

  it(
    'counts one step of one where there is no other',
    observed(async (trace) => {
      expect(await conditional(isLong, shorten).execute('evening')).toBe('eve');
      expect(trace).toHaveSpan({
        span: 'primitive.conditional.then',
        attributes: { 'step.index': 0, 'step.total_steps': 1 },
      });
    }),
  );

  it(
    'waits for a condition that takes its time, and tells how long it took',
    observed(
      async (trace) => {
        const late = (_: string, { clock }: RunScope) =>
          new Promise<boolean>((resolve) => {
            clock.timer(40, () => resolve(false));
          });
        const running = conditional(late, shorten, pad).execute('evening');
        await trace.clock.advance(40);
        expect(await running).toBe('evening');
        expect(trace).toHaveSpan({
          span: 'primitive.conditional.execute',
          attributes: { 'decision.choice': 'else', 'decision.duration_ms': 40 },
        });
      },
      { clock: 'manual' },
    ),
  );

  it.each(['evening', 'a'])(
    'decides about "%s" also where its clock cannot be read',
    observed(async (_, input: string) => {
      const fit = conditional(isLong, shorten, pad);
      expect(await withBrokenClock(() => fit.execute(input))).toHaveLength(3);
    }),
  );

  it('takes any thenable for a promise', async () => {
    // oxlint-disable-next-line unicorn/no-thenable -- what is tested
    const thenable = { then: (resolve: (met: boolean) => void) => resolve(false) };
    const never = () => thenable as PromiseLike<boolean>;
    expect(await conditional(never, shorten, pad).execute('a')).toBe('a..');
  });

  it('asks its condition once a run, with the input and the scope of the run', async () => {
    const asked: unknown[] = [];
    const { signal } = new AbortController();
    const primitive = conditional((text: string, scope) => {
      asked.push([text, scope.signal === signal, scope.context.workflowName]);
      return true;
    }, shorten);
    await primitive.execute('evening', { signal, workflowName: 'greet' });
    expect(asked).toEqual([['evening', true, 'greet']]);
  });

  it.each([
    [
      'throws',
      (error: Error) => () => {
        throw error;
      },
    ],
    [
      'rejects',
      (error: Error) => async () => {
        throw error;
      },
    ],
  ])(
    'fails with its condition that %s: once, on its own span, and without a decision',
    async (_, failing) => {
      await observed(async (trace) => {
        const error = new Error('no idea');
        const never = mockPrimitive<string, string>('never');
        await expect(conditional(failing(error), never, never).execute('a')).rejects.toBe(error);
        expect(never.calls).toEqual([]);
        expect(trace).toHaveSpanTree('primitive.conditional.execute "conditional" error');
        const { events, attributes } = trace.span('primitive.conditional.execute');
        expect(events.map(({ name }) => name)).toEqual(['exception']);
        expect(attributes).not.toHaveProperty('decision.choice');
        expect(trace).not.toHaveMetric('primitive.decisions');
      })();
    },
  );

  it(
    'records what a step throws where it arose, and throws it untouched',
    observed(async (trace) => {
      const error = new Error('own');
      const failing = mockPrimitive<string, string>('failing').fails(error);
      await expect(conditional(isLong, failing, pad).execute('evening')).rejects.toBe(error);
      expect(trace.span('primitive.conditional.execute').events).toEqual([]);
      expect(trace).toHaveSpan({ span: 'primitive.mock.execute', events: ['exception'] });
    }),
  );

  it(
    'begins no step when its run is cancelled while it decides',
    observed(async (trace) => {
      const caller = new AbortController();
      const never = mockPrimitive<string, string>('never');
      let decide: (met: boolean) => void = () => undefined;
      const undecided = () => new Promise<boolean>((resolve) => (decide = resolve));
      const running = conditional(undecided, never, never).execute('a', { signal: caller.signal });
      const reason = new Error('stop');
      caller.abort(reason);
      decide(true);
      await expect(running).rejects.toBe(reason);
      expect(never.calls).toEqual([]);
      expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
      expect(trace).toHaveSpanTree('primitive.conditional.execute "undecided" cancelled');
      expect(trace).not.toHaveMetric('primitive.decisions');
    }),
  );

  it('keeps runs apart that decide at the same time', async () => {
    const decisions: ((met: boolean) => void)[] = [];
    const ask = () => new Promise<boolean>((resolve) => decisions.push(resolve));
    const primitive = conditional(ask, shorten, pad);
    const both = Promise.all([primitive.execute('evening'), primitive.execute('a')]);
    decisions[1]?.(false);
    decisions[0]?.(true);
    expect(await both).toEqual(['eve', 'a..']);
  });

  it(
    'is called by its option, else like its condition, else by its type',
    observed(async (trace) => {
      await conditional(isLong, shorten, pad, { name: 'fit' }).execute('a');
      await conditional(isLong, shorten, undefined, { name: 'cut' }).execute('a');
      await conditional(isLong, shorten).execute('a');
      await conditional((text: string) => text === '', shorten).execute('a');
      for (const name of ['fit', 'cut', 'isLong', 'conditional'])
        expect(trace).toHaveSpan(`primitive.conditional.execute "${name}"`, 1);
    }),
  );

  it.each([
    [[undefined, shorten], 'conditional: when is undefined; it has to be a function'],
    [[true, shorten], 'conditional: when is true; it has to be a function'],
    [[isLong, undefined], 'conditional: the then step is undefined; a step is'],
    [[isLong, shorten, null], 'conditional: the else step is null; a step is'],
    [
      [isLong, shorten, { name: 'cut' }],
      'conditional: the else step is an object that is no primitive; a step is',
    ],
  ])('refuses %p at construction', (given, message) => {
    const make = conditional as unknown as (...given: readonly unknown[]) => unknown;
    expect(() => make(...given)).toThrow(
      expect.objectContaining({
        code: 'OBS_ERR_INVALID_COMPOSITION',
        message: expect.stringContaining(message),
      }),
    );
  });
});

describeOutcomes(
  'conditional',
  (step) =>
    conditional(
      () => true,
      step,
      () => 1,
      { name: 'chosen' },
    ),
  {
    output: 2,
    success: `
    primitive.conditional.execute "chosen" success
    └─ primitive.conditional.then "step" success
       └─ primitive.mock.execute "step" success
  `,
    error: `
    primitive.conditional.execute "chosen" error
    └─ primitive.conditional.then "step" error
       └─ primitive.mock.execute "step" error
  `,
    timeout: `
    primitive.conditional.execute "chosen" timeout
    └─ primitive.conditional.then "step" timeout
       └─ primitive.timeout.execute "step" timeout
          └─ primitive.mock.execute "step" cancelled
  `,
    cancelled: `
    primitive.conditional.execute "chosen" cancelled
    └─ primitive.conditional.then "step" cancelled
       └─ primitive.mock.execute "step" cancelled
  `,
  },
);
