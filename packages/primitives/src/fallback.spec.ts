import { describe, expect, it } from '@jest/globals';
import type { ErrorClass } from '@tta/obs-context';
import { InstrumentedPrimitive, named } from '@tta/obs-instrumentation';
import { mockPrimitive, observed } from '@tta/obs-testing';
import { describeOutcomes } from '../test/outcomes.ts';
import { fallback, FallbackExhaustedError } from './fallback.ts';
import { lambda } from './lambda.ts';

const failing = (name: string, error: unknown = new Error(name)) =>
  lambda(name, (_: number): string => {
    throw error;
  });
const working = (name: string) => lambda(name, (n: number) => `${name} ${n}`);

describe('fallback', () => {
  it(
    'returns what the primary step returns and tries nothing else',
    observed(async (trace) => {
      expect(await fallback(working('model'), failing('rules')).execute(1)).toBe('model 1');
      expect(trace).toHaveSpanTree(`
        primitive.fallback.execute "model" success
        └─ primitive.fallback.primary "model" success
           └─ primitive.lambda.execute "model" success
      `);
      expect(trace.span('primitive.fallback.execute').attributes['fallback.depth']).toBe(0);
    }),
  );

  it(
    'answers a failure with the next alternative, on the same input',
    observed(async (trace) => {
      const chain = fallback(failing('large'), failing('small'), working('rules'));
      expect(await chain.execute(1)).toBe('rules 1');
      expect(trace).toHaveFallenBack('large', 'rules');
      expect(trace).toHaveSpanTree(`
        primitive.fallback.execute "large" success
        ├─ primitive.fallback.primary "large" error
        │  └─ primitive.lambda.execute "large" error
        ├─ primitive.fallback.fallback_1 "small" error
        │  └─ primitive.lambda.execute "small" error
        └─ primitive.fallback.fallback_2 "rules" success
           └─ primitive.lambda.execute "rules" success
      `);
      const root = trace.span('primitive.fallback.execute');
      expect(root).toMatchObject({ failed: false, attributes: { 'fallback.depth': 2 } });
      expect(root.events.map(({ name, attributes }) => [name, attributes])).toEqual(
        ['large', 'small'].map((message, depth) => [
          'recovery.fallback',
          {
            'fallback.depth': depth + 1,
            'fallback.reason': 'unknown',
            'error.type': 'Error',
            'error.message': message,
            'error.category': 'unknown',
          },
        ]),
      );
      expect(trace.lines).toEqual(
        root.events.map(({ attributes: fields }) => ({
          level: 'warn',
          message: 'large: fallback',
          fields,
          spanId: root.spanId,
          traceId: root.traceId,
        })),
      );
      expect(trace).toHaveMetric('recovery.events', [
        { labels: { 'primitive.name': 'large', 'recovery.kind': 'fallback' }, value: 2 },
      ]);
    }),
  );

  it('throws all errors together, caused by the primary one', async () => {
    const [one, two] = [Object.assign(new Error('one'), { status: 503 }), new Error('two')];
    const outcome = await fallback(failing('a', one), failing('b', two)).tryExecute(0);
    if (outcome.ok) throw new Error('it succeeded');
    expect(outcome.error).toBeInstanceOf(FallbackExhaustedError);
    expect(outcome.error).toMatchObject({
      code: 'OBS_ERR_FALLBACK_EXHAUSTED',
      category: 'transient',
      cause: one,
      errors: [one, two],
      message: '"a" failed and so did its alternative; the first error: one',
    });
    const three = await fallback(failing('a'), failing('b'), failing('c', 'text')).tryExecute(0);
    expect(three.ok === false && (three.error as Error).message).toContain('so did all 2 alternatives');
  });

  it(
    'is a failure also where nobody cancelled a step that says it was cancelled',
    observed(async (trace) => {
      const aborted = new DOMException('too slow', 'AbortError');
      const outcome = await fallback(failing('a', aborted), failing('b')).tryExecute(0);
      expect(outcome).toMatchObject({ ok: false, error: { category: 'unknown', cause: aborted } });
      const { failed, attributes } = trace.span('primitive.fallback.execute');
      expect([failed, attributes['execution.status']]).toEqual([true, 'error']);
    }),
  );

  it(
    'loses no error in the trace: each is on the span of its step, the last one as well',
    observed(async (trace) => {
      await fallback(failing('a'), failing('b'), failing('c')).tryExecute(0);
      for (const name of ['a', 'b', 'c']) {
        const { events } = trace.span(`primitive.lambda.execute "${name}"`);
        expect(events.map(({ attributes }) => attributes['exception.message'])).toEqual([name]);
      }
      expect(trace).toHaveMetric('recovery.events', 2);
    }),
  );

  it(
    'tries no alternative for a run that is cancelled',
    observed(async (trace) => {
      const controller = new AbortController();
      const reason = new Error('stop');
      const cancelling = lambda('model', () => {
        controller.abort(reason);
        throw reason;
      });
      const running = fallback(cancelling, working('rules')).execute(0, { signal: controller.signal });
      await expect(running).rejects.toBe(reason);
      expect(trace).toHaveSpanTree(`
        primitive.fallback.execute "model" cancelled
        └─ primitive.fallback.primary "model" cancelled
           └─ primitive.lambda.execute "model" cancelled
      `);
    }),
  );

  it('answers a step that aborted itself, such as one with a time limit of its own', async () => {
    const aborted = new DOMException('too slow', 'AbortError');
    expect(await fallback(failing('a', aborted), working('rules')).execute(1)).toBe('rules 1');
  });

  it('refuses to be built without an alternative or with a step that is none', () => {
    const make = fallback as unknown as (...steps: unknown[]) => unknown;
    const refusal = (message: string) =>
      expect.objectContaining({ code: 'OBS_ERR_INVALID_COMPOSITION', message });
    const none = 'a step is a primitive or a function (input, scope) => output';
    expect(() => make(() => 1)).toThrow(refusal('fallback needs a step and at least one alternative'));
    expect(() => make({}, () => 1)).toThrow(
      refusal(`fallback: the primary step is an object that is no primitive; ${none}`),
    );
    expect(() => make(() => 1, null)).toThrow(refusal(`fallback: alternative 1 is null; ${none}`));
    expect(() => make(() => 1, undefined)).toThrow(refusal(`fallback: alternative 1 is undefined; ${none}`));
    expect(() => make(() => 1, { when: () => true })).toThrow(
      refusal(`fallback: alternative 1 is an object that is no primitive; ${none}`),
    );
    expect(() => make(() => 1, working('a'), { step: 7, when: () => true })).toThrow(
      refusal(`fallback: alternative 2: the step is a number; ${none}`),
    );
    expect(() => make(() => 1, { step: working('a') })).toThrow(
      refusal('fallback: alternative 1: when is undefined; it has to be a function'),
    );
    expect(() => make({ step: working('a'), when: () => true }, () => 1)).toThrow(
      refusal(`fallback: the primary step is an object that is no primitive; ${none}`),
    );
  });
});

describe('an alternative with a condition', () => {
  const limited = (): Error => Object.assign(new Error('slow down'), { status: 429 });
  const whenLimited = (_: unknown, { category }: ErrorClass) => category === 'rate_limit';

  it(
    'answers the errors that it takes',
    observed(async (trace) => {
      const asked: unknown[] = [];
      const error = limited();
      const chain = fallback(failing('model', error), {
        step: working('other model'),
        when: (thrown, found) => {
          asked.push(thrown, found.category);
          return true;
        },
      });
      expect(await chain.execute(1)).toBe('other model 1');
      expect(asked).toEqual([error, 'rate_limit']);
      expect(trace).toHaveFallenBack('model', 'other model');
      expect(trace.span('primitive.fallback.execute').attributes['fallback.depth']).toBe(1);
    }),
  );

  it(
    'leaves other errors as they are where there is nobody else',
    observed(async (trace) => {
      const error = new Error('bug');
      const other = mockPrimitive<number, string>('other model').returns('answer');
      const chain = fallback(failing('model', error), { step: other, when: whenLimited });
      await expect(chain.execute(1)).rejects.toBe(error);
      expect(other.calls).toEqual([]);
      expect(trace).toHaveSpanTree(`
        primitive.fallback.execute "model" error
        └─ primitive.fallback.primary "model" error
           └─ primitive.lambda.execute "model" error
      `);
      expect(trace).not.toHaveMetric('recovery.events');
      expect(trace.span('primitive.fallback.execute').events).toEqual([]);
    }),
  );

  it(
    'is passed over for one that takes the error, at its own place',
    observed(async (trace) => {
      const chain = fallback(
        failing('model', new Error('bug')),
        { step: working('other model'), when: whenLimited },
        working('rules'),
      );
      expect(await chain.execute(1)).toBe('rules 1');
      expect(trace).toHaveSpanTree(`
        primitive.fallback.execute "model" success
        ├─ primitive.fallback.primary "model" error
        │  └─ primitive.lambda.execute "model" error
        └─ primitive.fallback.fallback_2 "rules" success
           └─ primitive.lambda.execute "rules" success
      `);
      const { attributes, events } = trace.span('primitive.fallback.execute');
      expect(attributes['fallback.depth']).toBe(2);
      expect(events.map((event) => event.attributes['fallback.depth'])).toEqual([2]);
      expect(trace).toHaveSpan({
        span: 'primitive.fallback.fallback_2',
        attributes: { 'step.index': 2, 'step.total_steps': 3 },
      });
    }),
  );

  it('is asked about the error of the step that failed last, and once', async () => {
    const asked: unknown[] = [];
    const ask = (error: unknown): boolean => {
      asked.push((error as Error).message);
      return false;
    };
    const [one, two] = [new Error('one'), new Error('two')];
    const chain = fallback(
      failing('a', one),
      failing('b', two),
      { step: working('c'), when: ask },
      { step: working('d'), when: () => true },
    );
    expect(await chain.execute(1)).toBe('d 1');
    expect(asked).toEqual(['two']);
  });

  it('that takes nothing leaves the errors of those that were tried', async () => {
    const [one, two] = [new Error('one'), new Error('two')];
    const never = { step: working('never'), when: () => false };
    const outcome = await fallback(failing('a', one), failing('b', two), never).tryExecute(1);
    expect(outcome).toMatchObject({
      ok: false,
      error: {
        code: 'OBS_ERR_FALLBACK_EXHAUSTED',
        errors: [one, two],
        cause: one,
        message: '"a" failed and so did 1 of 2 alternatives, no other takes the error; the first error: one',
      },
    });
    const passedOver = await fallback(failing('a', one), never, failing('b', two)).tryExecute(1);
    expect(passedOver).toMatchObject({ ok: false, error: { errors: [one, two] } });
    await expect(fallback(failing('a', one), never, never).execute(1)).rejects.toBe(one);
  });

  it('that fails to decide fails the run, and keeps the error that it was asked about', async () => {
    const [own, bug] = [new Error('own'), new Error('bug')];
    const chain = fallback(failing('a', own), {
      step: working('b'),
      when: () => {
        throw bug;
      },
    });
    await expect(chain.execute(1)).rejects.toMatchObject({
      code: 'OBS_ERR_INVALID_OPTION',
      message: 'fallback "a": when of alternative 1 threw: bug',
      cause: { cause: own, errors: [own, bug] },
    });
  });

  it.each([true, false])('that answers with a promise, of %p, fails the run', async (answer) => {
    const own = new Error('own');
    const other = mockPrimitive<number, string>('other').returns('answer');
    const when = (() => Promise.resolve(answer)) as never;
    const chain = fallback(failing('a', own), { step: other, when: () => false }, { step: other, when });
    await expect(chain.execute(1)).rejects.toMatchObject({
      code: 'OBS_ERR_INVALID_OPTION',
      message: 'fallback "a": when of alternative 2 answered with a promise; it has to answer at once',
      cause: own,
    });
    expect(other.calls).toEqual([]);
  });

  it('is not asked where the run is cancelled', async () => {
    const caller = new AbortController();
    const when = (): never => {
      throw new Error('it was asked');
    };
    const running = fallback(mockPrimitive('model').hangs(), { step: working('b'), when }).tryExecute(1, {
      signal: caller.signal,
    });
    const reason = new Error('stop');
    caller.abort(reason);
    expect(await running).toMatchObject({ ok: false, error: reason });
  });

  it('may be a primitive that has a step and a condition of its own', async () => {
    class Odd extends InstrumentedPrimitive<number, string> {
      readonly step = working('inside');
      readonly when = () => false;

      protected run(n: number): string {
        return `odd ${n}`;
      }
    }
    expect(await fallback(failing('a'), new Odd({ type: 'odd' })).execute(1)).toBe('odd 1');
  });
});

describeOutcomes('fallback', (step) => named('answer', fallback(step, failing('rules'))), {
  output: 2,
  success: `
    primitive.fallback.execute "answer" success
    └─ primitive.fallback.primary "step" success
       └─ primitive.mock.execute "step" success
  `,
  error: `
    primitive.fallback.execute "answer" error
    ├─ primitive.fallback.primary "step" error
    │  └─ primitive.mock.execute "step" error
    └─ primitive.fallback.fallback_1 "rules" error
       └─ primitive.lambda.execute "rules" error
  `,
  timeout: `
    primitive.fallback.execute "answer" timeout
    ├─ primitive.fallback.primary "step" timeout
    │  └─ primitive.timeout.execute "step" timeout
    │     └─ primitive.mock.execute "step" cancelled
    └─ primitive.fallback.fallback_1 "rules" error
       └─ primitive.lambda.execute "rules" error
  `,
  cancelled: `
    primitive.fallback.execute "answer" cancelled
    └─ primitive.fallback.primary "step" cancelled
       └─ primitive.mock.execute "step" cancelled
  `,
});
