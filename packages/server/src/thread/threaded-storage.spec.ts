import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogGroup } from '../otlp/log-batch.ts';
import type { MetricGroup } from '../otlp/metric-batch.ts';
import { ServiceError } from '../service-error.ts';
import { InvalidCursorError } from '../storage/list-cursor.ts';
import { batchOfGroups, batchOfSpans, hexId, sampleGroup, sampleSpan } from '../storage/sample-records.ts';
import { StorageFullError } from '../storage/storage.ts';
import { loadSqlite } from '../storage/sqlite-driver.ts';
import { RELEASED_DATABASES } from '../testing/released-databases.ts';
import { ThreadedStorage } from './threaded-storage.ts';

let directory: string;
let path: string;
let storage: ThreadedStorage;
let notices: string[];
let failures: Error[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-threads-'));
  path = join(directory, 'traces.db');
  notices = [];
  failures = [];
  storage = await open();
});

afterEach(async () => {
  await storage.close();
  rmSync(directory, { recursive: true, force: true });
});

function open(databasePath = path): Promise<ThreadedStorage> {
  return ThreadedStorage.open({
    databasePath,
    onNotice: (notice) => notices.push(notice),
    onFailure: (error) => failures.push(error),
  });
}

const write = (trace: number, text = '') =>
  storage.traces.write(batchOfSpans(sampleSpan(trace, 1, { attributes: { text } })));

function metricsOf(pointCount: number): readonly MetricGroup[] {
  const points = Array.from({ length: pointCount }, (_, index) => ({
    attributes: {},
    timeUnixNano: BigInt(index),
    startTimeUnixNano: 0n,
    flags: 0,
    value: index,
    exemplars: [],
  }));
  const metric = {
    name: 'requests',
    description: '',
    unit: '',
    metadata: {},
    kind: 'gauge',
    temporality: null,
    isMonotonic: false,
    points,
  } as const;
  return [{ resource: {}, scope: { name: '', version: '', attributes: {} }, items: [metric] }];
}

/** Has its methods on this side alone: the thread that gets it cannot work with it, and dies. */
class Poison {
  reduce(): number {
    return 0;
  }
}
const poison = () => storage.logs.write(new Poison() as unknown as readonly LogGroup[]);

describe('ThreadedStorage', () => {
  it('makes errors what they were in the thread', async () => {
    await expect(storage.traces.traces({ limit: 1, cursor: 'x' })).rejects.toThrow(InvalidCursorError);
    await expect(open()).rejects.toThrow(ServiceError);
    await expect(open()).rejects.toMatchObject({ code: 'OBS_ERR_DATABASE_IN_USE' });
    await expect(storage.backup(path)).rejects.toMatchObject({
      name: 'ServiceError',
      code: 'OBS_ERR_BACKUP',
    });
    expect(failures).toEqual([]);
  });

  it('tells what the user should know of how the file was opened', async () => {
    const old = join(directory, 'old.db');
    const database = (await loadSqlite())(old);
    database.exec(RELEASED_DATABASES[2]);
    database.close();
    await (await open(old)).close();
    expect(notices).toEqual([
      expect.stringContaining('brought up to date'),
      expect.stringContaining('rewritten once'),
    ]);
  });

  it('tells each change of writes that were committed together once, in the order of their seq', async () => {
    const changes = await Promise.all(Array.from({ length: 50 }, (_, index) => write((index % 5) + 1)));
    const seqs = changes.flat().map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect(await storage.traces.newestSeq()).toBe(seqs.length);
  });

  it('weighs what waits by its spans, log records and data points, and their texts', async () => {
    const text = 'x'.repeat(100_000);
    const weights: number[] = [];
    const weigh = async (writing: Promise<unknown>) => {
      weights.push(storage.queuedBytes);
      await writing;
    };
    await weigh(write(1));
    await weigh(storage.traces.write(batchOfSpans(sampleSpan(2, 1, { name: text }))));
    await weigh(storage.traces.write(batchOfGroups([sampleGroup([sampleSpan(3, 1)], { text })])));
    await weigh(storage.metrics.write(metricsOf(3)));
    const [plain, named, owned, points] = weights;
    expect(named! - plain!).toBeGreaterThan(100_000);
    expect(owned! - plain!).toBeGreaterThan(99_900);
    expect(points).toBeGreaterThanOrEqual(3 * 300);
    expect(storage.queuedBytes).toBe(0);
  });

  it('refuses what is sent faster than it can be stored, and keeps none of it', async () => {
    // Of spaces: no word of them is to be found.
    const large = ' '.repeat(12_000_000);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 12 }, (_, index) => write(index + 1, large)),
    );
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(refused.length).toBeGreaterThan(4);
    expect(refused.every((reason) => reason instanceof StorageFullError)).toBe(true);
    expect(storage.queuedBytes).toBe(0);
    expect((await storage.traces.counts()).traceCount).toBe(12 - refused.length);
    await expect(write(99, ' '.repeat(70_000_000))).resolves.toHaveLength(1);
    expect(storage.queuedBytes).toBe(0);
  });

  it('does not wait for what cannot be handed to the thread', async () => {
    const group = { resource: {}, scope: { name: '', version: '', attributes: {} }, items: [() => 0] };
    await expect(storage.logs.write([group] as unknown as readonly LogGroup[])).rejects.toThrow(/clone/);
    expect(storage.queuedBytes).toBe(0);
    await expect(write(1)).resolves.toHaveLength(1);
  });

  it('fails everything once and for all when a thread dies, and says so once', async () => {
    const waiting = [write(1), poison(), write(2), storage.traces.counts()];
    const outcomes = await Promise.allSettled(waiting);
    expect(outcomes[1]?.status).toBe('rejected');
    expect(outcomes[2]?.status).toBe('rejected');
    for (const question of [write(3), storage.traces.counts(), storage.usage(), storage.vacuum()]) {
      await expect(question).rejects.toThrow(/reduce is not a function/);
    }
    expect(failures.map(({ message }) => message)).toEqual([
      expect.stringContaining('reduce is not a function'),
    ]);
    expect(storage.queuedBytes).toBe(0);
    await storage.close();
    await expect(storage.close()).resolves.toBeUndefined();
    const again = await open();
    await again.close();
    expect(failures).toHaveLength(1);
  });

  it('closes after everything that it was asked, once, and answers nothing from then on', async () => {
    const writes = [1, 2, 3].map((trace) => write(trace));
    await Promise.all([storage.close(), storage.close()]);
    expect((await Promise.all(writes)).flat()).toHaveLength(3);
    await expect(write(4)).rejects.toThrow('the storage is closed');
    await expect(storage.traces.counts()).rejects.toThrow('the storage is closed');
    expect(readdirSync(directory)).toEqual(['traces.db']);
    expect(failures).toEqual([]);
    storage = await open();
    expect((await storage.traces.counts()).traceCount).toBe(3);
  });

  it('backs up while it stores and answers', async () => {
    for (let trace = 1; trace <= 50; trace++) await write(trace, 'x'.repeat(50_000));
    const copy = join(directory, 'copies', 'copy.db');
    let isRunning = true;
    const backup = storage.backup(copy).finally(() => (isRunning = false));
    let written = 50;
    while (isRunning) {
      await write(++written);
      expect((await storage.traces.trace(hexId(written, 32)))?.summary.spanCount).toBe(1);
    }
    await backup;
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    const copied = await open(copy);
    const { traceCount } = await copied.traces.counts();
    expect(traceCount).toBeGreaterThanOrEqual(50);
    expect(await copied.traces.newestSeq()).toBe(traceCount);
    await copied.close();
  });

  it('says what keeps it from starting', async () => {
    const foreign = join(directory, 'notes.txt');
    writeFileSync(foreign, 'no database, but longer than its header would be; '.repeat(9));
    await expect(open(foreign)).rejects.toMatchObject({ code: 'OBS_ERR_NOT_A_DATABASE' });
    expect(failures).toEqual([]);
  });
});
