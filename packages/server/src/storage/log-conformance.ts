import assert from 'node:assert/strict';
import type { LogSearch, TraceLogQuery } from './log-store.ts';
import type { Storage } from './storage.ts';
import {
  allBodies,
  nextMs,
  same,
  scope,
  type ConformanceCase,
  withStorage,
  write,
  writeLogs,
} from './conformance-case.ts';
import { hexId, sampleLog, sampleSpan } from './sample-records.ts';

const logs = withStorage(
  'keeps log records with their trace, and a repeated request once',
  async (storage) => {
    const request = new TextEncoder().encode('a request');
    const group = [{ resource: {}, scope, items: [sampleLog(1, 'early'), sampleLog(null, 'loose')] }];
    same(await storage.logs.write(group, request), []);
    assert.equal(await storage.logs.ofTrace(hexId(1, 32), { limit: 10 }), undefined);
    const [{ seq } = { seq: 0 }] = await write(storage, sampleSpan(1, 1));
    same(await writeLogs(storage, [1, 'late'], [2, 'other']), [
      { type: 'logs', seq: seq + 1, traceId: hexId(1, 32) },
    ]);
    same(await storage.logs.write(group, request), []);
    const bodies = (list: Awaited<ReturnType<Storage['logs']['ofTrace']>>) =>
      list?.items.map(({ body }) => body);
    same(bodies(await storage.logs.ofTrace(hexId(1, 32), { limit: 10 })), ['early', 'late']);
    same(bodies(await storage.logs.search({ limit: 2 })), ['other', 'late']);
    same(await storage.logs.counts(), { logRecordCount: 4 });
    while (await storage.logs.prune({ maxRecords: 0, receivedSinceMs: 0 }));
    same(bodies(await storage.logs.search({ limit: 10 })), ['late', 'early']);
    same(await storage.logs.counts(), { logRecordCount: 2 });
  },
);

const logContent = withStorage('tells of a log record everything that was received', async (storage) => {
  const resource = { 'service.name': 'shop', 'host.name': 'here' };
  const record = sampleLog(null, '', {
    traceId: hexId(5, 32),
    spanId: hexId(6, 16),
    timeUnixNano: 1_763_700_000_000_000_001n,
    observedTimeUnixNano: 1_763_700_000_000_000_002n,
    severityNumber: 17,
    severityText: 'ERROR',
    body: { text: 'no stock', list: [1, null] },
    eventName: 'stock.empty',
    attributes: { sku: 'a-1', tries: 2 },
    droppedAttributesCount: 3,
    flags: 1,
  });
  const items = [record, sampleLog(null, 'bare', { severityNumber: 0, severityText: '' })];
  await storage.logs.write([{ resource, scope, items }]);
  const [full, bare] = (await storage.logs.search({ limit: 10 })).items;
  const { id, ...rest } = full!;
  assert.ok(Number.isSafeInteger(id));
  same(rest, {
    ...record,
    timeUnixNano: String(record.timeUnixNano),
    observedTimeUnixNano: String(record.observedTimeUnixNano),
    serviceName: 'shop',
    resource,
    scope: { name: 'lib', version: '1' },
  });
  same(
    [
      bare?.traceId,
      bare?.spanId,
      bare?.severityNumber,
      bare?.severityText,
      bare?.eventName,
      bare?.attributes,
    ],
    [null, null, 0, null, null, {}],
  );
});

const logFilters = withStorage(
  'finds log records by trace, span and severity, page by page',
  async (storage) => {
    await write(storage, sampleSpan(1, 1));
    const items = Array.from({ length: 24 }, (_, index) =>
      sampleLog(index % 2 === 0 ? 1 : 2, `line ${index}`, {
        spanId: index % 3 === 0 ? null : hexId(index % 3, 16),
        severityNumber: index,
        timeUnixNano: BigInt(index + 1) * 1_000_000n,
      }),
    );
    await storage.logs.write([{ resource: {}, scope, items }]);
    const lines = (keep: (index: number) => boolean) =>
      items.flatMap(({ body }, index) => (keep(index) ? [body] : []));
    const traceId = hexId(1, 32);
    const ofTrace = (filter: Partial<TraceLogQuery>) =>
      allBodies((page) => storage.logs.ofTrace(traceId, { limit: 5, ...filter, ...page }));
    const search = (filter: Partial<LogSearch>) =>
      allBodies((page) => storage.logs.search({ limit: 5, ...filter, ...page }));
    same(
      await ofTrace({}),
      lines((index) => index % 2 === 0),
    );
    same(
      await ofTrace({ minSeverity: 9 }),
      lines((index) => index % 2 === 0 && index >= 9),
    );
    same(
      await ofTrace({ spanIds: [hexId(1, 16)] }),
      lines((index) => index % 6 === 4),
    );
    same(
      await ofTrace({ spanIds: [hexId(1, 16), hexId(2, 16)], minSeverity: 12 }),
      lines((index) => index % 2 === 0 && index % 3 !== 0 && index >= 12),
    );
    same(await search({}), lines(() => true).reverse());
    same(await search({ minSeverity: 20 }), lines((index) => index >= 20).reverse());
    same(
      await search({ traceId: hexId(2, 32), minSeverity: 4 }),
      lines((index) => index % 2 === 1 && index >= 4).reverse(),
    );
    for (const rejected of [
      storage.logs.search({ limit: 1, cursor: "1' OR 1=1" }),
      storage.logs.ofTrace(traceId, { limit: 1, cursor: "1' OR 1=1" }),
    ]) {
      await assert.rejects(rejected, { name: 'InvalidCursorError' });
    }
  },
);

const logAge = withStorage(
  'removes loose log records that arrived before a time, and beyond their number the first',
  async (storage) => {
    await write(storage, sampleSpan(1, 1));
    await writeLogs(storage, [1, 'of a trace'], [null, 'old'], [2, 'old too']);
    const receivedSinceMs = await nextMs();
    await writeLogs(storage, [null, 'young 1']);
    await writeLogs(storage, [null, 'young 2']);
    while (await storage.logs.prune({ maxRecords: 100, receivedSinceMs }));
    const left = async () =>
      (await allBodies((page) => storage.logs.search({ limit: 5, ...page }))).toSorted();
    same(await left(), ['of a trace', 'young 1', 'young 2']);
    while (await storage.logs.prune({ maxRecords: 1, receivedSinceMs: 0 }));
    same(await left(), ['of a trace', 'young 2']);
  },
);

/** How log records are stored, found, told and removed. */
export const logConformance: readonly ConformanceCase[] = [logs, logContent, logFilters, logAge];
