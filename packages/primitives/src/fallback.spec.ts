import { describe, expect, it } from '@jest/globals';
import { observed } from '@tta/obs-testing';
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
    expect(() => make(() => 1)).toThrow('fallback needs a step and at least one alternative');
    expect(() => make({}, () => 1)).toThrow('fallback: the primary step is an object that is no primitive');
    expect(() => make(() => 1, null)).toThrow('fallback: alternative 1 is null');
  });
});
