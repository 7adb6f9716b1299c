import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isSpanDetail, isTraceDocument, isTraceList, type TraceSummary } from '@tta/obs-protocol';
import fc from 'fast-check';
import { openDatabaseFile } from './database-file.ts';
import { InvalidCursorError } from './list-cursor.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { sqliteStores } from '../testing/sqlite-stores.ts';
import type { SqliteTraceStore } from './sqlite-trace-store.ts';
import { batchOfGroups, batchOfSpans, hexId, sampleGroup, sampleSpan } from './sample-records.ts';
import type { SpanGroup, SpanRecord } from '../otlp/trace-batch.ts';

let directory: string;
let path: string;
let connection: SqliteConnection;
let store: SqliteTraceStore;
let nowMs = 1_000_000;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-store-'));
  path = join(directory, 'data', 'traces.db');
  nowMs = 1_000_000;
  store = await open();
});

afterEach(async () => {
  connection.close();
  rmSync(directory, { recursive: true, force: true });
});

async function open(): Promise<SqliteTraceStore> {
  connection = new SqliteConnection(await openDatabaseFile(path));
  return sqliteStores(connection, () => nowMs).traces;
}

const hex = hexId;
const span = sampleSpan;
const group = sampleGroup;

async function write(groups: readonly SpanGroup[]): Promise<readonly TraceSummary[]> {
  const changes = await store.write(batchOfGroups(groups));
  return changes.flatMap((change) => (change.type === 'trace' ? [change.trace] : []));
}

describe('SqliteTraceStore', () => {
  it('counts a span once however often it arrives, and leaves the trace alone then', async () => {
    await write([group([span(1, 1), span(1, 2), span(1, 2)])]);
    expect(await write([group([span(1, 2, { name: 'other' })])])).toEqual([]);
    expect(await store.newestSeq()).toBe(1);
    expect((await store.trace(hex(1, 32)))?.spans.name).toEqual(['span 1', 'span 2']);
    expect(await store.counts()).toEqual({ traceCount: 1, spanCount: 2 });
  });

  it('does not remember traces of long names, which would take its memory', async () => {
    const pinned = async (trace: number) => {
      connection.exec('UPDATE trace SET is_pinned = 1');
      return (await write([group([span(trace, 2)])])).map(({ isPinned }) => isPinned);
    };
    await write([group([span(1, 1)]), group([span(2, 1, { name: 'n'.repeat(2_000) })])]);
    expect([await pinned(1), await pinned(2)]).toEqual([[false], [true]]);
    // Opened for a repetition alone.
    connection.exec('UPDATE trace SET is_pinned = 0');
    await write([group([span(2, 1)])]);
    expect(await pinned(2)).toEqual([]);
    await write([group([span(1, 1)])]);
    expect((await write([group([span(2, 3), span(2, 4)])]))[0]).toMatchObject({
      isPinned: true,
      spanCount: 4,
    });
  });

  it('counts the bytes of long names, messages, labels and states', async () => {
    const long = 'n'.repeat(1_000_000);
    const spans = [
      span(1, 1, { name: long }),
      span(2, 1, { statusCode: 2, statusMessage: long }),
      span(3, 1, { traceState: long }),
      span(4, 1, { attributes: { 'primitive.name': long } }),
    ];
    for (const [index, one] of spans.entries()) {
      await write([group([one])]);
      const { bytes } = await store.previewPrune({ maxTraces: 0, changedSinceMs: 0, maxBytes: Infinity });
      expect(bytes).toBeGreaterThan(1_000_000 * (index + 1));
    }
  });

  it('arrives at the same summary whatever the order and the batches are', async () => {
    const failed = { attributes: { 'execution.status': 'timeout' } };
    const spans = [
      span(1, 1, { attributes: { 'workflow.name': 'nightly' } }),
      span(1, 2, failed),
      span(1, 3, { startTimeUnixNano: 5n }),
      span(1, 4, { statusCode: 2 }),
    ];
    await write([group(spans)]);
    const { seq: _, traceId: __, ...expected } = (await store.trace(hex(1, 32)))!.summary;
    expect(expected).toMatchObject({
      name: 'nightly',
      status: 'success',
      errorCount: 2,
      spanCount: 4,
      hasRoot: true,
    });
    let trace = 1;
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(spans, { minLength: 4 }), fc.nat(3), async (order, cut) => {
        const traceId = hex(++trace, 32);
        const renamed = order.map((item) => ({ ...item, traceId }));
        await write([group(renamed.slice(0, cut))]);
        await write([group(renamed.slice(cut)), group(renamed.slice(0, 2))]);
        expect((await store.trace(traceId))!.summary).toMatchObject(expected);
      }),
      { numRuns: 30 },
    );
  });

  it('shows a suspended trace as what became of its last part, whatever the order in which they come', async () => {
    const status = (said: string) => ({ attributes: { 'execution.status': said } });
    const resumption = { name: 'primitive.resumable.resume' };
    const spans = [
      span(1, 1, { ...status('suspended') }),
      span(1, 2, status('suspended')),
      span(1, 3, { ...resumption, ...status('suspended') }),
      span(1, 4, { ...resumption, ...status('success') }),
      span(1, 5, status('error')),
    ];
    let trace = 0;
    const written = async (order: readonly SpanRecord[], cut: number) => {
      const traceId = hex(++trace, 32);
      const renamed = order.map((item) => ({ ...item, traceId }));
      await write([group(renamed.slice(0, cut))]);
      await write([group(renamed.slice(cut))]);
      return (await store.trace(traceId))!.summary;
    };
    expect(await written(spans.slice(0, 2), 1)).toMatchObject({ status: 'suspended', errorCount: 0 });
    expect(await written(spans.slice(0, 3), 1)).toMatchObject({ status: 'suspended' });
    // The root of another program is what it says.
    expect(await written([span(1, 1), ...spans.slice(1)], 2)).toMatchObject({ status: 'success' });
    expect(await written([span(1, 1, status('error')), ...spans.slice(1)], 4)).toMatchObject({
      status: 'error',
    });
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(spans, { minLength: 5 }), fc.nat(5), async (order, cut) => {
        expect(await written(order, cut)).toMatchObject({ status: 'success', errorCount: 1, hasRoot: true });
      }),
      { numRuns: 50 },
    );
  });

  it('lets no span from before 2000 say when the rest of its trace was, in whatever order they come', async () => {
    const MS = 1_000_000n;
    const nowNs = 1_763_700_000_000n * MS;
    const root = sampleSpan(1, 1, { startTimeUnixNano: nowNs, endTimeUnixNano: nowNs + 900n * MS });
    // Milliseconds where nanoseconds belong.
    const odd = [2, 3].map((id) =>
      sampleSpan(1, id, { startTimeUnixNano: nowNs / MS, endTimeUnixNano: nowNs / MS + BigInt(id) }),
    );
    for (const [trace, order] of [
      [...odd, root],
      [root, ...odd],
      [odd[0]!, root, odd[1]!],
    ].entries()) {
      const traceId = hexId(trace + 1, 32);
      for (const span of order) await store.write(batchOfSpans({ ...span, traceId }));
      const { summary } = (await store.trace(traceId))!;
      expect([summary.startTimeMs, summary.durationMs, summary.spanCount]).toEqual([
        1_763_700_000_000, 900, 3,
      ]);
    }
    for (const span of odd) await store.write(batchOfSpans({ ...span, traceId: hexId(9, 32) }));
    expect((await store.trace(hexId(9, 32)))!.summary.durationMs).toBe(3 / 1e6);
  });

  it('shows a trace without its root as failed when a span failed, and names it after the earliest', async () => {
    const [partial] = await write([
      group([span(1, 3), span(1, 2, { statusCode: 2, statusMessage: 'boom' })]),
    ]);
    expect(partial).toMatchObject({ name: 'span 2', status: 'error', hasRoot: false, errorCount: 1 });
    const [whole] = await write([group([span(1, 1, { attributes: { 'primitive.name': 'checkout' } })])]);
    expect(whole).toMatchObject({
      name: 'checkout',
      status: 'success',
      hasRoot: true,
      errorCount: 1,
      seq: 2,
    });
  });

  it('gives out seq from where it stood before a restart', async () => {
    await write([group([span(1, 1), span(2, 1)])]);
    connection.close();
    store = await open();
    const [changed] = await write([group([span(1, 2)])]);
    expect(changed!.seq).toBe(3);
    expect((await store.changesAfter(1, 10)).map(({ seq }) => seq)).toEqual([2, 3]);
  });

  it('answers the whole trace and each span with all that was received', async () => {
    await write([
      group([span(1, 1, { attributes: { 'primitive.type': 'retry', 'primitive.name': 'ask' } })]),
      group(
        [
          span(1, 2, {
            statusCode: 2,
            attributes: { big: '9223372036854775807', nested: { list: [1, null, 'a'] }, nul: 'a\0b' },
            name: 'with\0nul',
            events: [
              {
                name: 'exception',
                timeUnixNano: 1_003_000_000n,
                attributes: { 'exception.message': 'it broke' },
              },
            ],
            links: [{ traceId: hex(9, 32), spanId: hex(9, 16), attributes: { why: 'previous' } }],
          }),
        ],
        {},
      ),
    ]);
    const trace = await store.trace(hex(1, 32));
    expect(isTraceDocument(trace)).toBe(true);
    expect(trace).toMatchObject({
      services: ['shop', 'unknown_service'],
      spans: {
        name: ['span 1', 'with\ufffdnul'],
        parentIndex: [-1, 0],
        primitiveType: ['retry', null],
        label: ['ask', null],
        statusMessage: [null, 'it broke'],
        startMs: [0, 1],
        durationMs: [10, 10],
        service: [0, 1],
      },
    });
    const detail = await store.span(hex(1, 32), hex(2, 16));
    expect(isSpanDetail(detail)).toBe(true);
    expect(detail).toMatchObject({
      startTimeUnixNano: '1002000000',
      attributes: { big: '9223372036854775807', nested: { list: [1, null, 'a'] }, nul: 'a\0b' },
      events: [{ name: 'exception', timeMs: 2, attributes: { 'exception.message': 'it broke' } }],
      links: [{ traceId: hex(9, 32), spanId: hex(9, 16), attributes: { why: 'previous' } }],
      scope: { name: 'lib', version: '1' },
    });
    expect(await store.trace(hex(7, 32))).toBeUndefined();
    expect(await store.span(hex(1, 32), hex(7, 16))).toBeUndefined();
  });

  it('cuts a cycle of parents', async () => {
    await write([
      group([span(1, 2, { parentSpanId: hex(3, 16) }), span(1, 3, { parentSpanId: hex(2, 16) })]),
    ]);
    const trace = await store.trace(hex(1, 32));
    expect(isTraceDocument(trace)).toBe(true);
    expect(trace!.spans.parentIndex.filter((parent) => parent === -1)).toHaveLength(1);
  });

  it('pages through 1000 traces, newest first, each once', async () => {
    for (let batch = 0; batch < 10; batch++) {
      await write([group(Array.from({ length: 100 }, (_, index) => span(batch * 100 + index + 1, 1)))]);
    }
    const seen: string[] = [];
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const page = await store.traces(cursor === undefined ? { limit: 150 } : { limit: 150, cursor });
      expect(isTraceList(page)).toBe(true);
      seen.push(...page.items.map((trace) => trace.traceId));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(Array.from({ length: 1000 }, (_, index) => hex(1000 - index, 32)));
  });

  it.each(['', 'x', '1-', '1-2-3', "1' OR 1=1", '99999999999999999999-1'])(
    'refuses the cursor %p',
    async (cursor) => {
      await expect(store.traces({ limit: 1, cursor })).rejects.toThrow(InvalidCursorError);
    },
  );

  it('keeps nothing of a batch that fails half-way', async () => {
    const write = () => store.write(batchOfGroups([group([span(1, 1), span(2, 1)], { a: 1 })]));
    connection.exec(
      `CREATE TRIGGER broken BEFORE INSERT ON trace WHEN NEW.trace_id = '${hex(2, 32)}'
       BEGIN SELECT RAISE(ABORT, 'broken'); END`,
    );
    await expect(write()).rejects.toThrow('broken');
    expect(await store.counts()).toEqual({ traceCount: 0, spanCount: 0 });
    expect(await store.findSpans('span', 10)).toEqual([]);
    connection.exec('DROP TRIGGER broken');
    expect((await write()).map(({ seq }) => seq)).toEqual([1, 2]);
    expect(await store.findSpans('span', 10)).toHaveLength(2);
  });

  describe('prune', () => {
    const forever = { maxTraces: 1000, changedSinceMs: 0, maxBytes: Infinity };
    const pruneAll = async (limits: typeof forever) => {
      let steps = 1;
      while (await store.prune(limits)) steps++;
      return steps;
    };

    it('removes nothing within the limits', async () => {
      await write([group([span(1, 1)])]);
      expect(await store.prune(forever)).toBe(false);
      expect((await store.counts()).traceCount).toBe(1);
    });

    it('keeps the traces that changed last', async () => {
      for (let trace = 1; trace <= 30; trace++) await write([group([span(trace, 1)])]);
      await write([group([span(1, 2)])]);
      await pruneAll({ ...forever, maxTraces: 2 });
      expect((await store.traces({ limit: 10 })).items.map((trace) => trace.traceId)).toEqual([
        hex(30, 32),
        hex(1, 32),
      ]);
    });

    it('removes what has not changed since a time, in small steps', async () => {
      await write([group(Array.from({ length: 30_000 }, (_, index) => span(1, index + 1)))]);
      nowMs += 5000;
      await write([group([span(2, 1)])]);
      expect(await pruneAll({ ...forever, changedSinceMs: nowMs })).toBeGreaterThanOrEqual(2);
      expect(await store.counts()).toEqual({ traceCount: 1, spanCount: 1 });
    });

    it('removes what is old behind a trace that came while the clock was ahead', async () => {
      nowMs += 1e9;
      await write([group([span(1, 1)])]);
      nowMs -= 1e9;
      await write([group([span(2, 1)])]);
      nowMs += 5000;
      await write([group([span(3, 1)])]);
      await pruneAll({ ...forever, changedSinceMs: nowMs });
      expect((await store.traces({ limit: 10 })).items.map((trace) => trace.traceId)).toEqual([
        hex(3, 32),
        hex(1, 32),
      ]);
    });

    it('keeps as many traces as it may beside those that are pinned', async () => {
      for (let trace = 1; trace <= 6; trace++) await write([group([span(trace, 1)])]);
      for (const trace of [1, 2, 3]) await store.pin(hex(trace, 32), true);
      await pruneAll({ ...forever, maxTraces: 2 });
      expect((await store.traces({ limit: 10 })).items.map((trace) => trace.traceId)).toEqual(
        [6, 5, 3, 2, 1].map((trace) => hex(trace, 32)),
      );
    });

    it('does not keep the full text of all that was removed for the sake of some traces that are pinned', async () => {
      const limits = { ...forever, maxTraces: 1, maxBytes: 1_000_000 };
      for (let round = 1; round <= 20; round++) {
        const pinned = span(round, 1, { name: 'whale' });
        const others = Array.from({ length: 30 }, (_, index) => span(100 + round, index + 1));
        const long = span(100 + round, 99, { attributes: { text: 'gone '.repeat(13_000) } });
        await write([group([pinned, ...others, long])]);
        await store.pin(hex(round, 32), true);
        await pruneAll(limits);
      }
      await pruneAll(limits);
      const segments = Number(connection.sql('SELECT count(*) AS n FROM text_segment').get()?.['n']);
      expect(segments).toBeLessThan(8);
      const found = await store.findSpans('whale', 50);
      expect(found.map(({ traceId }) => traceId)).toEqual(
        Array.from({ length: 20 }, (_, index) => hex(20 - index, 32)),
      );
    });

    it('opens a pruned trace anew when a late span arrives', async () => {
      await write([group([span(1, 1), span(1, 2)])]);
      await store.prune({ ...forever, changedSinceMs: nowMs + 1 });
      const [late] = await write([group([span(1, 2)])]);
      expect(late).toMatchObject({ spanCount: 1, hasRoot: false });
    });
  });
});
