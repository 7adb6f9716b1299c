import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openDatabaseFile } from './database-file.ts';
import { silentLogger } from '../logger.ts';
import { Retention } from './retention.ts';
import { batchOfSpans, sampleLog, sampleSpan } from './sample-records.ts';
import { SqliteStorage } from './sqlite-storage.ts';

const HOUR_MS = 3_600_000;

let directory: string;
let storage: SqliteStorage;
let nowMs: number;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-retention-'));
  nowMs = 1_763_700_000_000;
  storage = await open();
});

afterEach(async () => {
  await storage.close();
  rmSync(directory, { recursive: true, force: true });
});

const open = async () => new SqliteStorage(await openDatabaseFile(join(directory, 'traces.db')), () => nowMs);

const scope = { name: '', version: '', attributes: {} };
const writeLogs = (...bodies: string[]) =>
  storage.logs.write([{ resource: {}, scope, items: bodies.map((body) => sampleLog(null, body)) }]);
const writeTrace = (trace: number) => storage.traces.write(batchOfSpans(sampleSpan(trace, 1)));

const retentionOf = (logger = silentLogger) =>
  new Retention({
    storage,
    maxTraces: 10,
    retentionHours: 2,
    maxBytes: 1024 ** 3,
    logger,
    now: () => nowMs,
  });

describe('Retention', () => {
  it('removes traces and log records without a trace by one age, and says when it is done', async () => {
    await writeTrace(1);
    await writeLogs('old');
    nowMs += HOUR_MS;
    await writeTrace(2);
    await writeLogs('new');
    expect(await retentionOf().step()).toBe(false);
    expect((await storage.traces.counts()).traceCount).toBe(2);
    nowMs += HOUR_MS + 1;
    expect((await retentionOf().preview()).traceCount).toBe(1);
    const retention = retentionOf();
    expect(await retention.step()).toBe(true);
    while (await retention.step());
    expect((await storage.traces.counts()).traceCount).toBe(1);
    expect((await storage.logs.search({ limit: 10 })).items.map(({ body }) => body)).toEqual(['new']);
    expect((await retentionOf().preview()).traceCount).toBe(0);
  });

  it('goes on while log records are left to remove', async () => {
    await writeLogs(...Array.from({ length: 1500 }, (_, index) => `${index}`));
    nowMs += 3 * HOUR_MS;
    // What came in before a start does not make the steps larger.
    await storage.close();
    storage = await open();
    const retention = retentionOf();
    expect(await retention.step()).toBe(true);
    while (await retention.step());
    expect((await storage.logs.search({ limit: 1 })).items).toEqual([]);
  });

  it('keeps 100,000 log records without a trace, and a tenth of the bytes', async () => {
    const asked: unknown[] = [];
    storage.logs.prune = async (limits) => asked.push(limits) === 0;
    await retentionOf().step();
    expect(asked).toEqual([
      { maxRecords: 100_000, maxBytes: 1024 ** 3 * 0.1, receivedSinceMs: nowMs - 2 * HOUR_MS },
    ]);
  });

  it('keeps an eighth of the bytes of metrics', async () => {
    const asked: unknown[] = [];
    storage.metrics.prune = async (limits) => asked.push(limits) === 0;
    await retentionOf().step();
    expect(asked).toEqual([
      {
        maxSeries: 10_000,
        maxPointsPerSeries: 3_600,
        maxBytes: 1024 ** 3 / 8,
        receivedSinceMs: nowMs - 2 * HOUR_MS,
      },
    ]);
  });

  it('cleans up all that is over the limits, and tells what that was to everyone who asks meanwhile', async () => {
    const many = Array.from({ length: 9_010 }, (_, index) => sampleSpan(index + 1, 1));
    await storage.traces.write(batchOfSpans(...many));
    const retention = retentionOf();
    const { traces } = storage;
    const prune = traces.prune.bind(traces);
    let second: ReturnType<typeof retention.cleanUp> | undefined;
    traces.prune = async (limits) => {
      const isMore = await prune(limits);
      // When a part of it has gone.
      second ??= retention.cleanUp();
      return isMore;
    };
    const first = await retention.cleanUp();
    expect(first).toMatchObject({ traceCount: 9_000, spanCount: 9_000 });
    expect(first.traceIds).toHaveLength(100);
    expect(await second).toEqual(first);
    expect((await storage.traces.counts()).traceCount).toBe(10);
    expect(await retention.cleanUp()).toMatchObject({ traceCount: 0 });
  });

  it('ends while traces come in, and tells what really went', async () => {
    for (let trace = 1; trace <= 20; trace++) await writeTrace(trace);
    const { traces } = storage;
    const prune = traces.prune.bind(traces);
    let next = 20;
    traces.prune = async (limits) => {
      if (next < 500) for (let count = 0; count < 12; count++) await writeTrace(++next);
      return prune(limits);
    };
    expect(await retentionOf().cleanUp()).toMatchObject({ traceCount: 20, spanCount: 20 });
    expect((await traces.counts()).traceCount).toBe(next - 20);
    expect(next).toBeLessThan(500);
  });

  it('does not tell of a cleanup that failed, or was ended by a stop, as done', async () => {
    const many = Array.from({ length: 4_500 }, (_, index) => sampleSpan(index + 1, 1));
    await storage.traces.write(batchOfSpans(...many));
    const stopped = retentionOf();
    const removal = stopped.cleanUp();
    void stopped.stop();
    await expect(removal).rejects.toThrow('the service is being stopped');
    expect((await storage.traces.counts()).traceCount).toBeGreaterThan(10);
    storage.traces.prune = () => Promise.reject(new Error('disk full'));
    await expect(retentionOf().cleanUp()).rejects.toThrow('disk full');
  });

  it('removes by itself soon after something came in, until it is stopped', async () => {
    const retention = retentionOf();
    const isRemoved = new Promise<void>((resolve) => {
      const prune = storage.traces.prune.bind(storage.traces);
      storage.traces.prune = async (limits) => {
        const isMore = await prune(limits);
        if (!isMore) resolve();
        return isMore;
      };
    });
    for (let trace = 1; trace <= 12; trace++) {
      await writeTrace(trace);
      retention.noteIngest();
    }
    await isRemoved;
    void retention.stop();
    retention.noteIngest();
    expect((await storage.traces.counts()).traceCount).toBe(10);
  });

  it('reports a failure and tries again later', async () => {
    const told: unknown[] = [];
    const logger = { ...silentLogger, error: (message: string) => void told.push(message) };
    storage.traces.prune = () => Promise.reject(new Error('disk full'));
    expect(await retentionOf(logger).step()).toBe(false);
    expect(told).toEqual(['Old traces and log records could not be removed']);
  });
});
