import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openDatabaseFile, type DatabaseFile } from './database-file.ts';
import { batchOfSpans, hexId, sampleLog, sampleSpan } from './sample-records.ts';
import { SqliteStorage } from './sqlite-storage.ts';

let directory: string;
let file: DatabaseFile;
let storage: SqliteStorage;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-storage-'));
  file = await openDatabaseFile(join(directory, 'traces.db'));
  storage = new SqliteStorage(file);
});

afterEach(async () => {
  await storage.close();
  rmSync(directory, { recursive: true, force: true });
});

const scope = { name: '', version: '', attributes: {} };
const count = (table: string) =>
  Number(file.database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']);

describe('SqliteStorage', () => {
  it('commits spans, log records and data points together, or nothing', async () => {
    const jobs = [
      { kind: 'logs', groups: [{ resource: {}, scope, items: [sampleLog(1, 'early')] }] },
      { kind: 'spans', batch: batchOfSpans(sampleSpan(1, 1)) },
      { kind: 'spans', batch: batchOfSpans(sampleSpan(2, 1), sampleSpan(1, 2)) },
      { kind: 'logs', groups: [{ resource: {}, scope, items: [sampleLog(1, 'late')] }] },
    ] as const;
    file.database.exec(
      `CREATE TRIGGER broken BEFORE INSERT ON log_record WHEN NEW.body = '"late"'
       BEGIN SELECT RAISE(ABORT, 'broken'); END`,
    );
    expect(() => storage.commit(jobs)).toThrow('broken');
    expect(['span', 'trace', 'log_record', 'resource'].map(count)).toEqual([0, 0, 0, 0]);
    file.database.exec('DROP TRIGGER broken');
    expect(storage.commit(jobs).map(({ type, seq }) => `${type} ${seq}`)).toEqual([
      'trace 1',
      'trace 2',
      'logs 3',
      'logs 4',
    ]);
    expect(['span', 'trace', 'log_record'].map(count)).toEqual([3, 2, 2]);
  });

  it('gives back the space of what is removed, in small steps, without a restart', async () => {
    for (let trace = 1; trace <= 1500; trace++) {
      const text = 'x'.repeat(10_000);
      await storage.traces.write(batchOfSpans(sampleSpan(trace, 1, { attributes: { text } })));
    }
    expect(await storage.vacuum()).toBe(false);
    const before = await storage.usage();
    while (await storage.traces.prune({ maxTraces: 5, changedSinceMs: 0, maxBytes: Infinity }));
    let steps = 1;
    while (await storage.vacuum()) steps++;
    expect(steps).toBeGreaterThan(1);
    const after = await storage.usage();
    expect(after.usedBytes).toBeLessThan(before.usedBytes / 10);
    expect(after.fileBytes).toBeLessThan(after.usedBytes * 1.5);
    expect(Number(file.database.prepare('PRAGMA busy_timeout').get()?.['timeout'])).toBe(2_000);
  });

  it('removes small traces in portions at least as large as what comes in meanwhile', async () => {
    let trace = 0;
    const writeMany = (count: number) =>
      storage.traces.write(batchOfSpans(...Array.from({ length: count }, () => sampleSpan(++trace, 1))));
    await writeMany(28_000);
    const limits = { maxTraces: 100, changedSinceMs: 0, maxBytes: Infinity };
    expect(await storage.traces.prune(limits)).toMatchObject({ traceCount: 20_000, spanCount: 20_000 });
    expect(['trace', 'span', 'forgotten_trace'].map(count)).toEqual([8_000, 8_000, 20_000]);
    expect(await storage.traces.prune(limits)).toMatchObject({ traceCount: 4_000 });
    await writeMany(3_000);
    expect(await storage.traces.prune(limits)).toMatchObject({ traceCount: 6_000 });
    expect(await storage.traces.prune(limits)).toMatchObject({ traceCount: 900 });
    expect(await storage.traces.prune(limits)).toBe(false);
  });

  it('keeps living traces of a quarter of its limit of bytes however much is written', async () => {
    const maxBytes = 4_000_000;
    let written = 0;
    for (let trace = 1; trace <= 1_600; trace++) {
      const words = Array.from({ length: 120 }, (_, word) => (trace * 7919 + word * 104_729).toString(36));
      const attributes = { text: words.join(' ') };
      const spans = Array.from({ length: 10 }, (_, id) => sampleSpan(trace, id + 1, { attributes }));
      await storage.traces.write(batchOfSpans(...spans));
      written += 10 * words.join(' ').length;
      if (trace % 20 > 0) continue;
      while (await storage.traces.prune({ maxTraces: 1e6, changedSinceMs: 0, maxBytes }));
      const { spanCount } = await storage.traces.counts();
      expect(spanCount * 1_500).toBeGreaterThan(Math.min(written - maxBytes / 4, maxBytes / 4));
      expect((await storage.usage()).usedBytes).toBeLessThan(maxBytes * 1.5);
    }
    expect(written).toBeGreaterThan(2.5 * maxBytes);
  });

  it('keeps traces whatever else the file holds, and the newest whatever it takes', async () => {
    const body = 'x'.repeat(50_000);
    for (let trace = 1; trace <= 3; trace++) await storage.traces.write(batchOfSpans(sampleSpan(trace, 1)));
    await storage.traces.pin(hexId(1, 32), true);
    const items = Array.from({ length: 100 }, () => sampleLog(null, body));
    await storage.logs.write([{ resource: { body }, scope, items }]);
    const limits = { maxTraces: 10, changedSinceMs: 0, maxBytes: 1_000_000 };
    expect(await storage.traces.prune(limits)).toBe(false);
    expect(await storage.traces.pins(limits.maxBytes)).toEqual({ pinnedCount: 1, exemptCount: 1 });
    await storage.traces.pin(hexId(1, 32), false);
    while (await storage.traces.prune({ ...limits, maxBytes: 0 }));
    expect((await storage.traces.traces({ limit: 9 })).items.map(({ traceId }) => traceId)).toEqual([
      hexId(1, 32),
    ]);
  });

  it('weighs a trace with its log records, whichever came first', async () => {
    const body = 'x'.repeat(50_000);
    const all = { maxTraces: 0, changedSinceMs: 0, maxBytes: Infinity };
    const weight = async () => (await storage.traces.previewPrune(all)).bytes;
    const writeLog = () => storage.logs.write([{ resource: {}, scope, items: [sampleLog(1, body)] }]);
    await writeLog();
    await storage.traces.write(batchOfSpans(sampleSpan(1, 1)));
    expect(await weight()).toBeGreaterThan(50_000);
    expect(await weight()).toBeLessThan(52_000);
    await writeLog();
    expect(await storage.traces.prune({ ...all, maxTraces: 9 })).toBe(false);
    await writeLog();
    await storage.traces.write(batchOfSpans(sampleSpan(1, 2), sampleSpan(2, 1)));
    expect(await weight()).toBeGreaterThan(150_000);
    expect(await weight()).toBeLessThan(153_000);
    const limits = { ...all, maxTraces: 9, maxBytes: 140_000 };
    expect(await storage.traces.prune(limits)).toMatchObject({ traceCount: 1, spanCount: 2 });
    expect(await storage.traces.prune(limits)).toBe(false);
    expect(await weight()).toBeLessThan(2_000);
  });

  it('stores what comes in between the steps of a removal', async () => {
    const many = Array.from({ length: 30_000 }, (_, id) => sampleSpan(1, id + 1));
    await storage.traces.write(batchOfSpans(...many));
    const limits = { maxTraces: 0, changedSinceMs: 0, maxBytes: Infinity };
    expect(await storage.traces.prune(limits)).toMatchObject({ traceCount: 1, spanCount: 30_000 });
    const left = count('span');
    expect(left).toBeGreaterThan(0);
    expect(await storage.traces.counts()).toEqual({ traceCount: 0, spanCount: 0 });
    const [change] = await storage.traces.write(batchOfSpans(sampleSpan(1, 1), sampleSpan(2, 1)));
    expect(change).toMatchObject({ trace: { spanCount: 1, isPartial: true } });
    while (await storage.traces.prune({ ...limits, maxTraces: 10 }));
    expect(count('span')).toBe(2);
    expect((await storage.traces.findSpans('span', 10)).map(({ spanId }) => Number(spanId))).toEqual([1, 1]);
  });
});
