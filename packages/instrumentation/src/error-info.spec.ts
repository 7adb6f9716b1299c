import { beforeAll, describe, expect, it } from '@jest/globals';
import { custom, outer } from '../test/custom.ts';
import { enableContexts, Observed } from '../test/observed.ts';
import { describeError } from './error-info.ts';

beforeAll(enableContexts);

const limit = 8192;
const throwing = (error: unknown) =>
  custom('throwing', (_: number, { record }) => {
    record({ type: 'recovery', kind: 'retry', error });
    throw error;
  });

describe('the message of an error', () => {
  it('of any length reaches no span, event or line beyond 8192 characters, and says how much is cut', async () => {
    const observed = new Observed({}, true);
    const message = 'm'.repeat(5_000_000);
    const error = Object.assign(new Error(message), { code: 'c'.repeat(9000) });
    const told = await observed.run(() => outer(throwing(error)).tryExecute(0));
    const kept = `${'m'.repeat(limit)}… (${message.length - limit} more characters)`;
    expect(told.ok === false && told.info.message).toBe(kept);
    expect(told.ok === false && told.info.type).toBe(`${'c'.repeat(256)}… (8744 more characters)`);
    expect(describeError(error)?.message).toBe(kept);
    const { events, status } = observed.span('primitive.custom.process', { 'primitive.name': 'throwing' });
    expect(status.message).toBe(kept);
    expect(events.map(({ name }) => name)).toEqual(['recovery.retry', 'exception']);
    expect(events[0]?.attributes?.['error.message']).toBe(kept);
    expect(events[1]?.attributes?.['exception.message']).toBe(kept);
    for (const { attributes, events: of } of observed.spans) {
      expect(attributes['error.message']).toBe(kept);
      expect(JSON.stringify([attributes, of]).length).toBeLessThan(60_000);
    }
    expect(observed.lines).toHaveLength(5);
    for (const line of observed.lines) expect(JSON.stringify(line).length).toBeLessThan(30_000);
  });

  it('is left as it is in the error itself', async () => {
    const message = 'm'.repeat(limit + 1);
    const error = new Error(message);
    const told = await new Observed().run(() => throwing(error).tryExecute(0));
    expect(told.ok === false && told.error).toBe(error);
    expect(error.message).toBe(message);
  });

  it('is whole up to the limit, also of what is no error', async () => {
    const observed = new Observed();
    const text = 'm'.repeat(limit);
    const told = await observed.run(() => throwing(text).tryExecute(0));
    expect(told.ok === false && told.info.message).toBe(text);
    const long = await observed.run(() => throwing(`${text}m`).tryExecute(0));
    expect(long.ok === false && long.info.message).toBe(`${text}… (1 more characters)`);
  });

  it('is never cut within a character', async () => {
    const error = new Error(`${'m'.repeat(limit - 1)}😀`);
    const told = await new Observed().run(() => throwing(error).tryExecute(0));
    expect(told.ok === false && told.info.message).toBe(`${'m'.repeat(limit - 1)}… (1 more characters)`);
  });
});

describe('the name of an error', () => {
  it('is cut to 256 characters, because it is a label as well', async () => {
    const error = Object.assign(new Error('boom'), { name: 'n'.repeat(257) });
    const told = await new Observed().run(() => throwing(error).tryExecute(0));
    expect(told.ok === false && told.info.type).toBe(`${'n'.repeat(256)}… (1 more characters)`);
  });
});

describe('what is thrown that says little', () => {
  const infoOf = async (error: unknown) => {
    const told = await new Observed().run(() => throwing(error).tryExecute(0));
    return told.ok ? undefined : told.info;
  };

  it('has a type all the same, and nothing is kept about what is no object', async () => {
    expect(await infoOf(null)).toMatchObject({ type: 'null', message: 'null', code: undefined });
    expect(await infoOf(Object.assign(new Error('boom'), { name: '', code: '' }))).toMatchObject({
      type: 'Error',
    });
    expect(await infoOf(Object.assign(new Error('boom'), { name: 7, code: 7 }))).toMatchObject({
      type: 'object',
    });
    expect([describeError(null), describeError('text')]).toEqual([undefined, undefined]);
  });

  it('is an exception without a stack where it has none', async () => {
    const observed = new Observed();
    await observed.run(() => throwing(Object.assign(new Error('boom'), { stack: undefined })).tryExecute(0));
    expect(observed.spans[0]?.events[1]?.attributes).toEqual({
      'exception.type': 'Error',
      'exception.message': 'boom',
    });
  });
});

describe('the stack of an error', () => {
  const stackOf = async (error: Error): Promise<string> => {
    const observed = new Observed();
    await observed.run(() => throwing(error).tryExecute(0));
    return String(observed.spans[0]?.events[1]?.attributes?.['exception.stacktrace']);
  };

  it('keeps its frames where the message at its head is cut', async () => {
    const error = new Error('m'.repeat(100_000));
    const frames = error.stack?.slice(error.stack.indexOf('\n'));
    expect(frames).toMatch(/error-info\.spec/);
    expect(await stackOf(error)).toBe(
      `Error: ${'m'.repeat(limit)}… (${100_000 - limit} more characters)${frames}`,
    );
  });

  it('is whole where it is long for its frames, up to 32768 characters', async () => {
    const error = new Error('deep');
    error.stack = `Error: deep${'\n    at somewhere (file.ts:1:2)'.repeat(1000)}`;
    expect(await stackOf(error)).toBe(error.stack);
    error.stack = 's'.repeat(40_000);
    expect(await stackOf(error)).toBe(`${'s'.repeat(32_768)}… (7232 more characters)`);
  });
});

describe('the causes of an error', () => {
  const limitOfCause = 1024;
  const told = async (error: unknown): Promise<Observed> => {
    const observed = new Observed({}, true);
    await observed.run(() => outer(throwing(error)).tryExecute(0));
    expect(observed.instrumentation.faults).toBe(0);
    return observed;
  };
  const refused = (): Error => Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });

  it('are told by describeError, on spans and on lines, the nearest first', async () => {
    const error = new Error('no page', { cause: new TypeError('fetch failed', { cause: refused() }) });
    const observed = await told(error);
    expect(describeError(error)?.causes).toEqual([
      { type: 'TypeError', message: 'fetch failed' },
      { type: 'ECONNREFUSED', message: 'connect refused' },
    ]);
    const causes = ['TypeError: fetch failed', 'ECONNREFUSED: connect refused'];
    expect(observed.spans).toHaveLength(3);
    for (const { attributes } of observed.spans) expect(attributes['error.causes']).toEqual(causes);
    const [answered] = observed.spans[0]?.events ?? [];
    expect(answered).toMatchObject({ name: 'recovery.retry', attributes: { 'error.causes': causes } });
    const ended = observed.lines.filter(({ message }) => message.endsWith('failed: no page'));
    expect(ended.map(({ fields }) => fields?.['error.causes'])).toEqual([causes, causes]);
  });

  it('are not there where an error names none', async () => {
    for (const error of [new Error('alone'), Object.assign(new Error('null'), { cause: null }), 'text']) {
      const observed = await told(error);
      for (const { attributes } of observed.spans) expect(attributes).not.toHaveProperty('error.causes');
    }
  });

  it('are also the errors that an AggregateError stands for, and values that are none', async () => {
    const error = new AggregateError([refused(), 'gone'], 'all failed', { cause: { code: 7 } });
    await told(error);
    expect(describeError(error)?.causes).toEqual([
      { type: 'object', message: '[object Object]' },
      { type: 'ECONNREFUSED', message: 'connect refused' },
      { type: 'string', message: 'gone' },
    ]);
    const odd = Object.assign(new AggregateError([]), { errors: 'none' });
    await told(odd);
    expect(describeError(odd)?.causes).toEqual([]);
  });

  it('come to an end where a chain bites its tail, or has none', async () => {
    const circular = new Error('outer');
    circular.cause = new Error('inner', { cause: circular });
    await told(circular);
    expect(describeError(circular)?.causes).toEqual([{ type: 'Error', message: 'inner' }]);
    class Endless extends Error {
      override get cause(): unknown {
        return new Endless('again');
      }
    }
    const endless = new Endless('first');
    await told(endless);
    expect(describeError(endless)?.causes).toHaveLength(8);
    const wide = new AggregateError(Array.from({ length: 10_000 }, () => new Error('one')));
    await told(wide);
    expect(describeError(wide)?.causes).toHaveLength(8);
  });

  it('are cut, and read with care', async () => {
    const hostile = Object.defineProperty(new Error('hostile'), 'cause', {
      get() {
        throw new Error('no');
      },
    });
    const { proxy, revoke } = Proxy.revocable(new Error('gone'), {});
    revoke();
    const error = new AggregateError([hostile, proxy, new Error('m'.repeat(5000))], 'all failed');
    await told(error);
    expect(describeError(error)?.causes.map(({ message }) => message)).toEqual([
      'hostile',
      'an object that cannot be printed',
      `${'m'.repeat(limitOfCause)}… (${5000 - limitOfCause} more characters)`,
    ]);
  });

  it('say their message or code where they are no errors, and are never printed as a whole', async () => {
    let printed = 0;
    class Body extends Uint8Array {
      override toString(): string {
        printed++;
        return 'the body';
      }
    }
    const causes: [unknown, { type: string; message: string }][] = [
      [
        { message: 'the reason', code: 'E42' },
        { type: 'E42', message: 'the reason' },
      ],
      [{ code: 'E42' }, { type: 'E42', message: 'E42' }],
      [new Body(8), { type: 'object', message: '[object Body]' }],
      [Buffer.from('the body'), { type: 'object', message: '[object Buffer]' }],
      [['the body'], { type: 'object', message: '[object Array]' }],
      [{ message: new Body(8) }, { type: 'object', message: '[object Object]' }],
      [
        Object.assign(new Error(), { message: new Body(8), stack: 'Error' }),
        { type: 'Error', message: '[object Body]' },
      ],
      [function answer() {}, { type: 'function', message: '[function answer]' }],
    ];
    for (const [cause, expected] of causes) {
      const error = new Error('bad answer', { cause });
      const observed = await told(error);
      expect(describeError(error)?.causes).toEqual([expected]);
      expect(JSON.stringify(observed.spans.map(({ events }) => events))).not.toContain('the body');
    }
    expect(printed).toBe(0);
  });

  it('keep their frames where their messages are long', async () => {
    const cause = new Error('m'.repeat(20_000));
    const frames = cause.stack?.slice(cause.stack.indexOf('\n'));
    const [span] = (await told(new Error('no page', { cause }))).spans;
    expect(String(span?.events.at(-1)?.attributes?.['exception.stacktrace'])).toContain(
      `Caused by: Error: ${'m'.repeat(limitOfCause)}… (${20_000 - limitOfCause} more characters)${frames}`,
    );
  });

  it('follow in the stack of the exception, where it arose', async () => {
    const cause = refused();
    const error = new Error('no page', { cause: new Error('not loaded', { cause }) });
    const observed = await told(error);
    const stacks = observed.spans.flatMap(({ events }) =>
      events
        .map(({ attributes }) => attributes?.['exception.stacktrace'])
        .filter((stack) => stack !== undefined),
    );
    expect(stacks).toEqual([
      `${error.stack}\nCaused by: ${(error.cause as Error).stack}\nCaused by: ${cause.stack}`,
    ]);
    const long = new AggregateError(Array.from({ length: 20 }, (_, at) => String(at).repeat(10_000)));
    const [span] = (await told(long)).spans;
    expect(String(span?.events.at(-1)?.attributes?.['exception.stacktrace']).length).toBeLessThan(42_000);
  });
});
