import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { isObsError } from '@tta/obs-context';
import type { RunScope } from '@tta/obs-instrumentation';
import { mockPrimitive, observed } from '@tta/obs-testing';
import { withBrokenClock } from '../../test/broken-clock.ts';
import { describeOutcomes } from '../../test/outcomes.ts';
import { lambda } from '../lambda.ts';
import { NoCaseError } from './no-case-error.ts';
import { switchOn } from './switch-on.ts';

interface Request {
  readonly lang: 'en' | 'fr';
}

const langOf = ({ lang }: Request) => lang;
const english = lambda('english', () => 'hello');
const french = lambda('french', () => 'bonjour');
const other = lambda('other', (lang: string) => `${lang}?`);
/** As the types of JavaScript, or of what came over the network, have it. */
const selecting = (key: unknown) => () => key as 'en' | 'fr';

describe('switchOn', () => {
  it.each([
    { lang: 'en', output: 'hello', step: 'english', index: 0 },
    { lang: 'fr', output: 'bonjour', step: 'french', index: 1 },
  ] as const)('runs the case "$lang" when it is selected, and tells so', async (row) => {
    await observed(async (trace) => {
      const { lang, output, step, index } = row;
      expect(await switchOn(langOf, { en: english, fr: french }).execute({ lang })).toBe(output);
      expect(trace).toHaveSpanTree(`
        primitive.switch.execute "langOf" success
        └─ primitive.switch.case_${lang} "${step}" success
           └─ primitive.lambda.execute "${step}" success
      `);
      expect(trace).toHaveSpan({
        span: 'primitive.switch.execute',
        attributes: { 'decision.choice': lang, 'decision.reason': 'select' },
      });
      expect(trace).toHaveSpan({
        span: `primitive.switch.case_${lang}`,
        attributes: { 'step.index': index, 'step.total_steps': 2 },
      });
      expect(trace).toHaveMetric('primitive.decisions', [
        {
          labels: { 'primitive.name': 'langOf', 'decision.choice': lang, 'decision.reason': 'select' },
          value: 1,
        },
      ]);
    })();
  });

  it(
    'runs the step for all other keys, which no metric gets to see',
    observed(async (trace) => {
      const primitive = switchOn((lang: string) => lang, { en: english }, other);
      expect(await primitive.execute('de')).toBe('de?');
      expect(trace).toHaveSpanTree(`
        primitive.switch.execute "switch" success
        └─ primitive.switch.case_default "other" success
           └─ primitive.lambda.execute "other" success
      `);
      expect(trace).toHaveSpan({
        span: 'primitive.switch.case_default',
        attributes: { 'step.index': 1, 'step.total_steps': 2 },
      });
      expect(trace).toHaveMetric('primitive.decisions', [
        {
          labels: { 'primitive.name': 'switch', 'decision.choice': 'default', 'decision.reason': 'default' },
          value: 1,
        },
      ]);
    }),
  );

  it(
    'runs a case that is called default, where there is no step for all others',
    observed(async (trace) => {
      const primitive = switchOn(() => 'default' as const, { default: english });
      expect(await primitive.execute(0)).toBe('hello');
      expect(trace).toHaveSpan({
        span: 'primitive.switch.execute',
        attributes: { 'decision.choice': 'default', 'decision.reason': 'select' },
      });
    }),
  );

  it.each([
    [404, 'gone'],
    [200, 'fine'],
  ] as const)('finds the case of the number %i', async (status, output) => {
    const primitive = switchOn((code: 200 | 404) => code, { 200: () => 'fine', 404: () => 'gone' });
    expect(await primitive.execute(status)).toBe(output);
  });

  it.each([true, false])('finds the case of %p', async (answer) => {
    const primitive = switchOn((is: boolean) => is, { true: () => 'yes', false: () => 'no' });
    expect(await primitive.execute(answer)).toBe(answer ? 'yes' : 'no');
  });

  it(
    'fails where there is no case for a key: once, on its own span, with the keys that there are',
    observed(async (trace) => {
      const primitive = switchOn(selecting('de'), { en: english, fr: french });
      const outcome = await primitive.tryExecute(0);
      if (outcome.ok) throw new Error('it succeeded');
      expect(outcome.error).toBeInstanceOf(NoCaseError);
      expect(isObsError(outcome.error)).toBe(true);
      expect(outcome.error).toMatchObject({
        code: 'OBS_ERR_NO_CASE',
        category: 'validation',
        severity: 'high',
        recoverable: false,
        message: '"switch" has no case "de"; its cases: en, fr',
        key: 'de',
        available: ['en', 'fr'],
      });
      expect(trace).toHaveSpanTree('primitive.switch.execute "switch" error');
      const { events, attributes } = trace.span('primitive.switch.execute');
      expect(events.map(({ name }) => name)).toEqual(['exception']);
      expect(attributes).not.toHaveProperty('decision.choice');
      expect(trace).not.toHaveMetric('primitive.decisions');
    }),
  );

  it.each([
    ['', '""'],
    ['v1.2:en-GB_x', '"v1.2:en-GB_x"'],
    ['x'.repeat(32), `"${'x'.repeat(32)}"`],
    ['x'.repeat(33), 'for a text of 33 characters'],
    ['a b', 'for a text of 3 characters'],
    ['en\n', 'for a text of 3 characters'],
    ['é', 'for a text of 1 character'],
    [7, '7'],
    [Number.NaN, 'NaN'],
    [true, 'true'],
    [undefined, 'undefined'],
    [null, 'null'],
    [{ toString: () => 'en' }, 'for a value of type object'],
    [() => 'en', 'for a value of type function'],
    [Symbol('en'), 'for a value of type symbol'],
  ])('finds no case for %p, and says so', async (key, text) => {
    const primitive = switchOn(selecting(key), { en: english, fr: french });
    await expect(primitive.execute(0)).rejects.toMatchObject({
      key,
      message: `"switch" has no case ${text}; its cases: en, fr`,
    });
  });

  it(
    'tells no span and no line what a user wrote or a model answered',
    observed(async (trace) => {
      const answer = 'My card is 4111 1111 1111 1111';
      const outcome = await switchOn(selecting(answer), { en: english, fr: french }).tryExecute(0);
      expect(outcome).toMatchObject({ error: { key: answer } });
      expect(JSON.stringify([trace.spans, trace.lines])).not.toContain('4111');
    }),
  );

  it('finds no case by what every object has, and every case that is given', async () => {
    const inherited = Object.getOwnPropertyNames(Object.prototype);
    for (const key of inherited) {
      const without = switchOn(selecting(key), { en: english, fr: french });
      await expect(without.execute(0)).rejects.toMatchObject({ code: 'OBS_ERR_NO_CASE', key });
      const own = Object.fromEntries([[key, english]]);
      const given = switchOn(
        (lang: string) => lang,
        own,
        () => 'none',
      );
      expect(await given.execute(key)).toBe('hello');
      expect(await given.execute('fr')).toBe('none');
    }
  });

  it('runs for any key the case of that key, else the step for all others', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.string(), { minLength: 1 }), fc.string(), async (keys, wild) => {
        const cases = Object.fromEntries(keys.map((key, index) => [key, () => index]));
        const primitive = switchOn(
          (key: string) => key,
          cases,
          () => -1,
        );
        for (const key of [...keys, wild]) expect(await primitive.execute(key)).toBe(keys.indexOf(key));
      }),
    );
  });

  it(
    'selects also where its clock cannot be read',
    observed(async () => {
      const greet = switchOn(langOf, { en: english, fr: french });
      expect(await withBrokenClock(() => greet.execute({ lang: 'fr' }))).toBe('bonjour');
    }),
  );

  it(
    'waits for a selector that takes its time, and tells how long it took',
    observed(
      async (trace) => {
        const late = (_: unknown, { clock }: RunScope) =>
          new Promise<'en' | 'fr'>((resolve) => {
            clock.timer(40, () => resolve('fr'));
          });
        const running = switchOn(late, { en: english, fr: french }).execute(0);
        await trace.clock.advance(40);
        expect(await running).toBe('bonjour');
        expect(trace).toHaveSpan({
          span: 'primitive.switch.execute',
          attributes: { 'decision.choice': 'fr', 'decision.duration_ms': 40 },
        });
      },
      { clock: 'manual' },
    ),
  );

  it('asks its selector once a run, with the input and the scope of the run', async () => {
    const asked: unknown[] = [];
    const { signal } = new AbortController();
    const primitive = switchOn(
      (input: Request, scope) => {
        asked.push([input, scope.signal === signal]);
        return input.lang;
      },
      { en: english, fr: french },
    );
    const input = { lang: 'fr' } as const;
    await primitive.execute(input, { signal });
    expect(asked).toEqual([[input, true]]);
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
  ])('fails with its selector that %s: once, on its own span', async (_, failing) => {
    await observed(async (trace) => {
      const error = new Error('no idea');
      const selected = switchOn(failing(error) as () => never, { en: english });
      await expect(selected.execute(0)).rejects.toBe(error);
      expect(trace).toHaveSpanTree('primitive.switch.execute "switch" error');
      expect(trace).toHaveSpan({ span: 'primitive.switch.execute', events: ['exception'] });
    })();
  });

  it(
    'begins no step when its run is cancelled while it selects',
    observed(async (trace) => {
      const caller = new AbortController();
      const never = mockPrimitive<unknown, string>('never');
      let select: (key: 'en') => void = () => undefined;
      const undecided = () => new Promise<'en'>((resolve) => (select = resolve));
      const running = switchOn(undecided, { en: never }).execute(0, { signal: caller.signal });
      const reason = new Error('stop');
      caller.abort(reason);
      select('en');
      await expect(running).rejects.toBe(reason);
      expect(never.calls).toEqual([]);
      expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
      expect(trace).toHaveSpanTree('primitive.switch.execute "undecided" cancelled');
      expect(trace).not.toHaveMetric('primitive.decisions');
    }),
  );

  it('keeps runs apart that select at the same time', async () => {
    const selections: ((key: 'en' | 'fr') => void)[] = [];
    const ask = () => new Promise<'en' | 'fr'>((resolve) => selections.push(resolve));
    const primitive = switchOn(ask, { en: english, fr: french });
    const both = Promise.all([primitive.execute(0), primitive.execute(0)]);
    selections[1]?.('en');
    selections[0]?.('fr');
    expect(await both).toEqual(['bonjour', 'hello']);
  });

  it(
    'is called by its option, else like its selector, else by its type',
    observed(async (trace) => {
      const input = { lang: 'en' } as const;
      const cases = { en: english, fr: french };
      await switchOn(langOf, cases, english, { name: 'greet' }).execute(input);
      await switchOn(langOf, cases, undefined, { name: 'welcome' }).execute(input);
      await switchOn(langOf, cases).execute(input);
      await switchOn(({ lang }: Request) => lang, cases).execute(input);
      for (const name of ['greet', 'welcome', 'langOf', 'switch'])
        expect(trace).toHaveSpan(`primitive.switch.execute "${name}"`, 1);
    }),
  );

  it('keeps to the cases that it was built with', async () => {
    const cases: Record<string, () => string> = { en: () => 'hello' };
    const primitive = switchOn(
      (lang: string) => lang,
      cases,
      () => 'none',
    );
    cases['fr'] = () => 'bonjour';
    delete cases['en'];
    expect(await primitive.execute('en')).toBe('hello');
    expect(await primitive.execute('fr')).toBe('none');
  });

  it.each([
    [[undefined, { en: english }], 'switchOn: select is undefined; it has to be a function'],
    [[langOf], 'switchOn needs at least one case: { key: step }'],
    [[langOf, null], 'switchOn needs at least one case: { key: step }'],
    [[langOf, english], 'switchOn needs at least one case: { key: step }'],
    [[langOf, {}, english], 'switchOn needs at least one case: { key: step }'],
    [[langOf, { en: english, fr: 'bonjour' }], 'switchOn: case "fr" is a string; a step is'],
    [[langOf, { en: english }, null], 'switchOn: otherwise is null; a step is'],
    [
      [langOf, { default: english }, french],
      'switchOn: traces and metrics could not tell case "default" from otherwise; leave one of them out',
    ],
  ])('refuses %p at construction', (given, message) => {
    const make = switchOn as unknown as (...given: readonly unknown[]) => unknown;
    expect(() => make(...given)).toThrow(
      expect.objectContaining({
        code: 'OBS_ERR_INVALID_COMPOSITION',
        message: expect.stringContaining(message),
      }),
    );
  });
});

describeOutcomes(
  'switch',
  (step) =>
    switchOn(
      () => 'en',
      { en: step },
      () => 1,
      { name: 'greet' },
    ),
  {
    output: 2,
    success: `
    primitive.switch.execute "greet" success
    └─ primitive.switch.case_en "step" success
       └─ primitive.mock.execute "step" success
  `,
    error: `
    primitive.switch.execute "greet" error
    └─ primitive.switch.case_en "step" error
       └─ primitive.mock.execute "step" error
  `,
    timeout: `
    primitive.switch.execute "greet" timeout
    └─ primitive.switch.case_en "step" timeout
       └─ primitive.timeout.execute "step" timeout
          └─ primitive.mock.execute "step" cancelled
  `,
    cancelled: `
    primitive.switch.execute "greet" cancelled
    └─ primitive.switch.case_en "step" cancelled
       └─ primitive.mock.execute "step" cancelled
  `,
  },
);
