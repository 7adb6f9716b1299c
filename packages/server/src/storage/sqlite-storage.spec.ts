import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openDatabaseFile, type DatabaseFile } from './database-file.ts';
import { batchOfSpans, sampleLog, sampleSpan } from './sample-records.ts';
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
    file.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const after = await storage.usage();
    expect(after.usedBytes).toBeLessThan(before.usedBytes / 20);
    expect(after.fileBytes).toBeLessThan(after.usedBytes * 1.5);
  });

  it('stores what comes in between the steps of a removal', async () => {
    const many = Array.from({ length: 6000 }, (_, id) => sampleSpan(1, id + 1));
    await storage.traces.write(batchOfSpans(...many));
    const limits = { maxTraces: 0, changedSinceMs: 0, maxBytes: Infinity };
    expect(await storage.traces.prune(limits)).toBe(true);
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
