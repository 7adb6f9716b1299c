import { Writable } from 'node:stream';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { InvalidOptionError, type LogFields, type Logger, withCorrelation } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import { createLogger, type LoggerOptions, type StructuredLogger } from './create-logger.ts';
import { createRedactor } from './redaction/redactor.ts';

const spanContext = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), traceFlags: 1 };

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(() => context.disable());

/** The lines that a logger wrote, without their ends. */
function lines(use: (logger: StructuredLogger) => void, options: LoggerOptions = {}): string[] {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  use(createLogger({ stream, ...options }));
  return text.split('\n').slice(0, -1);
}

const inSpan = (use: () => void): void =>
  context.with(trace.setSpan(context.active(), trace.wrapSpanContext(spanContext)), use);

const written = (fields: LogFields): Record<string, unknown> =>
  JSON.parse(lines((logger) => logger.info('m', fields))[0] ?? '') as Record<string, unknown>;

describe('createLogger', () => {
  it('writes one JSON object a line: time, level, message, ids, then fields', () => {
    const [line = ''] = lines((logger) => inSpan(() => logger.info('sold', { book: 'x', copies: 2 })));
    const object = JSON.parse(line) as Record<string, unknown>;
    expect(Object.keys(object)).toEqual([
      'timestamp',
      'level',
      'message',
      'trace_id',
      'span_id',
      'book',
      'copies',
    ]);
    expect(object).toMatchObject({
      level: 'info',
      message: 'sold',
      trace_id: spanContext.traceId,
      span_id: spanContext.spanId,
      book: 'x',
      copies: 2,
    });
    expect(object['timestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('has no ids outside a span', () => {
    expect(Object.keys(written({}))).toEqual(['timestamp', 'level', 'message']);
  });

  it('keeps time, level, message and ids when fields carry the same names', () => {
    const fields = { timestamp: 1, level: 'x', message: 'y', trace_id: 'z', span_id: 'z', own: 1 };
    const [line = ''] = lines((logger) => inSpan(() => logger.warn('true', fields)));
    expect(JSON.parse(line)).toMatchObject({
      level: 'warn',
      message: 'true',
      trace_id: spanContext.traceId,
      span_id: spanContext.spanId,
      own: 1,
      timestamp: expect.stringMatching(/^\d{4}-/),
      'fields.timestamp': 1,
      'fields.level': 'x',
      'fields.message': 'y',
      'fields.trace_id': 'z',
    });
  });

  it('writes errors with name, message, stack, cause and their own fields', () => {
    const error = Object.assign(new TypeError('broken', { cause: new Error('why') }), { code: 'E_X' });
    expect(written({ error })['error']).toMatchObject({
      name: 'TypeError',
      message: 'broken',
      stack: expect.stringContaining('TypeError: broken\n'),
      cause: { name: 'Error', message: 'why' },
      code: 'E_X',
    });
  });

  it('writes what JSON has no word for', () => {
    const cyclic: Record<string, unknown> = { name: 'loop' };
    cyclic['self'] = cyclic;
    const twice = { a: 1 };
    const fields = {
      cyclic,
      big: 10n ** 20n,
      map: new Map([['k', new Set([1])]]),
      nan: Number.NaN,
      symbol: Symbol('s'),
      fn: () => 1,
      date: new Date(0),
      none: undefined,
      twice: [twice, twice],
      absent: null,
    };
    expect(written(fields)).toMatchObject({
      cyclic: { name: 'loop', self: '[Circular]' },
      big: '100000000000000000000',
      map: { k: [1] },
      nan: 'NaN',
      symbol: 'Symbol(s)',
      fn: '[Function]',
      date: '1970-01-01T00:00:00.000Z',
      twice: [{ a: 1 }, { a: 1 }],
      absent: null,
    });
  });

  it.each(['json', 'pretty'] as const)('writes a %s line about fields that cannot be read', (format) => {
    const fields = {
      getter: Object.defineProperty({}, 'x', {
        enumerable: true,
        get() {
          throw new Error('no');
        },
      }),
      toJSON: {
        toJSON() {
          throw new Error('no');
        },
      },
      date: new Date(Number.NaN),
    };
    const [line] = lines((logger) => logger.info('m', fields), { format });
    expect(line).toContain('[Unreadable]');
    const hostile = Object.defineProperty({}, 'x', {
      enumerable: true,
      get() {
        throw new Error('no');
      },
    });
    expect(lines((logger) => logger.info('still here', hostile), { format })[0]).toContain('still here');
  });

  it('bounds how deep and how long a field may be', () => {
    let deep: unknown = 'end';
    for (let i = 0; i < 10_000; i++) deep = { deep };
    const line = JSON.stringify(written({ deep, long: Array.from({ length: 1_000 }, () => 1) }));
    expect(line).toContain('[Deep]');
    expect(line.length).toBeLessThan(2_000);
  });

  it('writes a line whose fields have names that mean something to winston', () => {
    expect(written({ exception: true, splat: [1], stack: 's' })).toMatchObject({
      exception: true,
      splat: [1],
      stack: 's',
    });
  });

  it.each([
    ['debug', ['debug', 'info', 'warn', 'error']],
    ['info', ['info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
    ['silent', []],
  ] as const)('drops what lies below the level %s', (level, expected) => {
    const all = lines(
      (logger) => {
        for (const name of ['debug', 'info', 'warn', 'error'] as const) logger[name]('x');
      },
      { level },
    );
    expect(all.map((line) => (JSON.parse(line) as { level: string }).level)).toEqual(expected);
  });

  it('drops debug lines unless told otherwise', () => {
    expect(lines((logger) => logger.debug('x'))).toEqual([]);
  });

  it('writes pretty lines for a person, without colour unless asked', () => {
    const use = (logger: Logger) => inSpan(() => logger.warn('slow', { ms: 12 }));
    expect(lines(use, { format: 'pretty' })[0]).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} warn  slow {2}ms=12 trace=abababab$/,
    );
    expect(lines(use, { format: 'pretty', colour: true })[0]).toContain('\u001b[33mwarn \u001b[0m');
  });

  it('has the ids of the run, the user and the request that the active context belongs to', () => {
    const correlation = {
      correlationId: 'c-1',
      workflowId: 'w-1',
      workflowName: 'review',
      agentId: 'a-1',
      sessionId: 's-1',
      userId: 'jane@example.com',
      requestId: 'r-1',
    };
    const [line = ''] = lines((logger) =>
      inSpan(() =>
        context.with(withCorrelation(context.active(), correlation), () => {
          logger.info('m', { user_id: 'other', own: 1 });
        }),
      ),
    );
    expect(JSON.parse(line)).toEqual({
      timestamp: expect.any(String),
      level: 'info',
      message: 'm',
      trace_id: spanContext.traceId,
      span_id: spanContext.spanId,
      correlation_id: 'c-1',
      workflow_id: 'w-1',
      workflow_name: 'review',
      agent_id: 'a-1',
      session_id: 's-1',
      user_id: '[redacted:email]',
      request_id: 'r-1',
      'fields.user_id': 'other',
      own: 1,
    });
    expect(Object.keys(JSON.parse(line) as object).indexOf('request_id')).toBe(11);
  });

  it('hides ids that its redactor knows as names of secrets', () => {
    const correlation = { userId: 'u-1', sessionId: 's-1', requestId: 'token=abc123xyz' };
    const [line = ''] = lines(
      (logger) =>
        context.with(withCorrelation(context.active(), correlation), () =>
          logger.info('m', { user_id: 'u-2' }),
        ),
      { redactor: createRedactor({ keys: ['userId'] }) },
    );
    expect(JSON.parse(line)).toMatchObject({
      user_id: '[redacted:user-id]',
      'fields.user_id': '[redacted:user-id]',
      session_id: 's-1',
      request_id: 'token=[redacted:token]',
    });
  });

  it('has ids that fields give where the context gives none', () => {
    expect(written({ user_id: 'u-1' })).toMatchObject({ user_id: 'u-1' });
  });

  it('has no ids of a span that is none', () => {
    const none = trace.wrapSpanContext({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 });
    const [line = ''] = lines((logger) =>
      context.with(trace.setSpan(context.active(), none), () => logger.info('m')),
    );
    expect(line).not.toContain('trace_id');
  });

  it('takes the time from its clock', () => {
    const clock = new ManualClock(Date.UTC(2026, 4, 6, 7, 8, 9, 10));
    expect(lines((logger) => logger.info('m'), { clock })[0]).toContain('"2026-05-06T07:08:09.010Z"');
  });

  it('puts the fields of children on their lines; those of the line win, then those of the nearest child', () => {
    const all = lines((logger) => {
      const child = logger.child({ a: 1, b: 1, password: 'x' });
      const grandchild = child.child({ b: 2, c: 2 });
      grandchild.info('m', { c: 3, d: 3 });
      child.info('m');
      logger.info('m');
    }).map((line) => {
      const { timestamp: _, level: _level, message: _message, ...fields } = JSON.parse(line) as LogFields;
      return fields;
    });
    expect(all).toEqual([
      { a: 1, b: 2, c: 3, d: 3, password: '[redacted:password]' },
      { a: 1, b: 1, password: '[redacted:password]' },
      {},
    ]);
  });

  it('takes methods apart from their logger', () => {
    expect(
      lines(({ info, child }) => {
        info('one');
        child({}).info('two');
      }),
    ).toHaveLength(2);
  });

  it('says which levels go anywhere', () => {
    const enabled = (options: LoggerOptions): readonly boolean[] => {
      const logger = createLogger(options);
      return (['debug', 'info', 'warn', 'error'] as const).map((level) => logger.isEnabled(level));
    };
    expect(enabled({ level: 'warn' })).toEqual([false, false, true, true]);
    expect(enabled({ level: 'silent' })).toEqual([false, false, false, false]);
  });

  it('writes an error that was handed over in place of fields', () => {
    const error = new Error('broken') as unknown as LogFields;
    expect(JSON.parse(lines((logger) => logger.error('failed', error))[0] ?? '')).toMatchObject({
      error: { message: 'broken' },
    });
  });

  it('writes what callers without types hand over', () => {
    const wrong = ((message: unknown, fields: unknown) =>
      lines((logger) => logger.info(message as string, fields as LogFields))[0]) as (
      ...all: unknown[]
    ) => string;
    expect(wrong(12, undefined)).toContain('"message":"12"');
    expect(wrong('m', 'text')).toContain('"fields":"text"');
    expect(wrong('m', null)).toContain('"fields":null');
    expect(
      wrong(
        'm',
        new Proxy(
          {},
          {
            ownKeys: () => {
              throw new Error('no');
            },
          },
        ),
      ),
    ).toContain('[Unreadable]');
  });

  it('drops and counts a line that cannot be made, and does not throw', () => {
    const redactor = {
      text: (text: string) => text,
      value: () => {
        throw new Error('no');
      },
    };
    const broken = { ...redactor, text: redactor.value as unknown as (text: string) => string };
    expect(lines((logger) => logger.child({ a: 1 }).info('m', { b: 1 }), { redactor })[0]).toContain(
      '[Unreadable]',
    );
    expect(
      lines(
        (logger) => {
          logger.info('m');
          expect(logger.counts().unwritten).toBe(1);
        },
        { redactor: broken },
      ),
    ).toEqual([]);
  });

  it('writes the stack of an error that was handed over in place of a message', () => {
    const log = (error: unknown, fields?: LogFields): Record<string, unknown> =>
      JSON.parse(lines((logger) => logger.info(error as string, fields))[0] ?? '') as Record<string, unknown>;
    const error = new TypeError('boom');
    expect(log(error, { order: 7 })).toMatchObject({
      message: 'TypeError: boom',
      error: { stack: expect.stringContaining('    at ') },
      order: 7,
    });
    const other = new Error('other') as unknown as LogFields;
    expect(log(error, other)).toMatchObject({ message: 'TypeError: boom', error: { message: 'other' } });
  });

  it('bounds what children inherit', () => {
    let all = '';
    const stream = { write: (line: string) => void (all = line) };
    let long = createLogger({ stream });
    for (let i = 0; i < 50; i++)
      long = long.child({ [`f${i}`]: Array.from({ length: 8 }, () => 'y'.repeat(30_000)) });
    long.info('m', { own: 1 });
    expect(all.length).toBeLessThan(400_000);
    expect(JSON.parse(all)).toMatchObject({
      f0: expect.anything(),
      '…': 'more fields of the logger',
      own: 1,
    });
    let many = createLogger({ stream });
    for (let i = 0; i < 500; i++) many = many.child({ [`f${i}`]: i });
    many.info('m');
    expect(Object.keys(JSON.parse(all) as object).length).toBeLessThan(210);
    const odd = createLogger({ stream, redactor: { text: (text) => text, value: () => ({ big: [1n] }) } });
    odd.child({ a: 1 }).info('m');
    expect(JSON.parse(all)).toMatchObject({ '…': 'more fields of the logger' });
  });

  it('leaves secrets in when told to, and bounds them all the same', () => {
    const [line = ''] = lines(
      (logger) => logger.info('a@b.example', { password: 'x', long: 'y'.repeat(40_000) }),
      {
        redactor: false,
      },
    );
    expect(JSON.parse(line)).toMatchObject({
      message: 'a@b.example',
      password: 'x',
      long: expect.stringMatching(/^y{32768}… \(7232 more characters\)$/),
    });
    const [message = ''] = lines((logger) => logger.info('y'.repeat(40_000)), { redactor: false });
    expect(message).toContain('y… (7232 more characters)');
  });

  it('bounds the size of a whole line', () => {
    const wide = Array.from({ length: 200 }, () => Array.from({ length: 200 }, () => ({ a: 'x' })));
    const long = Array.from({ length: 100 }, () => 'y'.repeat(10_000));
    const map = new Map(Array.from({ length: 500 }, (_, at) => [at, at]));
    const object = Object.fromEntries(map);
    const line = JSON.stringify(written({ long, map, object, wide }));
    expect(line.length).toBeLessThan(400_000);
    expect(written({ map })['map']).toHaveProperty('199');
    expect(written({ map })['map']).not.toHaveProperty('200');
    expect(written({ object })['object']).not.toHaveProperty('200');
  });

  it.each([
    ['a terminal', { isTTY: true }, 'pretty'],
    ['a terminal with colours', { isTTY: true, hasColors: () => true }, 'coloured'],
    ['a terminal without colours', { isTTY: true, hasColors: () => false }, 'pretty'],
    [
      'a terminal that cannot say',
      {
        isTTY: true,
        hasColors: () => {
          throw new Error('no');
        },
      },
      'pretty',
    ],
    ['a file', {}, 'json'],
  ])('writes for %s by default what suits it', (_what, properties, format) => {
    let text = '';
    const stream = { write: (line: string) => void (text += line), ...properties };
    createLogger({ stream }).warn('m');
    const formatOf = { json: /^\{"timestamp"/, pretty: /^\d\d:\d\d:/, coloured: /^\u001b\[90m/ };
    expect(text).toMatch(formatOf[format as 'json']);
  });

  it.each([
    [{ level: 'loud' }, 'the level of log lines is "loud"; use debug, info, warn, error, silent'],
    [{ level: 'toString' }, 'the level of log lines is "toString"'],
    [{ format: 'xml' }, 'the format of log lines is "xml"; use "json" or "pretty"'],
    [{ sampling: { rate: 2 } }, 'the rate of log lines is 2; give 0 to 1'],
    [
      { sampling: { perKey: { first: -1, thenEvery: 1 } } },
      'first -1 and thenEvery 1; give whole numbers from 0',
    ],
    [{ sampling: { perKey: { first: 1, thenEvery: 0.5 } } }, 'first 1 and thenEvery 0.5'],
    [{ sampling: { perKey: { first: 1, thenEvery: 1, perMs: 0 } } }, 'per 0 ms; give a positive number'],
  ])('refuses %j', (options, message) => {
    expect(() => createLogger(options as LoggerOptions)).toThrow(InvalidOptionError);
    expect(() => createLogger(options as LoggerOptions)).toThrow(message);
  });
});
