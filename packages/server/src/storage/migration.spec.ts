import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { seededRandom } from '@tta/obs-context/manual';
import { openDatabaseFile } from './database-file.ts';
import { batchOfSpans, sampleSpan } from './sample-records.ts';
import { SCHEMA_VERSION } from './schema.ts';
import { loadSqlite, type SqlDatabase, type SqlRow } from './sqlite-driver.ts';
import { SqliteStorage } from './sqlite-storage.ts';
import { bundleProgram } from '../testing/bundle-program.ts';
import { RELEASED_DATABASES } from '../testing/released-databases.ts';

const traceId = '0000000000000000000000000000000a';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tta-migration-'));
  path = join(directory, 'traces.db');
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function raw<Result>(file: string, work: (database: SqlDatabase) => Result): Promise<Result> {
  const database = (await loadSqlite())(file);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

/** Rows without what libsql adds to them. */
function rowsOf(database: SqlDatabase, sql: string): SqlRow[] {
  return database
    .prepare(sql)
    .all()
    .map((row) => ({ ...row }));
}

/** Everything that SQLite knows of the structure of a file. */
function structure(database: SqlDatabase): unknown[] {
  const tables = rowsOf(database, `SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`);
  return [
    ...['user_version', 'application_id', 'auto_vacuum', 'page_size'].map((name) =>
      rowsOf(database, `PRAGMA ${name}`),
    ),
    rowsOf(database, 'SELECT type, name, tbl_name FROM sqlite_schema ORDER BY type, name'),
    ...tables.map(({ name }) =>
      rowsOf(database, `SELECT * FROM pragma_table_info('${String(name)}') ORDER BY cid`),
    ),
  ];
}

describe.each([1, 2, 4] as const)('a database of version %d', (version) => {
  beforeEach(() => raw(path, (database) => database.exec(RELEASED_DATABASES[version])));

  it('keeps everything, is found by text, counts on and can be pruned', async () => {
    const file = await openDatabaseFile(path);
    const notices = [
      expect.stringContaining(`was brought up to date (schema ${version} to ${SCHEMA_VERSION})`),
      expect.stringContaining('gives back the space'),
    ];
    expect(file.notices).toEqual(version === 4 ? notices.slice(0, 1) : notices);
    const storage = new SqliteStorage(file);
    const { traces, logs, metrics } = storage;
    expect(await traces.trace(traceId)).toMatchObject({
      summary: { name: 'nightly', status: 'error', spanCount: 2, seq: 3, isPartial: false, isPinned: false },
      services: ['shop'],
      spans: { label: ['ask', null], durationMs: [4000, 1000], parentIndex: [-1, 0] },
    });
    expect(await traces.span(traceId, '000000000000000b')).toMatchObject({
      attributes: { 'workflow.name': 'nightly', attempts: 3, nested: { list: ['a whale', 'x'] } },
      events: [{ name: 'exception', timeMs: 3000, attributes: { 'exception.message': 'größer als 5' } }],
      links: [{ spanId: '000000000000000d', attributes: { why: 'earlier' } }],
      resource: { 'process.pid': 7 },
    });
    const found = async (words: string) => (await traces.findSpans(words, 10)).map(({ name }) => name);
    expect(await found('whale')).toEqual(['primitive.retry.execute']);
    expect(await found('größer attempts')).toEqual(['primitive.retry.execute']);
    expect(await found('narwhal')).toEqual(['chat']);
    expect(await found('worker')).toEqual(['worker']);
    const record = { id: 1, eventName: 'order.failed', attributes: { sku: 'a' }, severityText: 'ERROR' };
    const all = version === 1 ? [] : ['started', 'no stock'];
    expect((await logs.search({ limit: 10 })).items.map(({ body }) => body)).toEqual(all);
    expect((await logs.ofTrace(traceId, { limit: 10 }))?.items).toMatchObject(version === 1 ? [] : [record]);
    expect((await metrics.list({ limit: 10 })).items).toMatchObject(
      version === 4
        ? [
            { name: 'jobs', seriesCount: 2, pointCount: 3 },
            { name: 'wait', seriesCount: 1, pointCount: 1 },
          ]
        : [],
    );

    const known = sampleSpan(10, 11, { parentSpanId: null });
    const [change] = await traces.write(batchOfSpans(known, sampleSpan(10, 100, { name: 'late narwhal' })));
    expect(change).toMatchObject({ seq: version === 1 ? 6 : 7, trace: { traceId, spanCount: 3 } });
    expect(await found('narwhal')).toEqual(['late narwhal', 'chat']);
    expect((await storage.usage()).usedBytes).toBeGreaterThan(0);
    const everything = { maxTraces: 0, changedSinceMs: 0, maxBytes: Infinity };
    expect(await traces.previewPrune(everything)).toMatchObject({ traceCount: 2, spanCount: 4 });
    while (await traces.prune(everything));
    expect(await traces.counts()).toEqual({ traceCount: 0, spanCount: 0 });
    const noMetrics = { maxSeries: 10, maxPointsPerSeries: 10, receivedSinceMs: 0, maxBytes: 0 };
    while (await metrics.prune(noMetrics));
    expect((await metrics.list({ limit: 10 })).items).toEqual([]);
    expect(rowsOf(file.database, `SELECT value FROM counter WHERE name = 'metric_bytes'`)).toEqual([
      { value: 0 },
    ]);
    expect([await found('narwhal'), file.database.prepare('SELECT 1 FROM span').all()]).toEqual([[], []]);
    await storage.close();
  });

  it('has the structure of a new one afterwards, and is opened as it is from then on', async () => {
    (await openDatabaseFile(path)).close();
    const fresh = join(directory, 'fresh.db');
    (await openDatabaseFile(fresh)).close();
    const again = await openDatabaseFile(path);
    again.close();
    expect(again.notices).toEqual([]);
    expect(await raw(path, structure)).toEqual(await raw(fresh, structure));
  });

  it('stays as it was when the last of what makes it newer fails, and says why', async () => {
    await raw(path, (database) => database.exec(`INSERT INTO counter VALUES ('metric_bytes', 1)`));
    const before = await raw(path, structure);
    await expect(openDatabaseFile(path)).rejects.toMatchObject({
      code: 'OBS_ERR_MIGRATION',
      message: expect.stringMatching(
        /^\S+traces\.db could not be brought up to date \(.*counter.name.*\): nothing was changed, /,
      ),
    });
    expect(await raw(path, structure)).toEqual(before);
    expect(await raw(path, (database) => rowsOf(database, 'SELECT count(*) AS n FROM span'))).toEqual([
      { n: 4 },
    ]);
  });
});

describe.each([1, 2] as const)('a database of version %d, which never gave space back', (version) => {
  it('is used as it is while it cannot be rewritten, and is rewritten the next time', async () => {
    await raw(path, (database) => {
      database.exec(RELEASED_DATABASES[version]);
      database.exec('PRAGMA journal_mode = WAL');
    });
    const reader = (await loadSqlite())(path);
    reader.exec('BEGIN; SELECT count(*) FROM span;');
    const file = await openDatabaseFile(path);
    expect(file.notices[1]).toMatch(/could not be rewritten \(.*locked.*\) and does not shrink until it is/);
    expect(rowsOf(file.database, 'PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(await new SqliteStorage(file).traces.findSpans('whale', 1)).toHaveLength(1);
    reader.close();
    file.close();
    const again = await openDatabaseFile(path);
    expect(again.notices).toEqual([expect.stringContaining('was rewritten once')]);
    again.close();
  });
});

describe('a service that is killed while it brings a database up to date', () => {
  const SPANS = 20_000;

  it('leaves the old database or the new one, whole', async () => {
    await raw(path, (database) =>
      database.exec(`${RELEASED_DATABASES[2]}
        WITH RECURSIVE numbers (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM numbers WHERE value < ${SPANS})
        INSERT INTO span SELECT value + 10, 7, printf('%016x', value + 1000), '000000000000000b', 'child', 1,
          1763700000000000001, 1763700000000000002, 'success', 0, NULL, NULL, NULL, 1, 1, 1, NULL,
          '{"text":"whale number ' || value || '"}', NULL, NULL
        FROM numbers;`),
    );
    const program = await bundleProgram(
      'migration-program.mjs',
      `import { openDatabaseFile } from './src/storage/database-file.ts';
       console.log('begins');
       (await openDatabaseFile(process.argv[2])).close();
       console.log('ends');`,
    );
    const random = seededRandom(4);
    const outcomes: string[] = [];
    for (let round = 0; round < 8; round++) {
      const child = spawn(process.execPath, ['--no-warnings', program, path], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, NODE_OPTIONS: '' },
      });
      const exited = new Promise((resolve) => child.once('exit', resolve));
      await new Promise((resolve) => child.stdout.once('data', resolve));
      // Any moment will do: the states before, in the middle and after are all right.
      const timer = setTimeout(() => child.kill('SIGKILL'), random.next() * 150 * (round + 1));
      await exited;
      clearTimeout(timer);
      outcomes.push(
        await raw(path, (database) => {
          const [version] = rowsOf(database, 'PRAGMA user_version');
          expect(rowsOf(database, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
          expect(rowsOf(database, 'SELECT count(*) AS n FROM span')).toEqual([{ n: SPANS + 4 }]);
          expect(rowsOf(database, `SELECT name FROM sqlite_schema WHERE name = 'text_segment'`)).toHaveLength(
            Number(version?.['user_version']) === 2 ? 0 : 1,
          );
          return String(version?.['user_version']);
        }),
      );
    }
    expect(outcomes.every((version) => ['2', String(SCHEMA_VERSION)].includes(version))).toBe(true);
    const storage = new SqliteStorage(await openDatabaseFile(path));
    expect(await storage.traces.findSpans(`whale ${SPANS}`, 10)).toHaveLength(1);
    await storage.close();
  }, 60_000);
});
