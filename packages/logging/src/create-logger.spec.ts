import { Writable } from 'node:stream';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LogFields, Logger } from '@tta/obs-context';
import { createLogger, type LoggerOptions } from './create-logger.ts';

const spanContext = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), traceFlags: 1 };

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(() => context.disable());

/** The lines that a logger wrote, without their ends. */
function lines(use: (logger: Logger) => void, options: LoggerOptions = {}): string[] {
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
});
