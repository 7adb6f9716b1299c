import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openDatabaseFile } from './database-file.ts';
import { batchOfGroups, sampleGroup, sampleSpan } from './sample-records.ts';
import { MIGRATIONS } from './schema.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { loadSqlite } from './sqlite-driver.ts';
import { PRIMITIVE_VERSIONS } from './version-schema.ts';
import { DurationHistogram } from '../statistics/duration-histogram.ts';
import { sqliteStores } from '../testing/sqlite-stores.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START_MS = 500_000 * HOUR_MS;

let directory: string;
let path: string;
let connection: SqliteConnection | undefined;
let nowMs = START_MS;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tta-versions-'));
  path = join(directory, 'traces.db');
  nowMs = START_MS;
});

afterEach(() => {
  connection?.close();
  connection = undefined;
  rmSync(directory, { recursive: true, force: true });
});

async function open() {
  connection = new SqliteConnection(await openDatabaseFile(path));
  return { connection, ...sqliteStores(connection, () => nowMs) };
}

/** An execution that ends now. */
function execution(id: number, resource: Record<string, string>) {
  const endTimeUnixNano = BigInt(nowMs) * 1_000_000n;
  const attributes = { 'primitive.type': 'retry', 'primitive.name': 'ask' };
  const span = sampleSpan(1, id, { startTimeUnixNano: endTimeUnixNano, endTimeUnixNano, attributes });
  return batchOfGroups([sampleGroup([span], { 'service.name': 'shop', ...resource })]);
}

describe('versions of primitives', () => {
  it('are kept for 90 days after they ran last', async () => {
    const { connection: file, traces, statistics } = await open();
    await traces.write(execution(1, { 'service.version': '1' }));
    await traces.write(execution(2, { 'service.version': '2' }));
    nowMs += 60 * DAY_MS;
    await traces.write(execution(3, { 'service.version': '2' }));
    nowMs += 40 * DAY_MS;
    file.transaction(() => statistics.prune());
    const { items } = await statistics.primitiveVersions({});
    expect(items).toMatchObject([
      { version: '2', firstTimeMs: START_MS, lastTimeMs: START_MS + 60 * DAY_MS },
    ]);
  });

  it('are bounded: those that ran last stay', async () => {
    const { connection: file, traces, statistics } = await open();
    for (let id = 1; id <= 1_005; id++) {
      nowMs++;
      await traces.write(execution(id, { 'service.version': `1.0.${id}` }));
    }
    file.transaction(() => statistics.prune());
    const { items } = await statistics.primitiveVersions({});
    expect(items).toHaveLength(1_000);
    expect([items[0]!.version, items.at(-1)!.version]).toEqual(['1.0.1005', '1.0.6']);
  });

  it('stay, as many as there may be, also where all ran last at one moment', async () => {
    const { connection: file, traces, statistics } = await open();
    for (let id = 1; id <= 1_002; id++) await traces.write(execution(id, { 'service.version': `1.${id}` }));
    file.transaction(() => statistics.prune());
    expect((await statistics.primitiveVersions({})).items).toHaveLength(1_000);
  });

  it('take only texts for what they are, and cut long ones', async () => {
    const { traces, statistics } = await open();
    const odd = { 'service.version': 5, 'vcs.ref.head.revision': 'r'.repeat(500) } as unknown;
    await traces.write(execution(1, odd as Record<string, string>));
    const { items } = await statistics.primitiveVersions({});
    expect(items).toMatchObject([{ version: null, revision: 'r'.repeat(200) }]);
  });
});

describe('sums of before there were revisions', () => {
  it('are kept, as of versions without a revision and without costs', async () => {
    const database = (await loadSqlite())(path);
    const steps = MIGRATIONS.slice(0, MIGRATIONS.indexOf(PRIMITIVE_VERSIONS));
    database.exec(`${steps.join('')} PRAGMA user_version = ${steps.length};`);
    const durations = new DurationHistogram();
    durations.add(100);
    durations.add(100);
    for (const [periodS, startMs] of [
      [60, START_MS],
      [3_600, START_MS],
      [3_600, START_MS - 5 * HOUR_MS],
    ] as const) {
      database
        .prepare('INSERT INTO roll_up VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
        .run(periodS, startMs / 1000, 'shop', '1', 'retry', 'ask', 2, 1, 200, 100, durations.encode());
    }
    database.close();
    const { traces, statistics } = await open();
    expect((await statistics.primitiveVersions({})).items).toEqual([
      {
        serviceName: 'shop',
        version: '1',
        revision: null,
        firstTimeMs: START_MS - 5 * HOUR_MS,
        lastTimeMs: START_MS,
        calls: 4,
      },
    ]);
    await traces.write(execution(1, { 'service.version': '1', 'vcs.ref.head.revision': 'abc' }));
    const window = { sinceMs: START_MS - 10 * HOUR_MS, untilMs: START_MS + 1_000 };
    expect((await statistics.primitives(window)).items).toMatchObject([{ name: 'ask', calls: 5, errors: 2 }]);
    const [baseline, candidate] = [
      { by: 'version', name: '1' },
      { by: 'version', name: '2' },
    ] as const;
    const comparison = await statistics.primitiveComparison({ ...window, baseline, candidate });
    expect(comparison).toMatchObject({
      baseline: { calls: 5 },
      candidate: { calls: 0 },
      removed: [{ name: 'ask' }],
    });
  });
});
