import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseQuery } from '@tta/obs-protocol/query';
import { sqliteStores } from '../../testing/sqlite-stores.ts';
import type { SpanRecord } from '../../otlp/trace-batch.ts';
import { openDatabaseFile } from '../database-file.ts';
import { batchOfGroups, batchOfSpans, hexId, sampleGroup, sampleLog, sampleSpan } from '../sample-records.ts';
import { SqliteConnection } from '../sqlite-connection.ts';
import { SqliteLogStore } from '../sqlite-log-store.ts';
import type { SqliteTraceStore } from '../sqlite-trace-store.ts';

const NOW_MS = 1_800_000_000_000;
const nanoseconds = (ms: number): bigint => BigInt(ms) * 1_000_000n;

let directory: string;
let connection: SqliteConnection;
let traces: SqliteTraceStore;
let logs: SqliteLogStore;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-narrowing-'));
  connection = new SqliteConnection(await openDatabaseFile(join(directory, 'traces.db')));
  ({ traces } = sqliteStores(
    connection,
    () => NOW_MS,
    () => 0,
  ));
  logs = new SqliteLogStore(connection, () => NOW_MS);
});

afterEach(() => {
  connection.close();
  rmSync(directory, { recursive: true });
});

const write = (...spans: readonly SpanRecord[]) => traces.write(batchOfSpans(...spans));

const log = (trace: number, body: string) =>
  logs.write([
    {
      resource: { 'service.name': 'shop' },
      scope: { name: 'lib', version: '1', attributes: {} },
      items: [sampleLog(trace, body)],
    },
  ]);

/** Numbers of the traces that are found. */
async function found(query: string): Promise<readonly number[]> {
  const { root, problems } = parseQuery(query);
  expect(problems).toEqual([]);
  const { items, nextCursor } = await traces.traces({ where: root!, limit: 500 });
  expect(nextCursor).toBeNull();
  return items.map(({ traceId }) => Number.parseInt(traceId, 16));
}

describe('what is looked for by its words', () => {
  it('is found beyond what the full text takes of a span', async () => {
    await write(
      sampleSpan(1, 1, { attributes: { long: `${'word '.repeat(20_000)}needle` } }),
      sampleSpan(2, 1),
    );
    await write(sampleSpan(3, 1, { name: 'needle', attributes: { long: 'word '.repeat(20_000) } }));
    expect(await found('needle')).toEqual([3, 1]);
    expect(await found('name:needle')).toEqual([3]);
  });

  it('is found where it was bytes or a large number', async () => {
    const [text, bytes] = ['9007199254740993', 'bmVlZGxl'];
    await write(sampleSpan(1, 1, { attributes: { id: text, bytes }, notTexts: new Set([text, bytes]) }));
    expect(await found(text)).toEqual([1]);
    expect(await found(`attr.bytes:${bytes}`)).toEqual([1]);
  });

  it('is found in log lines, also of before the trace, and together with words of the span', async () => {
    await log(2, 'a needle');
    await write(sampleSpan(1, 1, { name: 'haystack' }), sampleSpan(2, 1, { name: 'haystack' }));
    expect(await found('needle')).toEqual([2]);
    expect(await found('haystack needle')).toEqual([2]);
    await log(1, 'ein Nädelchen');
    expect(await found('nadel*')).toEqual([1]);
  });

  it('is found in log lines where nearly all traces have some', async () => {
    const spans = Array.from({ length: 1_200 }, (_, index) => sampleSpan(index + 1, 1));
    await write(...spans);
    for (const { traceId } of spans) {
      await log(Number.parseInt(traceId, 16), traceId === hexId(7, 32) ? 'a needle' : 'nothing');
    }
    await write(sampleSpan(2_000, 1, { name: 'needle' }));
    expect(await found('needle')).toEqual([2_000, 7]);
  });

  it.each([
    ['ậ', 'a'],
    ['A\u0323\u0302', 'ậ'],
    ['ΟΔΟΣ', 'οδος'],
    ['東京', '東京'],
    ['\u{1e900}', '\u{1e922}'],
    ['a\0needle', 'needle'],
  ])('is found in %j by %j', async (name, word) => {
    await write(sampleSpan(1, 1, { name }), sampleSpan(2, 1, { attributes: { name } }));
    expect(await found(`"${word}"`)).toEqual([2, 1]);
  });

  it('is found in spans from before the full text said what it leaves out', async () => {
    await write(sampleSpan(1, 1, { name: 'needle' }));
    connection.exec('DELETE FROM text_segment');
    expect(await found('needle')).toEqual([]);
    connection.exec(`UPDATE counter SET value = 1 WHERE name = 'searchable_from'`);
    expect(await found('needle')).toEqual([1]);
  });

  it('is found though many have it', async () => {
    const spans = Array.from({ length: 2_500 }, (_, index) => sampleSpan(1, index + 1, { name: 'hay' }));
    await write(...spans, sampleSpan(2, 1, { name: 'hay' }));
    expect(await found('hay')).toEqual([2, 1]);
    expect(await found('hay span:00000000000009*')).toEqual([1]);
  });

  it('is found in attributes of resources', async () => {
    const resource = { 'service.name': 'shop', region: 'needle', id: 5 };
    await traces.write(batchOfGroups([sampleGroup([sampleSpan(1, 1)], resource)]));
    await write(sampleSpan(2, 1, { attributes: { region: 'needle', id: 5 } }), sampleSpan(3, 1));
    expect(await found('attr.region:Needle')).toEqual([2, 1]);
    expect(await found('attr.id:5.0')).toEqual([2, 1]);
    expect(await found('attr.id:>=5 attr.id:<6')).toEqual([2, 1]);
    expect(await found('-attr.region:needle')).toEqual([3]);
  });

  it('is found for sessions and users whoever says them', async () => {
    await write(
      sampleSpan(1, 1, { attributes: { 'session.id': 'chat-1' } }),
      sampleSpan(2, 1, {
        attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.conversation.id': 'Chat-1' },
      }),
      sampleSpan(3, 1, { attributes: { 'gen_ai.operation.name': 'chat', 'enduser.id': 'chat-1' } }),
    );
    expect(await found('session:chat-1')).toEqual([2, 1]);
    expect(await found('user:chat-1')).toEqual([3]);
  });
});

describe('times', () => {
  it('of a span from before 2000 may lie outside those of its trace', async () => {
    const startTimeUnixNano = nanoseconds(NOW_MS);
    await write(
      sampleSpan(1, 1, { startTimeUnixNano, endTimeUnixNano: startTimeUnixNano + 1_000_000n }),
      sampleSpan(1, 2, { startTimeUnixNano: 0n, endTimeUnixNano: nanoseconds(60_000) }),
    );
    expect(await found('duration:>30s')).toEqual([1]);
    expect(await found('time:<=1970-01-02')).toEqual([1]);
    expect(await found('trace.duration:>30s')).toEqual([]);
    expect(await found('trace.time:<=1970-01-02')).toEqual([]);
  });

  it('of long traces count, though they began before', async () => {
    const begin = nanoseconds(NOW_MS - 3_600_000);
    await write(
      sampleSpan(1, 1, { startTimeUnixNano: begin, endTimeUnixNano: nanoseconds(NOW_MS) }),
      sampleSpan(1, 2, {
        startTimeUnixNano: nanoseconds(NOW_MS - 1_000),
        endTimeUnixNano: nanoseconds(NOW_MS),
      }),
      sampleSpan(2, 1, { startTimeUnixNano: begin, endTimeUnixNano: begin }),
    );
    expect(await found('since:1m')).toEqual([1]);
    expect(await found('duration:>=1h')).toEqual([1]);
  });
});
