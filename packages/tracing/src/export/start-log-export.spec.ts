import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diag, ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider, type LogRecordProcessor } from '@opentelemetry/sdk-logs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import { endedSpan } from '../../test/ended-span.ts';
import { OtlpReceiver } from '../../test/otlp-receiver.ts';
import { until } from '../../test/receiver.ts';
import { createQueue } from './create-queue.ts';
import type { OtlpProtocol } from './destination.ts';
import type { Trouble } from './export-counts.ts';
import { type ExportSurroundings, queueSurroundings } from './export-surroundings.ts';
import { type LogDestination, type LogExport, startLogExport } from './start-log-export.ts';

const resource = resourceFromAttributes({ 'service.name': 'shop' });
const protocols: readonly OtlpProtocol[] = ['http/protobuf', 'http/json', 'grpc'];
const time: [number, number] = [1_800_000_000, 123_456_789];

let receiver: OtlpReceiver;
let directory: string;
let troubles: string[];
const started: LogExport[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tta-logs-'));
  receiver = new OtlpReceiver('logs', 'http/protobuf');
  troubles = [];
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((logs) => logs.stop(0)));
  await receiver.stop();
  await rm(directory, { recursive: true });
});

const note = ({ signal, kind, keptOn, count, error }: Trouble): void =>
  void troubles.push(`${signal} ${kind} ${keptOn ?? ''} ${count}: ${error.message}`);

function start(
  url: string,
  options: Partial<LogDestination> = {},
  surroundings: Partial<ExportSurroundings> = {},
): LogExport {
  const logs = startLogExport(
    { name: 'here', url, flushMs: 10, ...options },
    { resource, onTrouble: note, ...surroundings },
  );
  started.push(logs);
  return logs;
}

/** A logger of the SDK whose records go there. */
function loggerTo(...processors: LogRecordProcessor[]) {
  return new LoggerProvider({ resource, processors }).getLogger('spec', '1.0');
}

/** The bodies of all log records that have arrived, in their order. */
function bodies(): unknown[] {
  type Decoded = { resourceLogs: { scopeLogs: { logRecords: { body: { stringValue: string } }[] }[] }[] };
  return (receiver.messages as Decoded[]).flatMap(({ resourceLogs }) =>
    resourceLogs.flatMap(({ scopeLogs }) =>
      scopeLogs.flatMap(({ logRecords }) => logRecords.map(({ body }) => body.stringValue)),
    ),
  );
}

describe.each(protocols)('log records by %s', (protocol) => {
  beforeEach(() => {
    receiver = new OtlpReceiver('logs', protocol);
  });

  it.each(['none', 'gzip'] as const)(
    'arrive as they were emitted, with compression %s',
    async (compression) => {
      const logs = start(await receiver.start(), { protocol, compression });
      const spanContext = {
        traceId: '0af7651916cd43dd8448eb211c80319c',
        spanId: 'b7ad6b7169203331',
        traceFlags: TraceFlags.SAMPLED,
      };
      loggerTo(logs).emit({
        body: { text: 'bought', items: [1, 2.5, true, null] },
        eventName: 'purchase',
        severityNumber: 9,
        severityText: 'INFO',
        timestamp: time,
        observedTimestamp: time,
        attributes: { user: { id: 'u-1' }, raw: new Uint8Array([1, 2, 3]) },
        context: trace.setSpanContext(ROOT_CONTEXT, spanContext),
      });
      await logs.forceFlush();
      const items = [{ intValue: 1 }, { doubleValue: 2.5 }, { boolValue: true }, {}];
      expect(receiver.messages).toEqual([
        {
          resourceLogs: [
            {
              resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
              scopeLogs: [
                {
                  scope: { name: 'spec', version: '1.0' },
                  logRecords: [
                    {
                      timeUnixNano: '1800000000123456789',
                      observedTimeUnixNano: '1800000000123456789',
                      severityNumber: 9,
                      severityText: 'INFO',
                      eventName: 'purchase',
                      body: {
                        kvlistValue: {
                          values: [
                            { key: 'text', value: { stringValue: 'bought' } },
                            { key: 'items', value: { arrayValue: { values: items } } },
                          ],
                        },
                      },
                      attributes: [
                        {
                          key: 'user',
                          value: { kvlistValue: { values: [{ key: 'id', value: { stringValue: 'u-1' } }] } },
                        },
                        { key: 'raw', value: { bytesValue: 'AQID' } },
                      ],
                      traceId: spanContext.traceId,
                      spanId: spanContext.spanId,
                      flags: 1,
                    },
                  ],
                },
              ],
            },
          ],
        },
      ]);
      expect(logs.counts).toEqual({ exported: 1, spooled: 0, dropped: 0 });
    },
  );

  it('are counted as lost when they are refused', async () => {
    receiver.reply = 'refused';
    const logs = start(await receiver.start(), { protocol });
    const logger = loggerTo(logs);
    for (const body of ['a', 'b']) logger.emit({ body });
    await logs.forceFlush();
    expect(logs.counts).toEqual({ exported: 0, spooled: 0, dropped: 2 });
    expect(troubles).toEqual([
      expect.stringMatching(/^logs dropped {2}2: (400 Bad Request|INVALID_ARGUMENT: odd)$/),
    ]);
  });

  it('are counted apart where only some of them are rejected', async () => {
    receiver.reply = { rejected: 2, message: 'too old' };
    const logs = start(await receiver.start(), { protocol });
    const logger = loggerTo(logs);
    for (const body of ['a', 'b', 'c']) logger.emit({ body });
    await logs.forceFlush();
    expect(logs.counts).toEqual({ exported: 1, spooled: 0, dropped: 2 });
    expect(troubles).toEqual(['logs dropped  2: too old']);
  });

  it('wait while nobody is there, and arrive once and in order when somebody is', async () => {
    const url = await receiver.start();
    await receiver.stop();
    const logs = start(url, { protocol, batchRecords: 2 });
    const logger = loggerTo(logs);
    const names = Array.from({ length: 9 }, (_, index) => `line ${index}`);
    for (const body of names.slice(0, 5)) logger.emit({ body });
    await logs.forceFlush();
    for (const body of names.slice(5)) logger.emit({ body });
    await logs.forceFlush();
    expect(troubles[0]).toMatch(/^logs kept memory 2: .*ECONNREFUSED/);
    receiver = new OtlpReceiver('logs', protocol);
    await receiver.start(Number(new URL(url).port));
    await logs.forceFlush();
    expect(bodies()).toEqual(names);
    expect(logs.counts).toEqual({ exported: 9, spooled: 0, dropped: 0 });
  });

  it('wait on disk for the next process, apart from the spans of the same address', async () => {
    const url = await receiver.start();
    await receiver.stop();
    const spool = { directory };
    const first = start(url, { protocol, spool });
    loggerTo(first).emit({ body: 'from before' });
    await first.stop(1_000);
    const spans = createQueue(
      { name: 'here', tracesUrl: url, protocol, spool },
      queueSurroundings({ resource }),
    );
    spans.onEnd(endedSpan());
    await spans.stop(1_000);
    expect(first.counts).toEqual({ exported: 0, spooled: 1, dropped: 0 });
    expect(await readdir(directory)).toHaveLength(2);

    receiver = new OtlpReceiver('logs', protocol);
    await receiver.start(Number(new URL(url).port));
    const clock = new ManualClock();
    const next = start(url, { protocol, spool }, { clock });
    await clock.advance(250);
    await next.forceFlush();
    expect(bodies()).toEqual(['from before']);
    expect(next.counts).toEqual({ exported: 1, spooled: 0, dropped: 0 });
  });
});

describe('startLogExport', () => {
  it('comes back when the destination wants it to', async () => {
    receiver.reply = { retryAfterSeconds: 3 };
    const clock = new ManualClock();
    const logs = start(await receiver.start(), {}, { clock });
    loggerTo(logs).emit({ body: 'patient' });
    await logs.forceFlush();
    expect(troubles).toEqual(['logs kept memory 1: 503 Service Unavailable']);
    receiver.reply = 'taken';
    await clock.advance(2_999);
    expect(bodies()).toEqual(['patient']);
    await clock.advance(1);
    await until(() => logs.counts.exported === 1);
    expect(bodies()).toEqual(['patient', 'patient']);
  });

  it('sends by itself once flushMs has passed, a second where none is given', async () => {
    const clock = new ManualClock();
    const logs = startLogExport({ name: 'here', url: await receiver.start() }, { resource, clock });
    started.push(logs);
    loggerTo(logs).emit({ body: 'by itself' });
    await clock.advance(999);
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(1);
    await until(() => logs.counts.exported === 1);
    expect(bodies()).toEqual(['by itself']);
  });

  it('waits with its first request until the resource is complete', async () => {
    const late = resourceFromAttributes({ 'host.id': Promise.resolve('h-1') });
    const logs = start(await receiver.start(), {}, { resource: late });
    new LoggerProvider({ resource: late, processors: [logs] }).getLogger('spec').emit({ body: 'early' });
    await logs.forceFlush();
    const attributes = [{ key: 'host.id', value: { stringValue: 'h-1' } }];
    expect(receiver.messages).toMatchObject([{ resourceLogs: [{ resource: { attributes } }] }]);
  });

  it('says nothing of what of the resource is still being found out', async () => {
    const errors: string[] = [];
    const silent = (): void => {};
    const logger = { error: (message: string) => void errors.push(message), warn: silent, info: silent };
    diag.setLogger({ ...logger, debug: silent, verbose: silent }, { suppressOverrideMessage: true });
    try {
      const late = resourceFromAttributes({ 'service.name': Promise.resolve('shop') });
      const logs = start(await receiver.start(), {}, { resource: late });
      await logs.forceFlush();
      expect(errors).toEqual([]);
    } finally {
      diag.disable();
    }
  });

  it('waits no longer than 500 ms for the resource', async () => {
    const clock = new ManualClock();
    const never = resourceFromAttributes({ 'host.id': new Promise<string>(() => undefined) });
    const logs = start(await receiver.start(), { flushMs: 0 }, { clock, resource: never });
    loggerTo(logs).emit({ body: 'early' });
    await clock.advance(499);
    expect([receiver.messages, logs.counts.exported]).toEqual([[], 0]);
    await clock.advance(1);
    await until(() => logs.counts.exported === 1);
    expect(bodies()).toEqual(['early']);
  });

  it('sends at once what fills a request', async () => {
    const logs = start(await receiver.start(), { flushMs: 2 ** 31 - 1, batchRecords: 2 });
    const logger = loggerTo(logs);
    for (const body of ['a', 'b', 'c']) logger.emit({ body });
    await until(() => logs.counts.exported >= 2);
    expect(bodies().slice(0, 2)).toEqual(['a', 'b']);
  });

  it('sends what was emitted, whatever becomes of it afterwards', async () => {
    const logs = start(await receiver.start());
    const body = { words: ['first'] };
    const later: LogRecordProcessor = {
      onEmit: (record) => void record.setBody('of the next processor').setAttribute('late', true),
      forceFlush: async () => {},
      shutdown: async () => {},
    };
    loggerTo(logs, later).emit({ body, attributes: { body }, timestamp: time, observedTimestamp: time });
    body.words.push('second');
    await logs.forceFlush();
    const words = { key: 'words', value: { arrayValue: { values: [{ stringValue: 'first' }] } } };
    const value = { kvlistValue: { values: [words] } };
    expect(receiver.messages).toMatchObject([
      {
        resourceLogs: [
          { scopeLogs: [{ logRecords: [{ body: value, attributes: [{ key: 'body', value }] }] }] },
        ],
      },
    ]);
    expect(JSON.stringify(receiver.messages)).not.toContain('late');
  });

  it('loses a record that leads back to itself, and none beside it', async () => {
    const logs = start(await receiver.start());
    const logger = loggerTo(logs);
    const circle: Record<string, never> = {};
    Object.assign(circle, { circle });
    logger.emit({ body: 'before' });
    logger.emit({ body: circle });
    logger.emit({ body: 'at no time', timestamp: Number.NaN });
    logger.emit({ body: 'after' });
    await logs.forceFlush();
    expect(bodies()).toEqual(['before', 'after']);
    expect(logs.counts).toEqual({ exported: 2, spooled: 0, dropped: 2 });
    expect(troubles).toEqual([
      'logs dropped  1: its values go too deep or lead back to themselves',
      'logs dropped  1: its time is none',
    ]);
  });

  it('drops and counts the oldest when more wait than may', async () => {
    const logs = start(await receiver.start(), { flushMs: 2 ** 31 - 1, queueRecords: 3 });
    receiver.reply = 'taken';
    const logger = loggerTo(logs);
    // The first fills a request of its own and is under way while the others come.
    for (const body of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) logger.emit({ body });
    await logs.forceFlush();
    expect(bodies()).toEqual(['a', 'b', 'c', 'f', 'g', 'h']);
    expect(logs.counts).toEqual({ exported: 6, spooled: 0, dropped: 2 });
    expect(troubles).toEqual(Array(2).fill('logs dropped  1: its queue is full'));
  });

  it('holds 16 MiB while nobody is there, the newest, and what was tried last', async () => {
    const url = await receiver.start();
    await receiver.stop();
    const logs = start(url);
    const logger = loggerTo(logs);
    const mebibyte = 'x'.repeat(2 ** 20);
    for (let index = 0; index < 24; index++) {
      logger.emit({ body: `${index} ${mebibyte}` });
      await logs.forceFlush();
    }
    receiver = new OtlpReceiver('logs', 'http/protobuf');
    await receiver.start(Number(new URL(url).port));
    await logs.forceFlush();
    const arrived = bodies().map((body) => Number(String(body).split(' ')[0]));
    expect(arrived).toEqual([0, ...Array.from({ length: 15 }, (_, index) => index + 9)]);
    expect(logs.counts).toEqual({ exported: 16, spooled: 0, dropped: 8 });
  });

  it('drops what comes after the shutdown, and counts it', async () => {
    const logs = start(await receiver.start());
    const logger = loggerTo(logs);
    logger.emit({ body: 'in time' });
    await logs.shutdown();
    logger.emit({ body: 'too late' });
    expect(bodies()).toEqual(['in time']);
    expect(logs.counts).toEqual({ exported: 1, spooled: 0, dropped: 1 });
    expect(troubles).toEqual(['logs dropped  1: it came after the shutdown']);
  });

  it.each([
    [{ url: 'nowhere' }, 'the address for logs of the destination "here" is none'],
    [{ flushMs: -1 }, 'flushMs of the destination "here" is -1; it has to be a whole number from 0'],
    [{ queueRecords: 0 }, 'queueRecords of the destination "here" is 0'],
    [{ batchRecords: 1.5 }, 'batchRecords of the destination "here" is 1.5'],
    [{ timeoutMs: 2 ** 31 }, 'timeoutMs of the destination "here" is 2147483648'],
  ])('refuses %j', (options, message) => {
    const attempt = (): unknown =>
      startLogExport({ name: 'here', url: 'http://h.test', ...options }, { resource });
    expect(attempt).toThrow(InvalidOptionError);
    expect(attempt).toThrow(message);
  });
});
