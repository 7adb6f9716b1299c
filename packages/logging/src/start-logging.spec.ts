import { context, diag, DiagLogLevel, trace } from '@opentelemetry/api';
import { logs } from '@opentelemetry/api-logs';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  InMemoryLogRecordExporter,
  type LogRecordProcessor,
  type ReadableLogRecord,
  SimpleLogRecordProcessor,
} from '@opentelemetry/sdk-logs';
import { type Clock, withCorrelation } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger, type LoggerOptions, type StructuredLogger } from './create-logger.ts';
import { type Logging, startLogging } from './start-logging.ts';

const resource = resourceFromAttributes({ 'service.name': 'shop' });
const spanContext = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), traceFlags: 1 };
const running: Logging[] = [];

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(() => context.disable());
afterEach(async () => {
  diag.disable();
  await Promise.all(running.splice(0).map((logging) => logging.shutdown()));
  logs.disable();
});

function started(
  processors: readonly LogRecordProcessor[],
  more: Partial<Parameters<typeof startLogging>[0]> = {},
) {
  const logging = startLogging({ resource, processors, ...more });
  running.push(logging);
  return logging;
}

/** Records that OpenTelemetry got, and lines that were printed. */
function bridged(
  use: (logger: StructuredLogger) => void,
  options: LoggerOptions & { bridge?: 'debug' | 'warn' } = {},
) {
  const exporter = new InMemoryLogRecordExporter();
  const logging = started([new SimpleLogRecordProcessor({ exporter })]);
  const lines: string[] = [];
  const { bridge, ...others } = options;
  const logger = createLogger({
    stream: { write: (line) => lines.push(line) },
    otel: { logger: logging.getLogger('shop', '1'), ...(bridge && { level: bridge }) },
    clock: new ManualClock(1_767_323_045_678),
    ...others,
  });
  use(logger);
  return { records: exporter.getFinishedLogRecords(), lines, logger };
}

const attributesOf = (fields: Record<string, unknown>): ReadableLogRecord['attributes'] =>
  bridged((logger) => logger.info('m', fields)).records[0]?.attributes ?? {};

describe('a log line that goes to OpenTelemetry', () => {
  it('is a record with its time, severity, message, fields, trace and run', () => {
    const { records } = bridged((logger) => {
      const active = withCorrelation(trace.setSpan(context.active(), trace.wrapSpanContext(spanContext)), {
        correlationId: 'c',
        workflowId: 'w',
        workflowName: 'n',
        agentId: 'a',
        sessionId: 's',
        userId: 'u',
        requestId: 'r',
      });
      context.with(active, () =>
        logger.child({ part: 'till' }).warn('sold', { copies: 2, 'user.id': 'other' }),
      );
    });
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({
      hrTime: [1_767_323_045, 678_000_000],
      hrTimeObserved: [1_767_323_045, 678_000_000],
      severityNumber: 13,
      severityText: 'warn',
      body: 'sold',
      spanContext,
      instrumentationScope: { name: 'shop', version: '1' },
    });
    expect(records[0]?.resource.attributes).toEqual({ 'service.name': 'shop' });
    expect(records[0]?.attributes).toEqual({
      part: 'till',
      copies: 2,
      'correlation.id': 'c',
      'workflow.id': 'w',
      'workflow.name': 'n',
      'agent.id': 'a',
      'session.id': 's',
      'user.id': 'u',
      'request.id': 'r',
    });
  });

  it.each([
    ['debug', 5],
    ['info', 9],
    ['warn', 13],
    ['error', 17],
  ] as const)('has of the level %s the severity %d', (level, number) => {
    const { records } = bridged((logger) => logger[level]('m'), { bridge: 'debug' });
    expect(records).toMatchObject([{ severityNumber: number, severityText: level }]);
  });

  it('has objects as dotted names, lists of one type as lists, and other lists as JSON', () => {
    expect(
      attributesOf({
        order: { id: 7, by: { name: 'x' }, none: null },
        names: ['a', 'b'],
        mixed: [1, 'b'],
        objects: [{ a: 1 }],
        nulls: [null],
        empty: [],
        big: 10n,
        yes: true,
        '': 1,
      }),
    ).toEqual({
      'order.id': 7,
      'order.by.name': 'x',
      names: ['a', 'b'],
      mixed: '[1,"b"]',
      objects: '[{"a":1}]',
      nulls: '[null]',
      empty: [],
      big: '10',
      yes: true,
    });
  });

  it('describes its first error as an exception, others by their fields', () => {
    const error = Object.assign(new TypeError('broken', { cause: new Error('why') }), { code: 'E_X' });
    const attributes = attributesOf({ error, other: new RangeError('more') });
    expect(attributes).toMatchObject({
      'exception.type': 'TypeError',
      'exception.message': 'broken',
      'exception.stacktrace': expect.stringContaining('TypeError: broken\n'),
      'error.cause.message': 'why',
      'error.code': 'E_X',
      'other.name': 'RangeError',
      'other.message': 'more',
    });
    expect(attributes).not.toHaveProperty(['error.message']);
    expect(attributesOf({ error: 'text' })).toEqual({ error: 'text' });
  });

  it('keeps ids and the exception when there are more fields than the SDK takes attributes', () => {
    const many = Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`f${at}`, { deep: at }]));
    const { records } = bridged((logger) =>
      context.with(withCorrelation(context.active(), { userId: 'u', requestId: 'r' }), () => {
        logger.error('m', { ...many, 'user.id': 'other', error: new Error('why') });
      }),
    );
    const attributes = records[0]?.attributes ?? {};
    expect(attributes).toMatchObject({
      'user.id': 'u',
      'request.id': 'r',
      'exception.type': 'Error',
      'exception.message': 'why',
      'exception.stacktrace': expect.stringContaining('Error: why'),
      'f63.deep': 63,
      f64: '{"deep":64}',
    });
    expect(Object.keys(attributes)).toHaveLength(128);
  });

  it('has wide objects, and objects behind many attributes, as JSON', () => {
    const wide = Object.fromEntries(Array.from({ length: 33 }, (_, at) => [`c${at}`, at]));
    const narrow = Object.fromEntries(
      Array.from({ length: 30 }, (_, at) => [`n${at}`, { a: at, b: at, c: at }]),
    );
    const attributes = attributesOf({ wide, narrow });
    expect(attributes).toMatchObject({
      wide: JSON.stringify(wide),
      'narrow.n20.a': 20,
      'narrow.n20.c': 20,
      'narrow.n21': '{"a":21,"b":21,"c":21}',
    });
    expect(Object.keys(attributes).length).toBeLessThan(80);
  });

  it('has a level of its own, by default info', () => {
    const all = (logger: StructuredLogger): void => {
      for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level](level);
    };
    const quiet = bridged(all, { level: 'warn' });
    expect([quiet.records.map(({ body }) => body), quiet.lines.length]).toEqual([
      ['info', 'warn', 'error'],
      2,
    ]);
    const loud = bridged(all, { level: 'debug', bridge: 'warn' });
    expect([loud.records.length, loud.lines.length]).toEqual([2, 4]);
    const silent = bridged(all, { level: 'silent' });
    expect([silent.records.length, silent.lines.length]).toEqual([3, 0]);
    expect((['debug', 'info'] as const).map((level) => silent.logger.isEnabled(level))).toEqual([
      false,
      true,
    ]);
  });

  it('is sampled together with the printed line', () => {
    const { records, lines } = bridged(
      (logger) => {
        for (let i = 0; i < 12; i++) logger.info('m');
      },
      { sampling: { perKey: { first: 1, thenEvery: 10 } } },
    );
    expect([records.length, lines.length]).toEqual([2, 2]);
    expect(records[1]?.attributes).toEqual({ 'sampled.dropped': 9 });
  });

  it('is printed also when OpenTelemetry fails, which is counted and said once a minute', async () => {
    const warnings: string[] = [];
    const say = (message: string): void => void warnings.push(message);
    diag.setLogger({ error: say, warn: say, info: say, debug: say, verbose: say }, DiagLogLevel.WARN);
    const lines: string[] = [];
    const clock = new ManualClock();
    const logger = createLogger({
      stream: { write: (line) => lines.push(line) },
      clock,
      otel: {
        logger: {
          emit() {
            throw new Error('no');
          },
          enabled: () => true,
        },
      },
    });
    for (let i = 0; i < 3; i++) logger.info('m');
    expect([lines.length, logger.counts().unbridged, warnings.length]).toEqual([3, 3, 1]);
    await clock.advance(60_000);
    logger.info('m');
    expect(warnings[1]).toContain('did not take 4 log lines');
  });

  it('is not handed on again by a processor that logs', () => {
    const lines: string[] = [];
    const logging = started([
      {
        onEmit: () => logger.info('inner'),
        forceFlush: () => Promise.resolve(),
        shutdown: () => Promise.resolve(),
      },
    ]);
    const logger: StructuredLogger = createLogger({
      stream: { write: (line) => lines.push(line) },
      otel: { logger: logging.getLogger('x') },
    });
    logger.info('outer');
    expect(lines).toHaveLength(2);
  });
});

describe('a line that OpenTelemetry cannot take', () => {
  it('is not handed on by an exporter that logs, however late it does', async () => {
    let exported = 0;
    let late = Promise.resolve();
    const lines: string[] = [];
    const exporter = {
      export(_records: ReadableLogRecord[], done: (result: { code: number }) => void) {
        exported++;
        late = new Promise((resolve) => {
          setImmediate(() => {
            if (exported < 10) logger.info('exported');
            done({ code: 0 });
            resolve();
          });
        });
      },
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    };
    const logging = started([new SimpleLogRecordProcessor({ exporter })]);
    const logger: StructuredLogger = createLogger({
      stream: { write: (line) => lines.push(line) },
      otel: { logger: logging.getLogger('x') },
    });
    logger.info('outer');
    await late;
    await late;
    expect([exported, lines.length]).toEqual([1, 2]);
  });

  it('is counted after the provider was shut down', async () => {
    const logging = started([new SimpleLogRecordProcessor({ exporter: new InMemoryLogRecordExporter() })]);
    const lines: string[] = [];
    const logger = createLogger({
      stream: { write: (line) => lines.push(line) },
      otel: { logger: logging.getLogger('x') },
    });
    logger.info('before');
    expect(logger.counts().unbridged).toBe(0);
    await logging.shutdown();
    logger.info('after');
    expect([logger.counts().unbridged, lines.length]).toEqual([1, 2]);
  });
});

describe('startLogging', () => {
  it('serves whoever asks the OpenTelemetry API for a logger, until it is shut down', async () => {
    const exporter = new InMemoryLogRecordExporter();
    const logging = started([new SimpleLogRecordProcessor({ exporter })]);
    logs.getLogger('theirs').emit({ body: 'one' });
    expect(exporter.getFinishedLogRecords()).toMatchObject([{ body: 'one' }]);
    await logging.shutdown();
    await logging.shutdown();
    await logging.flush();
    logs.getLogger('theirs').emit({ body: 'two' });
    expect(exporter.getFinishedLogRecords()).toEqual([]);
  });

  it('leaves the provider of somebody else where it is registered', async () => {
    const exporter = new InMemoryLogRecordExporter();
    started([new SimpleLogRecordProcessor({ exporter })]);
    const second = started([]);
    await second.shutdown();
    logs.getLogger('theirs').emit({ body: 'one' });
    expect(exporter.getFinishedLogRecords()).toHaveLength(1);
  });

  it('leaves the provider of somebody who came later', async () => {
    const first = started([]);
    logs.disable();
    const exporter = new InMemoryLogRecordExporter();
    started([new SimpleLogRecordProcessor({ exporter })]);
    await first.shutdown();
    logs.getLogger('theirs').emit({ body: 'one' });
    expect(exporter.getFinishedLogRecords()).toHaveLength(1);
  });

  it('keeps to the limits', () => {
    const exporter = new InMemoryLogRecordExporter();
    const limits = { attributeCountLimit: 1, attributeValueLengthLimit: 3 };
    const logging = started([new SimpleLogRecordProcessor({ exporter })], { limits });
    logging.getLogger('x').emit({ attributes: { a: '12345', b: 1 } });
    expect(exporter.getFinishedLogRecords()).toMatchObject([
      { attributes: { a: '123' }, droppedAttributesCount: 1 },
    ]);
  });

  it('flushes and stops without a word to the program when processors fail or hang', async () => {
    const failing = {
      onEmit() {},
      forceFlush: () => Promise.reject(new Error('no')),
      shutdown: () => Promise.reject(new Error('no')),
    };
    const hanging = {
      onEmit() {},
      forceFlush: () => Promise.resolve(),
      shutdown: () => new Promise<void>(() => {}),
    };
    const warnings: string[] = [];
    const say = (message: string): void => void warnings.push(message);
    diag.setLogger({ error: say, warn: say, info: say, debug: say, verbose: say }, DiagLogLevel.WARN);
    const first = started([failing]);
    await first.flush();
    await first.shutdown();
    expect(warnings).toEqual(Array.from({ length: 2 }, () => '@tta/obs: a log record processor failed:'));
    const clock = new ManualClock();
    const stopping = started([hanging], { clock }).shutdown(1_000);
    await clock.advance(1_000);
    await expect(stopping).resolves.toBeUndefined();
  });

  it('stops waiting for a flush that hangs', async () => {
    const releases: (() => void)[] = [];
    const hanging = {
      onEmit() {},
      forceFlush: () => new Promise<void>((resolve) => releases.push(resolve)),
      shutdown: () => Promise.resolve(),
    };
    const clock = new ManualClock();
    const logging = started([hanging], { clock });
    const flushes = [logging.flush(), logging.flush(1_000)];
    await clock.advance(1_000);
    await expect(flushes[1]).resolves.toBeUndefined();
    await clock.advance(2_000);
    await expect(flushes[0]).resolves.toBeUndefined();
    // The SDK has a timer of its own.
    for (const release of releases) release();
  });

  it('flushes and stops when processors throw', async () => {
    const fail = (): never => {
      throw new Error('no');
    };
    const logging = started([{ onEmit() {}, forceFlush: fail, shutdown: fail }]);
    await expect(logging.flush()).resolves.toBeUndefined();
    await expect(logging.shutdown()).resolves.toBeUndefined();
  });

  it('flushes while it stops by waiting for what it sends', async () => {
    let sent = (): void => {};
    const slow = {
      onEmit() {},
      forceFlush: () => Promise.resolve(),
      shutdown: () => new Promise<void>((resolve) => (sent = resolve)),
    };
    const logging = started([slow]);
    const order: string[] = [];
    const stopped = logging.shutdown();
    const flushed = logging.flush().then(() => order.push('flushed'));
    await new Promise((resolve) => setImmediate(resolve));
    order.push('sent');
    sent();
    await Promise.all([stopped, flushed]);
    expect(order).toEqual(['sent', 'flushed']);
  });

  it('leaves no timer behind', async () => {
    let timers = 0;
    const manual = new ManualClock();
    const clock: Clock = {
      now: () => manual.now(),
      monotonic: () => manual.monotonic(),
      timer(ms, fn) {
        timers++;
        const cancel = manual.timer(ms, fn);
        return () => {
          timers--;
          cancel();
        };
      },
    };
    const logging = started([], { clock });
    await logging.flush();
    await logging.shutdown();
    expect(timers).toBe(0);
  });
});
