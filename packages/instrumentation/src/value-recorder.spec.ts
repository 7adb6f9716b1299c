import { Readable } from 'node:stream';
import type { Tracer } from '@opentelemetry/api';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { custom, outer } from '../test/custom.ts';
import { enableContexts, Observed } from '../test/observed.ts';
import { instrument } from './instrument.ts';
import { Instrumentation } from './instrumentation.ts';
import type { ContentCapture } from './value-recorder.ts';

beforeAll(enableContexts);

const told = ['input.size_bytes', 'output.size_bytes', 'input.value', 'output.value'];

/** What the span of an execution says of what it was given and returned. */
async function tellings(
  options: { readonly measureSizes?: boolean; readonly captureContent?: ContentCapture },
  input: unknown,
  output?: unknown,
): Promise<Record<string, unknown>> {
  const observed = new Observed(options);
  await observed.run(() => custom('p', (_: unknown) => output).execute(input));
  expect(observed.instrumentation.faults).toBe(0);
  const { attributes } = observed.span('primitive.custom.process');
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => told.includes(key)));
}

const capture = (
  redact: ContentCapture['redact'] = (value) => value,
): { captureContent: ContentCapture } => ({
  captureContent: { redact },
});

describe('sizes', () => {
  it('are told of texts and binary data', async () => {
    expect(await tellings({}, 'äb', new Uint8Array(5))).toEqual({
      'input.size_bytes': 3,
      'output.size_bytes': 5,
    });
    expect(await tellings({}, '', 1)).toEqual({ 'input.size_bytes': 0 });
    expect(await tellings({}, { a: 'b' }, ['a'])).toEqual({});
  });

  it('are told of all else where they are measured', async () => {
    const measured = { measureSizes: true };
    expect(await tellings(measured, { a: 'b' }, [1, null])).toEqual({
      'input.size_bytes': 9,
      'output.size_bytes': 8,
    });
    expect(await tellings(measured, 12, null)).toEqual({ 'input.size_bytes': 2, 'output.size_bytes': 4 });
    expect(await tellings(measured, undefined, () => 1)).toEqual({});
    expect(await tellings(measured, Symbol('s'), Readable.from(['a']))).toEqual({});
  });

  it('are on the span of the execution, not on that of its step', async () => {
    const observed = new Observed();
    const failing = custom('fails', (): string => {
      throw new Error('boom');
    });
    await observed.run(() => outer(failing).tryExecute('abc'));
    expect(observed.span('primitive.custom.step_0').attributes).not.toHaveProperty('input.size_bytes');
    const { attributes } = observed.span('primitive.custom.process', { 'primitive.name': 'fails' });
    expect(attributes).toMatchObject({ 'input.size_bytes': 3 });
    expect(attributes).not.toHaveProperty('output.size_bytes');
  });
});

describe('content', () => {
  it('is captured only where that is wanted', async () => {
    expect(await tellings({ measureSizes: true }, 'secret', { a: 1 })).not.toHaveProperty('input.value');
    expect(await tellings(capture(), 'text', { a: 1 })).toEqual({
      'input.size_bytes': 4,
      'input.value': 'text',
      'output.size_bytes': 7,
      'output.value': '{"a":1}',
    });
  });

  it('is captured whichever way it is executed, and is not what listeners hear', async () => {
    const observed = new Observed(capture());
    const heard: object[] = [];
    observed.instrumentation.onExecution({ onEnd: (result) => void heard.push(result) });
    await observed.run(() => custom('p', () => 'out').tryExecute('in'));
    const content = { 'input.value': 'in', 'output.value': 'out' };
    expect(observed.span('primitive.custom.process').attributes).toMatchObject(content);
    expect(JSON.stringify(heard)).not.toMatch(/"in"|"out"/);
  });

  it('is what the redactor leaves of it', async () => {
    const seen: unknown[] = [];
    const redact = (value: unknown): unknown => {
      seen.push(value);
      return typeof value === 'string' ? '[text]' : { redacted: true };
    };
    const input = { password: 'x' };
    expect(await tellings(capture(redact), input, 'secret')).toEqual({
      'input.size_bytes': 16,
      'input.value': '{"redacted":true}',
      'output.size_bytes': 6,
      'output.value': '[text]',
    });
    expect(seen).toEqual([input, 'secret']);
  });

  it('is cut', async () => {
    const redact = (value: unknown): unknown => value;
    const content = await tellings({ captureContent: { redact, maxLength: 4 } }, 'abcdef', { a: 'b' });
    expect(content).toMatchObject({ 'input.value': 'abcd… (2 more characters)', 'output.value': '{"a"…' });
    const long = await tellings(capture(), 'x'.repeat(1e7), ['x'.repeat(1e7)]);
    expect(String(long['input.value'])).toBe(`${'x'.repeat(8192)}… (9991808 more characters)`);
    expect(String(long['output.value'])).toHaveLength(8193);
    const first = await tellings(
      capture((value) => String(value).slice(0, 9000)),
      'x'.repeat(1e7),
    );
    expect(first['input.value']).toContain('(9991808 more characters)');
    const marked = await tellings(
      capture(() => '[much]'.repeat(2000)),
      {},
    );
    expect(marked['input.value']).toContain('(3808 more characters)');
  });

  it('is that of the moment: a body may change its input', async () => {
    const observed = new Observed(capture());
    const change = custom('change', (input: { a: number }) => {
      input.a = 2;
      return input;
    });
    await observed.run(() => change.execute({ a: 1 }));
    expect(observed.span('primitive.custom.process').attributes).toMatchObject({
      'input.value': '{"a":1}',
      'output.value': '{"a":2}',
    });
  });

  it('leaves streams and generators to the program', async () => {
    const observed = new Observed(capture());
    const stream = Readable.from(['a', 'b']);
    const count = custom('count', async (input: Readable) => (await input.toArray()).length);
    expect(await observed.run(() => count.execute(stream))).toBe(2);
    expect(observed.span('primitive.custom.process').attributes).not.toHaveProperty('input.value');
  });

  it('is the arguments of an instrumented function: the one, or the list', async () => {
    const observed = new Observed(capture());
    const join = instrument((...words: readonly string[]) => words.join(' '), { name: 'join' });
    await observed.run(() => join('a'));
    await observed.run(() => join('a', 'b'));
    await observed.run(() => join());
    await observed.run(() => custom('p', (word: string, scope) => join(word, scope as never)).execute('a'));
    const inputs = observed.spans
      .filter(({ attributes }) => attributes['primitive.name'] === 'join')
      .map(({ attributes }) => attributes['input.value']);
    expect(inputs).toEqual(['a', '["a","b"]', undefined, 'a']);
  });

  it('names scopes and contexts of runs among arguments', async () => {
    const observed = new Observed(capture());
    const join = instrument((..._: readonly unknown[]) => 'done', { name: 'join' });
    const given = { baggage: { plan: 'gold' } };
    await observed.run(() =>
      custom('p', (word: string, scope) => join(word, 'b', scope, { scope, of: scope.context })).execute(
        'a',
        given,
      ),
    );
    const { attributes } = observed.span('primitive.function.execute');
    expect(attributes['input.value']).toBe(
      '["a","b","[RunScope]",{"scope":"[RunScope]","of":"[WorkflowContext]"}]',
    );
    await observed.run(() => custom('q', (_: number, { context }) => join(context)).execute(1, given));
    expect(observed.spans.at(-2)?.attributes['input.value']).toBe('"[WorkflowContext]"');
  });

  it('tells the redactor how much is needed', async () => {
    const most: unknown[] = [];
    const redact = (value: unknown, characters: number): unknown => {
      most.push(characters);
      return value;
    };
    await tellings({ captureContent: { redact, maxLength: 100 } }, 'a', 'b');
    expect(most).toEqual([4296, 4296]);
  });

  it('takes no time of the execution that it is of', async () => {
    let ms = 0;
    const clock = { now: () => ms, monotonic: () => ms, timer: () => () => undefined };
    const redact = (value: unknown): unknown => {
      ms += 500;
      return value;
    };
    const observed = new Observed({ ...capture(redact), clock });
    const work = custom('work', (input: string) => {
      ms += 7;
      return input;
    });
    await observed.run(() => work.execute('a'));
    expect(ms).toBe(1007);
    expect(observed.span('primitive.custom.process').attributes['execution.duration_ms']).toBe(7);
    const { points } = await observed.metric('primitive.execution.duration');
    expect(Object.values(points)).toEqual([{ count: 1, sum: 7 }]);
  });

  it('is not captured where the redactor fails, which is counted', async () => {
    const redact = (): never => {
      throw new Error('no');
    };
    const observed = new Observed(capture(redact));
    expect(await observed.run(() => custom('p', (n: number) => n).execute(1))).toBe(1);
    expect(observed.instrumentation.faults).toBe(2);
    expect(observed.span('primitive.custom.process').attributes).toMatchObject({ 'input.size_bytes': 1 });
  });

  it('is not read where nobody records it', async () => {
    const redact = (): never => {
      throw new Error('read');
    };
    const unsampled = { isRecording: () => false, spanContext: () => ({}), end: () => undefined };
    const tracer = { startSpan: () => unsampled } as unknown as Tracer;
    for (const options of [capture(redact), { ...capture(redact), tracer }]) {
      const instrumentation = new Instrumentation(options);
      const observed = new Observed({ ...options, tracer });
      expect(await observed.run(() => custom('p', (n: number) => n).execute(1))).toBe(1);
      expect(observed.instrumentation.faults + instrumentation.faults).toBe(0);
    }
  });

  it('of a step that is late is not told', async () => {
    const observed = new Observed(capture());
    let finish = (_: string): void => undefined;
    const slow = (): Promise<string> => new Promise((resolve) => (finish = resolve));
    const left = custom('left', (_: number, scope) => {
      void scope.step('step_0', slow, 1);
      return 'early';
    });
    await observed.run(() => left.execute(0));
    finish('late');
    await Promise.resolve();
    expect(observed.span('primitive.lambda.execute').attributes).not.toHaveProperty('output.value');
    expect(observed.instrumentation.faults).toBe(0);
  });

  it('needs a redactor and a length', () => {
    expect(() => new Instrumentation({ captureContent: {} as ContentCapture })).toThrow(
      'Instrumentation: captureContent needs a function redact that takes secrets out; (value) => value leaves them in',
    );
    const redact = (value: unknown): unknown => value;
    for (const maxLength of [0, -1, Number.NaN]) {
      expect(() => new Instrumentation({ captureContent: { redact, maxLength } })).toThrow(
        `Instrumentation: maxLength of captureContent is ${maxLength}; give a positive number of characters`,
      );
    }
  });
});
