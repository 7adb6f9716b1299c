import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openDatabaseFile } from './database-file.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { loadSqlite, type SqlDatabase } from './sqlite-driver.ts';
import { SqliteLogStore } from './sqlite-log-store.ts';
import { SqliteTraceStore } from './sqlite-trace-store.ts';

/** A database as version 0.1.0 left it, with one trace of one span: written out, so that it never changes. */
const VERSION_1 = `
  CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  INSERT INTO counter VALUES ('seq', 0);

  CREATE TABLE resource (
    id INTEGER PRIMARY KEY,
    attributes TEXT NOT NULL UNIQUE,
    service_name TEXT NOT NULL
  );

  CREATE TABLE scope (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    attributes TEXT NOT NULL,
    UNIQUE (name, version, attributes)
  );

  CREATE TABLE trace (
    trace_key INTEGER PRIMARY KEY AUTOINCREMENT,
    trace_id TEXT NOT NULL UNIQUE,
    seq INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    name TEXT NOT NULL,
    service_name TEXT NOT NULL,
    status TEXT NOT NULL,
    start_ns INTEGER NOT NULL,
    end_ns INTEGER NOT NULL,
    span_count INTEGER NOT NULL,
    error_count INTEGER NOT NULL,
    has_root INTEGER NOT NULL,
    head_span_id TEXT NOT NULL,
    head_start_ns INTEGER NOT NULL
  );
  CREATE UNIQUE INDEX trace_by_seq ON trace (seq);
  CREATE INDEX trace_by_start ON trace (start_ns, trace_key);

  CREATE TABLE span (
    span_key INTEGER PRIMARY KEY,
    trace_key INTEGER NOT NULL,
    span_id TEXT NOT NULL,
    parent_span_id TEXT,
    name TEXT NOT NULL,
    kind INTEGER NOT NULL,
    start_ns INTEGER NOT NULL,
    end_ns INTEGER NOT NULL,
    status TEXT NOT NULL,
    status_code INTEGER NOT NULL,
    status_message TEXT,
    primitive_type TEXT,
    label TEXT,
    resource_id INTEGER NOT NULL,
    scope_id INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    trace_state TEXT,
    attributes TEXT NOT NULL,
    events TEXT,
    links TEXT,
    UNIQUE (trace_key, span_id)
  );

  CREATE TABLE removed_trace (trace_key INTEGER PRIMARY KEY);

  PRAGMA application_id = 0x5454416f;
  PRAGMA user_version = 1;
  INSERT INTO resource VALUES (1, '{"service.name":"shop"}', 'shop');
  INSERT INTO scope VALUES (1, 'lib', '1', '{}');
  INSERT INTO trace VALUES (7, '0000000000000000000000000000000a', 3, 1763700000000, 'nightly', 'shop', 'success',
    1000000, 5000000, 1, 0, 1, '000000000000000b', 1000000);
  INSERT INTO span VALUES (1, 7, '000000000000000b', NULL, 'primitive.retry.execute', 1, 1000000, 5000000, 'success', 0,
    NULL, 'retry', 'ask', 1, 1, 1, NULL, '{"a":1}', NULL, NULL);
  UPDATE counter SET value = 3;
`;
const traceId = '0000000000000000000000000000000a';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tta-migration-'));
  path = join(directory, 'traces.db');
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function raw(file: string, work: (database: SqlDatabase) => void): Promise<void> {
  const database = (await loadSqlite())(file);
  work(database);
  database.close();
}

/** Everything that SQLite knows of the structure of a file. */
function structure(database: SqlDatabase): unknown[] {
  const tables = database.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`).all();
  return [
    database.prepare('PRAGMA user_version').all(),
    database.prepare('PRAGMA application_id').all(),
    database.prepare(`SELECT type, name, tbl_name FROM sqlite_schema ORDER BY type, name`).all(),
    ...tables.map(({ name }) =>
      database.prepare(`SELECT * FROM pragma_table_info(?) ORDER BY cid`).all(String(name)),
    ),
  ];
}

describe('a database of version 1', () => {
  beforeEach(() => raw(path, (database) => database.exec(VERSION_1)));

  it('keeps its traces and takes log records for them', async () => {
    const connection = new SqliteConnection(await openDatabaseFile(path));
    const traces = new SqliteTraceStore(connection);
    const logs = new SqliteLogStore(connection);
    expect(await traces.trace(traceId)).toMatchObject({
      summary: { name: 'nightly', spanCount: 1, seq: 3 },
      spans: { label: ['ask'], durationMs: [4] },
    });
    expect((await traces.span(traceId, '000000000000000b'))?.attributes).toEqual({ a: 1 });
    expect(await logs.ofTrace(traceId, { limit: 1 })).toEqual({ items: [], nextCursor: null });
    const record = {
      traceId,
      spanId: null,
      timeUnixNano: 1n,
      observedTimeUnixNano: 0n,
      severityNumber: 9,
      severityText: '',
      body: 'hello',
      eventName: '',
      attributes: {},
      droppedAttributesCount: 0,
      flags: 0,
    };
    const scope = { name: '', version: '', attributes: {} };
    expect(await logs.write([{ resource: {}, scope, items: [record] }])).toEqual([
      { type: 'logs', seq: 4, traceId },
    ]);
    expect(await traces.changesAfter(0, 10)).toHaveLength(2);
    connection.close();
  });

  it('has the structure of a new one afterwards, and is opened as it is from then on', async () => {
    (await openDatabaseFile(path)).close();
    const fresh = join(directory, 'fresh.db');
    (await openDatabaseFile(fresh)).close();
    (await openDatabaseFile(path)).close();
    let migrated: unknown[] = [];
    await raw(path, (database) => (migrated = structure(database)));
    await raw(fresh, (database) => expect(migrated).toEqual(structure(database)));
    expect(migrated[0]).toEqual([{ user_version: 4 }]);
  });

  it('stays of version 1 when the last of what makes it version 2 fails, and says why', async () => {
    await raw(path, (database) => database.exec('CREATE TABLE trace_by_change (in_the_way)'));
    await expect(openDatabaseFile(path)).rejects.toMatchObject({
      code: 'OBS_ERR_MIGRATION',
      message: expect.stringMatching(
        /^\S+traces\.db could not be brought up to date \(.*trace_by_change.*\): nothing was changed, /,
      ),
    });
    await raw(path, (database) => {
      const found = (sql: string) => database.prepare(sql).all();
      expect(found('PRAGMA user_version')).toEqual([{ user_version: 1 }]);
      expect(found('SELECT count(*) AS n FROM span')).toEqual([{ n: 1 }]);
      expect(found(`SELECT count(*) AS n FROM pragma_table_info('trace')`)).toEqual([{ n: 14 }]);
      expect(found(`SELECT name FROM sqlite_schema WHERE name LIKE 'log%'`)).toEqual([]);
    });
  });
});
