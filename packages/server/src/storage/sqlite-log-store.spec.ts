import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isLogList, type LogList } from '@tta/obs-protocol';
import { openDatabaseFile } from './database-file.ts';
import { InvalidCursorError } from './list-cursor.ts';
import type { LogGroup, ReceivedLogRecord } from '../otlp/log-batch.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { SqliteLogStore } from './sqlite-log-store.ts';
import { sqliteStores } from '../testing/sqlite-stores.ts';
import type { SqliteTraceStore } from './sqlite-trace-store.ts';
import { batchOfSpans, hexId, sampleLog, sampleSpan } from './sample-records.ts';
import type { SpanRecord } from '../otlp/trace-batch.ts';

const MINUTE_MS = 60_000;

let directory: string;
let connection: SqliteConnection;
let traces: SqliteTraceStore;
let logs: SqliteLogStore;
let nowMs: number;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-logs-'));
  nowMs = 1_763_700_000_000;
  await open();
});

afterEach(async () => {
  connection.close();
  rmSync(directory, { recursive: true, force: true });
});

async function open(): Promise<void> {
  connection = new SqliteConnection(await openDatabaseFile(join(directory, 'traces.db')));
  ({ traces } = sqliteStores(connection, () => nowMs));
  logs = new SqliteLogStore(connection, () => nowMs);
}

const hex = hexId;
const scope = { name: 'lib', version: '1', attributes: {} };

const span = (trace: number, id = 1) => sampleSpan(trace, id);
const writeSpans = (...spans: SpanRecord[]) => traces.write(batchOfSpans(...spans));
const line = sampleLog;

function group(
  items: readonly ReceivedLogRecord[],
  resource: LogGroup['resource'] = { 'service.name': 'shop' },
): LogGroup {
  return { resource, scope, items };
}

const write = (...items: ReceivedLogRecord[]) => logs.write([group(items)]);
const bodies = (list: LogList | undefined) => list?.items.map(({ body }) => body);
const allBodies = async () => bodies(await logs.search({ limit: 500 }));

describe('SqliteLogStore', () => {
  it('answers a record with all that was received', async () => {
    await writeSpans(span(1));
    await logs.write([
      {
        resource: { 'service.name': 'shop', 'process.pid': 7 },
        scope: { name: 'orders', version: '2', attributes: { a: 1 } },
        items: [
          line(1, '', {
            timeUnixNano: 1_763_700_000_123_456_789n,
            observedTimeUnixNano: 1_763_700_001_000_000_001n,
            severityNumber: 18,
            severityText: 'err\0or',
            body: { text: 'a\0b', list: [1, null] },
            eventName: 'order.failed',
            attributes: { big: '9223372036854775807' },
            droppedAttributesCount: 4,
            flags: 257,
          }),
        ],
      },
    ]);
    const list = await logs.ofTrace(hex(1, 32), { limit: 10 });
    expect(isLogList(list)).toBe(true);
    expect(list).toEqual({
      items: [
        {
          id: 1,
          traceId: hex(1, 32),
          spanId: hex(1, 16),
          timeUnixNano: '1763700000123456789',
          observedTimeUnixNano: '1763700001000000001',
          severityNumber: 18,
          severityText: 'err\ufffdor',
          body: { text: 'a\0b', list: [1, null] },
          eventName: 'order.failed',
          attributes: { big: '9223372036854775807' },
          droppedAttributesCount: 4,
          flags: 257,
          serviceName: 'shop',
          resource: { 'service.name': 'shop', 'process.pid': 7 },
          scope: { name: 'orders', version: '2' },
        },
      ],
      nextCursor: null,
    });
    expect(await logs.search({ limit: 10 })).toEqual(list);
  });

  it('keeps a record without trace, text or time, at the time of its arrival', async () => {
    await write(
      line(null, '', {
        timeUnixNano: 0n,
        body: null,
        severityNumber: 0,
        severityText: '',
        spanId: null,
      }),
    );
    expect((await logs.search({ limit: 10 })).items[0]).toMatchObject({
      traceId: null,
      spanId: null,
      timeUnixNano: '1763700000000000000',
      observedTimeUnixNano: null,
      severityNumber: 0,
      severityText: null,
      body: null,
      eventName: null,
    });
  });

  it('puts a record without a time of its own where it was observed', async () => {
    await write(line(null, 'seen', { timeUnixNano: 0n, observedTimeUnixNano: 7n }));
    expect((await logs.search({ limit: 10 })).items[0]).toMatchObject({
      timeUnixNano: '7',
      observedTimeUnixNano: '7',
    });
  });

  it('knows no records of a trace that is not stored', async () => {
    await write(line(1, 'early'));
    expect(await logs.ofTrace(hex(1, 32), { limit: 10 })).toBeUndefined();
    expect(bodies(await logs.search({ limit: 10, traceId: hex(1, 32) }))).toEqual(['early']);
  });

  it('gives a trace the records that arrived before its first span', async () => {
    await write(line(1, 'early'), line(2, 'other'), line(null, 'none'));
    await writeSpans(span(1));
    await write(line(1, 'late', { timeUnixNano: 1n }));
    expect(bodies(await logs.ofTrace(hex(1, 32), { limit: 10 }))).toEqual(['late', 'early']);
    expect(bodies(await logs.search({ limit: 10, traceId: hex(1, 32) }))).toEqual(['early', 'late']);
  });

  it.each([1, 2, 3, 7])(
    'pages through a trace by %d in order of time, each record once, also where times are equal',
    async (limit) => {
      await writeSpans(span(1));
      const times = { f: 2n ** 63n - 1n, g: 2n ** 63n - 1n, b: 2n, a: 1n, c: 2n, d: 2n, e: 3n };
      await write(...Object.entries(times).map(([body, timeUnixNano]) => line(1, body, { timeUnixNano })));
      const seen: unknown[] = [];
      let cursor: string | null | undefined;
      while (cursor !== null) {
        const page = await logs.ofTrace(hex(1, 32), { limit, ...(cursor !== undefined && { cursor }) });
        seen.push(...page!.items.map(({ body }) => body));
        cursor = page!.nextCursor;
      }
      expect(seen).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
    },
  );

  it.each([1, 2, 3, 7])(
    'searches by pages of %d, each record once, also where times are equal',
    async (limit) => {
      const times = { f: 9n, b: 2n, a: 1n, c: 2n, d: 2n, e: 3n };
      await write(...Object.entries(times).map(([body, timeUnixNano]) => line(null, body, { timeUnixNano })));
      const seen: unknown[] = [];
      let cursor: string | null | undefined;
      while (cursor !== null) {
        const page = await logs.search({ limit, ...(cursor !== undefined && { cursor }) });
        seen.push(...page.items.map(({ body }) => body));
        cursor = page.nextCursor;
      }
      expect(seen).toEqual(['f', 'e', 'd', 'c', 'b', 'a']);
    },
  );

  it('searches newest first, from a severity on, page by page', async () => {
    await writeSpans(span(1));
    await write(
      ...[1, 5, 9, 13, 17, 21].map((severityNumber, index) =>
        line(index % 2 === 0 ? 1 : null, `s${severityNumber}`, {
          severityNumber,
          timeUnixNano: BigInt(index),
        }),
      ),
    );
    expect(bodies(await logs.search({ limit: 10, minSeverity: 9 }))).toEqual(['s21', 's17', 's13', 's9']);
    expect(bodies(await logs.search({ limit: 10, minSeverity: 9, traceId: hex(1, 32) }))).toEqual([
      's17',
      's9',
    ]);
    const first = await logs.search({ limit: 3, minSeverity: 9 });
    const rest = await logs.search({ limit: 3, minSeverity: 9, cursor: first.nextCursor! });
    expect([bodies(first), bodies(rest), rest.nextCursor]).toEqual([['s21', 's17', 's13'], ['s9'], null]);
  });

  it.each([
    ['records', 'x'.repeat(1_000_000), {}],
    ['resources', 'x', { 'process.environment': 'x'.repeat(1_000_000) }],
  ])('ends a page early where %s are large, and leaves none out', async (_, body, resource) => {
    await writeSpans(span(1));
    const lines = Array.from({ length: 10 }, (_item, n) => line(1, body, { timeUnixNano: BigInt(n + 1) }));
    await logs.write([group(lines, resource)]);
    const ask = [
      (cursor: object) => logs.ofTrace(hex(1, 32), { limit: 500, ...cursor }),
      (cursor: object) => logs.search({ limit: 500, ...cursor }),
    ];
    for (const pageAt of ask) {
      const times: string[] = [];
      let cursor: string | null | undefined;
      while (cursor !== null) {
        const page = await pageAt(cursor === undefined ? {} : { cursor });
        expect(JSON.stringify(page).length).toBeLessThan(4_100_000);
        times.push(...page!.items.map(({ timeUnixNano }) => timeUnixNano));
        cursor = page!.nextCursor;
      }
      expect(times.map(Number).sort((a, b) => a - b)).toEqual(lines.map((_item, n) => n + 1));
    }
  });

  it('answers a record that is larger than a page alone', async () => {
    await write(line(null, 'x'.repeat(5_000_000), { timeUnixNano: 2n }), line(null, 'after'));
    const first = await logs.search({ limit: 500 });
    const second = await logs.search({ limit: 500, cursor: first.nextCursor! });
    expect([first.items.length, second.items.length, second.nextCursor]).toEqual([1, 1, null]);
  });

  it('refuses a cursor that is none', async () => {
    await writeSpans(span(1));
    await expect(logs.search({ limit: 1, cursor: 'x' })).rejects.toThrow(InvalidCursorError);
    for (const cursor of ['1-', '9223372036854775808-1', '92233720368547758070-1']) {
      await expect(logs.ofTrace(hex(1, 32), { limit: 1, cursor })).rejects.toThrow(InvalidCursorError);
    }
  });

  it('tells which stored traces got records, with a seq that goes on after a restart', async () => {
    await writeSpans(span(1), span(2));
    expect(await write(line(1, 'a'), line(2, 'b'), line(1, 'c'), line(3, 'd'), line(null, 'e'))).toEqual([
      { type: 'logs', seq: 3, traceId: hex(1, 32) },
      { type: 'logs', seq: 4, traceId: hex(2, 32) },
    ]);
    connection.close();
    await open();
    expect(await write(line(2, 'f'))).toEqual([{ type: 'logs', seq: 5, traceId: hex(2, 32) }]);
    expect((await traces.changesAfter(1, 10)).map(({ type, seq }) => `${type} ${seq}`)).toEqual([
      'trace 2',
      'logs 3',
      'logs 5',
    ]);
    expect((await traces.changesAfter(0, 2)).map(({ seq }) => seq)).toEqual([1, 2]);
    expect(await traces.newestSeq()).toBe(5);
    await writeSpans(span(9));
    expect((await traces.changesAfter(2, 10)).map(({ type, seq }) => `${type} ${seq}`)).toEqual([
      'logs 3',
      'logs 5',
      'trace 6',
    ]);
  });

  it('gives the seq of a change that could not be stored to the next one', async () => {
    await writeSpans(span(1));
    connection
      .sql(`CREATE TRIGGER full BEFORE UPDATE OF logs_seq ON trace BEGIN SELECT RAISE(ABORT, 'full'); END`)
      .run();
    await expect(write(line(1, 'a'))).rejects.toThrow('full');
    connection.sql('DROP TRIGGER full').run();
    expect(await write(line(1, 'b'))).toEqual([{ type: 'logs', seq: 2, traceId: hex(1, 32) }]);
  });

  it('keeps nothing of a request that fails half-way', async () => {
    await writeSpans(span(1));
    const broken = line(1, 'broken', { timeUnixNano: 2n ** 70n });
    await expect(logs.write([group([line(1, 'good'), broken], { new: 1 })])).rejects.toThrow();
    expect(await allBodies()).toEqual([]);
    expect(await logs.write([group([line(1, 'good')], { new: 1 })])).toEqual([
      { type: 'logs', seq: 2, traceId: hex(1, 32) },
    ]);
  });
});

describe('a request that is sent twice', () => {
  const send = (request: string, ...items: ReceivedLogRecord[]) =>
    logs.write([group(items)], Buffer.from(request));

  it('is stored once within 10 minutes, also over a restart, and announced once', async () => {
    await writeSpans(span(1));
    const lines = [line(1, 'a'), line(null, 'b', { timeUnixNano: 0n })];
    expect(await send('request', ...lines)).toHaveLength(1);
    connection.close();
    await open();
    nowMs += 10 * MINUTE_MS - 1;
    expect(await send('request', ...lines)).toEqual([]);
    expect(await allBodies()).toEqual(['b', 'a']);
  });

  it('is taken for another one after 10 minutes, and forgotten', async () => {
    await send('other', line(null, 'b'));
    await send('request', line(null, 'a'));
    nowMs += 10 * MINUTE_MS;
    await send('request', line(null, 'a'));
    expect(await allBodies()).toEqual(['a', 'a', 'b']);
    expect(connection.sql('SELECT count(*) AS n FROM log_request').get()).toMatchObject({ n: 1 });
  });

  it('is not seen in equal lines, whether they come in one request or in several', async () => {
    await send('one', line(null, 'again'), line(null, 'again'));
    await send('two', line(null, 'again'));
    await write(line(null, 'again'));
    await write(line(null, 'again'));
    expect(await allBodies()).toHaveLength(5);
  });

  it('is not seen in requests of which no record has a time', async () => {
    const tick = line(null, 'tick', { timeUnixNano: 0n });
    await send('tick', tick);
    await send('tick', tick);
    const observed = { ...tick, observedTimeUnixNano: 1n };
    await send('observed', observed);
    await send('observed', observed);
    expect(await allBodies()).toEqual(['tick', 'tick', 'tick']);
  });

  it('is stored when it failed the first time', async () => {
    await expect(send('request', line(1, 'a', { timeUnixNano: 2n ** 70n }))).rejects.toThrow();
    await send('request', line(1, 'a'));
    expect(await allBodies()).toEqual(['a']);
  });
});

describe('retention', () => {
  const keepAll = { maxRecords: 1000, receivedSinceMs: 0 };
  const pruneAll = async (limits: typeof keepAll) => {
    let steps = 1;
    while (await logs.prune(limits)) steps++;
    return steps;
  };
  const pruneTraces = async (limits: { maxTraces: number; changedSinceMs: number }) => {
    let steps = 1;
    while (await traces.prune({ ...limits, maxBytes: Infinity })) steps++;
    return steps;
  };

  it('takes the records of a removed trace with it, in small steps, and leaves all others', async () => {
    await writeSpans(span(1));
    await write(...Array.from({ length: 9000 }, (_, index) => line(1, `${index}`)));
    await writeSpans(span(2));
    await write(line(2, 'kept'), line(3, 'loose'), line(null, 'none'));
    expect(await pruneTraces({ maxTraces: 1, changedSinceMs: 0 })).toBeGreaterThanOrEqual(3);
    expect(await allBodies()).toEqual(['none', 'loose', 'kept']);
    expect(await logs.ofTrace(hex(1, 32), { limit: 1 })).toBeUndefined();
  });

  it('takes a trace that is still logging for one that changes', async () => {
    await writeSpans(span(1), span(2));
    nowMs += MINUTE_MS;
    await write(line(1, 'still at it'));
    await pruneTraces({ maxTraces: 1000, changedSinceMs: nowMs });
    expect(await traces.trace(hex(2, 32))).toBeUndefined();
    await writeSpans(span(3), span(4));
    await write(line(1, 'and still'));
    await pruneTraces({ maxTraces: 2, changedSinceMs: 0 });
    expect(await traces.trace(hex(3, 32))).toBeUndefined();
    expect(await traces.trace(hex(4, 32))).toBeDefined();
    expect(bodies(await logs.ofTrace(hex(1, 32), { limit: 10 }))).toEqual(['still at it', 'and still']);
  });

  it('shows records of a removed trace no more while they are being removed, nor when it opens anew', async () => {
    await writeSpans(span(1));
    await write(...Array.from({ length: 6000 }, () => line(1, 'old')));
    expect(
      await traces.prune({ maxTraces: 1000, changedSinceMs: nowMs + 1, maxBytes: Infinity }),
    ).toMatchObject({ traceCount: 1 });
    expect(connection.sql('SELECT count(*) > 0 AS n FROM log_record').get()).toMatchObject({ n: 1 });
    expect(await allBodies()).toEqual([]);
    await writeSpans(span(1, 2));
    await write(line(1, 'new'));
    expect(bodies(await logs.ofTrace(hex(1, 32), { limit: 10 }))).toEqual(['new']);
    expect(bodies(await logs.search({ limit: 10, traceId: hex(1, 32) }))).toEqual(['new']);
  });

  it('keeps of the records without a stored trace those that arrived last', async () => {
    await writeSpans(span(1));
    await write(line(1, 'in a trace', { timeUnixNano: 1n }));
    for (let batch = 0; batch < 3; batch++) {
      nowMs += 1;
      await write(
        ...Array.from({ length: 1000 }, (_, index) =>
          // Times that say the opposite of the arrival: a wrong clock must not keep a record.
          line(null, `${batch}-${index}`, { timeUnixNano: BigInt(10_000 - batch * 1000 - index) }),
        ),
      );
    }
    connection.close();
    await open();
    expect(await pruneAll({ ...keepAll, maxRecords: 2 })).toBeGreaterThanOrEqual(3);
    expect(await allBodies()).toEqual(['2-998', '2-999', 'in a trace']);
  });

  it('removes at once twice as many records without a stored trace as came in, but never more than 20,000', async () => {
    const writeLoose = (count: number) => write(...Array.from({ length: count }, () => line(null, 'x')));
    const left = () => connection.sql('SELECT count(*) AS n FROM log_record').get()?.['n'];
    await writeLoose(6_000);
    connection.close();
    await open();
    await writeLoose(1_500);
    await logs.prune({ ...keepAll, maxRecords: 0 });
    expect(left()).toBe(4_500);
    await logs.prune({ ...keepAll, maxRecords: 0 });
    expect(left()).toBe(3_500);
    await writeLoose(21_000);
    await logs.prune({ ...keepAll, receivedSinceMs: nowMs + 1 });
    expect(left()).toBe(4_500);
    await writeLoose(2_000);
    await logs.prune({ maxRecords: 10_000, receivedSinceMs: 0, maxBytes: 1 });
    await logs.prune({ maxRecords: 10_000, receivedSinceMs: 0, maxBytes: 1 });
    expect(left()).toBe(1_500);
  });

  it('keeps of the records without a stored trace those that take no more than they may, in bytes', async () => {
    const text = 'x'.repeat(10_000);
    const limits = { ...keepAll, maxBytes: 100_000 };
    const left = async () => (await allBodies())?.filter((body) => body !== 'in a trace').length;
    const writeLoose = (count: number, trace: number | null) =>
      write(...Array.from({ length: count }, () => line(trace, text)));
    await writeSpans(span(1));
    await write(line(1, 'in a trace', { attributes: { text: 'x'.repeat(200_000) } }));
    await writeLoose(9, null);
    expect([await pruneAll(limits), await left()]).toEqual([1, 9]);
    await writeLoose(6, 2);
    // With the trace they stay: of the others there are few enough.
    await writeSpans(span(2));
    expect([await pruneAll(limits), await left()]).toEqual([1, 15]);
    nowMs += 1;
    await writeLoose(5, null);
    expect([await pruneAll(limits), await left()]).toEqual([2, 14]);
    await expect(write(line(null, 'a', { timeUnixNano: 2n ** 70n }))).rejects.toThrow();
    expect([await pruneAll(limits), await left()]).toEqual([1, 14]);
  });

  it('removes records without a stored trace by the time of their arrival', async () => {
    await writeSpans(span(1));
    await write(line(1, 'in a trace'), line(2, 'loose'), line(null, 'none'));
    nowMs += MINUTE_MS;
    await write(line(null, 'new'));
    expect(await pruneAll({ ...keepAll, receivedSinceMs: nowMs })).toBe(1);
    expect(await allBodies()).toEqual(['new', 'in a trace']);
  });

  it('never gives the id of a removed record to another one', async () => {
    await write(line(null, 'old'));
    await pruneAll({ maxRecords: 0, receivedSinceMs: 0 });
    await write(line(null, 'new'));
    expect((await logs.search({ limit: 1 })).items).toMatchObject([{ id: 2, body: 'new' }]);
  });

  it('removes nothing within the limits', async () => {
    await write(line(null, 'a'));
    expect(await logs.prune(keepAll)).toBe(false);
    expect(await allBodies()).toEqual(['a']);
  });
});
