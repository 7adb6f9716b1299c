import { beforeAll, describe, expect, it } from '@jest/globals';
import { enableContexts, Observed } from '../test/observed.ts';
import { fallback, FallbackExhaustedError } from './fallback.ts';
import { lambda } from './lambda.ts';

beforeAll(enableContexts);

const failing = (name: string, error: unknown = new Error(name)) =>
  lambda(name, (_: number): string => {
    throw error;
  });
const working = (name: string) => lambda(name, (n: number) => `${name} ${n}`);

describe('fallback', () => {
  it('returns what the primary step returns and tries nothing else', async () => {
    const observed = new Observed();
    expect(await observed.run(() => fallback(working('model'), failing('rules')).execute(1))).toBe('model 1');
    expect(observed.tree()).toBe(
      [
        'primitive.fallback.execute "model" success',
        '  primitive.fallback.primary "model" success',
        '    primitive.lambda.execute "model" success',
      ].join('\n'),
    );
    expect(observed.span('primitive.fallback.execute').attributes['fallback.depth']).toBe(0);
  });

  it('answers a failure with the next alternative, on the same input', async () => {
    const observed = new Observed();
    const chain = fallback(failing('large'), failing('small'), working('rules'));
    expect(await observed.run(() => chain.execute(1))).toBe('rules 1');
    expect(observed.tree()).toBe(
      [
        'primitive.fallback.execute "large" success',
        '  primitive.fallback.primary "large" error',
        '    primitive.lambda.execute "large" error',
        '  primitive.fallback.fallback_1 "small" error',
        '    primitive.lambda.execute "small" error',
        '  primitive.fallback.fallback_2 "rules" success',
        '    primitive.lambda.execute "rules" success',
      ].join('\n'),
    );
    const root = observed.span('primitive.fallback.execute');
    expect(root.attributes['fallback.depth']).toBe(2);
    expect(root.status.code).toBe(0);
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
    expect(observed.lines).toEqual(
      root.events.map(({ attributes: fields }) => ({ level: 'warn', message: 'large: fallback', fields })),
    );
    expect(await observed.points('recovery.events')).toEqual({
      'primitive.name=large recovery.kind=fallback': 2,
    });
  });

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

  it('loses no error in the trace: each is on the span of its step, the last one as well', async () => {
    const observed = new Observed();
    await observed.run(() => fallback(failing('a'), failing('b'), failing('c')).tryExecute(0));
    const thrown = ['a', 'b', 'c'].map((name) => {
      const { events } = observed.span('primitive.lambda.execute', { 'primitive.name': name });
      return events.map(({ attributes }) => attributes?.['exception.message']);
    });
    expect(thrown).toEqual([['a'], ['b'], ['c']]);
  });

  it('tries no alternative for a run that is cancelled', async () => {
    const observed = new Observed();
    const controller = new AbortController();
    const reason = new Error('stop');
    const cancelling = () => {
      controller.abort(reason);
      throw reason;
    };
    const running = observed.run(() =>
      fallback(cancelling, working('rules')).execute(0, { signal: controller.signal }),
    );
    await expect(running).rejects.toBe(reason);
    expect(observed.spans.some(({ name }) => name.includes('fallback_1'))).toBe(false);
  });

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
