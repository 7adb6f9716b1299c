import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { seededRandom } from '@tta/obs-context/manual';
import { MIGRATIONS, SCHEMA_VERSION } from './storage/schema.ts';
import { loadSqlite, type OpenSqlite, type SqlDatabase } from './storage/sqlite-driver.ts';
import { ended, ServiceProgram } from './testing/service-process.ts';

/** `npm run soak` asks for more. */
const kills = Number(process.env['TTA_SOAK_KILLS'] ?? 10);
/** Parts of them: a kill while old traces are removed, or while the log is merged, takes longer to come about. */
const killsOfPruning = Math.ceil(kills / 5);
const killsOfCheckpoints = Math.ceil(kills / 10);
const killsOfMigrations = Math.ceil(kills / 5);
const killsUnderLoad = kills - killsOfPruning - killsOfCheckpoints - killsOfMigrations;

const CONNECTIONS = 5;
const ITEMS = 20;
/** Removes nothing. */
const keepsAll = { maxTraces: 10_000_000, retentionHours: 100_000, maxBytes: 2 ** 40 };
const { next: random } = seededRandom(8);

let program: ServiceProgram;
let open: OpenSqlite;
let directory: string;
let databasePath: string;

beforeAll(async () => {
  [program, open] = await Promise.all([ServiceProgram.bundle(), loadSqlite()]);
}, 30_000);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tta-kill-'));
  databasePath = join(directory, 'traces.db');
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

afterAll(() => program.remove());

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
const traceIdOf = (request: number) => hex(request, 32);
const nowNs = String(BigInt(Date.now()) * 1_000_000n);
const each = <Item>(item: (index: number) => Item) =>
  Array.from({ length: ITEMS }, (_, index) => item(index));

/** The requests of one number: a trace, its log records, and a series of metrics. */
const signals = {
  traces: (request: number, padding: string) => ({
    resourceSpans: [
      {
        scopeSpans: [
          {
            spans: each((index) => ({
              traceId: traceIdOf(request),
              spanId: hex(request * ITEMS + index + 1, 16),
              name: 'span',
              startTimeUnixNano: nowNs,
              endTimeUnixNano: nowNs,
              attributes: [{ key: 'input.value', value: { stringValue: padding } }],
            })),
          },
        ],
      },
    ],
  }),
  logs: (request: number) => ({
    resourceLogs: [
      {
        scopeLogs: [
          {
            logRecords: each((index) => ({
              traceId: traceIdOf(request),
              timeUnixNano: nowNs,
              body: { intValue: index },
            })),
          },
        ],
      },
    ],
  }),
  metrics: (request: number) => {
    const attributes = [{ key: 'request', value: { intValue: request } }];
    const dataPoints = each((index) => ({
      attributes,
      timeUnixNano: `${nowNs.slice(0, -2)}${index + 10}`,
      asInt: index,
    }));
    return { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'load', gauge: { dataPoints } }] }] }] };
  },
};
type SignalName = keyof typeof signals;

/** Clients that send all signals on connections of their own, and count what was answered 200. */
class Clients {
  readonly acknowledged: Record<SignalName, number[]> = { traces: [], logs: [], metrics: [] };
  #nextRequest = 1;

  get count(): number {
    return this.acknowledged.metrics.length;
  }

  /** Sends until the service does not answer any more. @param paddingBytes - Of each span. */
  async send(url: string, paddingBytes = 0): Promise<void> {
    const padding = 'lorem ipsum '.repeat(paddingBytes / 12);
    const client = async (): Promise<void> => {
      for (;;) {
        const request = this.#nextRequest++;
        for (const name of Object.keys(signals) as SignalName[]) {
          const answer = await fetch(`${url}/v1/${name}`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(signals[name](request, padding)),
          }).catch(() => undefined);
          if (answer === undefined) return;
          expect(answer.status).toBe(200);
          this.acknowledged[name].push(request);
        }
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, client));
  }
}

/** Waits, and looks often: what is waited for lies in another process. */
async function until(isThere: () => boolean): Promise<void> {
  while (!isThere()) await wait(1);
}

/** What a kill has left, as SQLite finds it; the service finds the files as they are. */
function inspect<Result>(look: (database: SqlDatabase) => Result): Result {
  const copy = join(directory, 'copy');
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy);
  for (const suffix of ['', '-wal']) {
    if (existsSync(databasePath + suffix))
      copyFileSync(databasePath + suffix, join(copy, `traces.db${suffix}`));
  }
  const database = open(join(copy, 'traces.db'));
  try {
    expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    return look(database);
  } finally {
    database.close();
  }
}

/** How many items the file has of each request. */
function stored(database: SqlDatabase): Record<SignalName, Map<number, number>> {
  const counts = (sql: string, requestOf: (id: string) => number) =>
    new Map(
      database
        .prepare(sql)
        .all()
        .map(({ id, n }) => [requestOf(String(id)), Number(n)] as const),
    );
  const ofTrace = (id: string) => Number.parseInt(id, 16);
  return {
    traces: counts(
      'SELECT trace_id AS id, count(*) AS n FROM span JOIN trace USING (trace_key) GROUP BY trace_id',
      ofTrace,
    ),
    logs: counts('SELECT trace_id AS id, count(*) AS n FROM log_record GROUP BY trace_id', ofTrace),
    metrics: counts(
      `SELECT attributes ->> 'request' AS id, count(*) AS n
       FROM metric_point JOIN metric_series ON metric_series.id = series_id GROUP BY series_id`,
      Number,
    ),
  };
}

/** The numbers from one to another, as `value`. */
function numbers(from: number, to: number): string {
  return `(WITH RECURSIVE number (value) AS
    (VALUES (${from}) UNION ALL SELECT value + 1 FROM number WHERE value < ${to}) SELECT value FROM number)`;
}

/** Summaries that disagree with the rows that they count. */
function wrongSummaries(database: SqlDatabase): unknown[] {
  return database
    .prepare(
      `SELECT trace_id FROM trace
       WHERE span_count <> (SELECT count(*) FROM span WHERE span.trace_key = trace.trace_key)`,
    )
    .all();
}

function expectAllStored(clients: Clients): void {
  const found = inspect((database) => {
    expect(wrongSummaries(database)).toEqual([]);
    return stored(database);
  });
  for (const name of Object.keys(signals) as SignalName[]) {
    expect([
      name,
      clients.acknowledged[name].filter((request) => found[name].get(request) !== ITEMS),
    ]).toEqual([name, []]);
    // A request that was not answered is stored as a whole or not at all.
    expect([name, [...found[name]].filter(([, count]) => count !== ITEMS)]).toEqual([name, []]);
  }
}

/** Of each request that was answered 200, and of each that is there at all, everything is there. */
describe('a service that is killed', () => {
  it(
    `has lost nothing that it answered 200 for, over ${killsUnderLoad} kills under load`,
    async () => {
      const clients = new Clients();
      for (let kill = 1; kill <= killsUnderLoad; kill++) {
        const { child, url } = await program.start({ databasePath, ...keepsAll });
        const sent = clients.send(url);
        const enough = clients.count + 1 + Math.floor(random() * 20);
        await until(() => clients.count >= enough);
        await wait(random() * 15);
        await ended(child, 'SIGKILL');
        await sent;
        expectAllStored(clients);
      }
      expect(clients.count).toBeGreaterThanOrEqual(killsUnderLoad);
    },
    30_000 + kills * 5_000,
  );

  it(
    `has lost nothing over ${killsOfCheckpoints} kills while the log is merged into the file`,
    async () => {
      const clients = new Clients();
      for (let kill = 1; kill <= killsOfCheckpoints; kill++) {
        const { child, url } = await program.start({ databasePath, ...keepsAll });
        const sent = clients.send(url, 60_000);
        const logBytes = () => statSync(`${databasePath}-wal`, { throwIfNoEntry: false })?.size ?? 0;
        await until(() => logBytes() > 16 * 1024 * 1024);
        await wait(random() * 40);
        await ended(child, 'SIGKILL');
        await sent;
        expectAllStored(clients);
      }
      expect(clients.count).toBeGreaterThanOrEqual(killsOfCheckpoints);
    },
    30_000 + kills * 5_000,
  );

  it(
    `has lost nothing that was to be kept, over ${killsOfPruning} kills while old traces are removed`,
    async () => {
      const maxTraces = 100;
      const clients = new Clients();
      for (let kill = 1; kill <= killsOfPruning; kill++) {
        const { child, url } = await program.start({ databasePath, maxTraces });
        const sent = clients.send(url);
        // The last part is written after the pruning that begins a second after the first.
        const enough = clients.acknowledged.traces.length + 3 * maxTraces;
        await until(() => clients.acknowledged.traces.length >= enough);
        await wait(1_000 + random() * 100);
        await ended(child, 'SIGKILL');
        await sent;
        const found = inspect((database) => {
          expect(wrongSummaries(database)).toEqual([]);
          return new Set(
            database
              .prepare('SELECT trace_id FROM trace WHERE span_count = 20')
              .all()
              .map(({ trace_id: id }) => Number.parseInt(String(id), 16)),
          );
        });
        expect(found.size).toBeLessThan(clients.acknowledged.traces.length);
        // What is answered in one order may have been stored in another, but for a request of each client.
        const newest = clients.acknowledged.traces.slice(-(maxTraces - 2 * CONNECTIONS));
        expect(newest.filter((request) => !found.has(request))).toEqual([]);
      }
    },
    30_000 + kills * 5_000,
  );

  it(
    `has the file of the former version or of its own, over ${killsOfMigrations} kills while it is brought up to date`,
    async () => {
      const traceCount = 1_000;
      const old = open(databasePath);
      old.exec(MIGRATIONS.slice(0, 2).join(''));
      old.exec(`
        PRAGMA user_version = 2;
        INSERT INTO resource VALUES (1, '{"service.name":"shop"}', 'shop');
        INSERT INTO scope VALUES (1, 'lib', '1', '{}');
        INSERT INTO trace SELECT value, printf('%032x', value), value, 1763700000000, 'nightly', 'shop', 'success',
          value * 1000, value * 1000 + 500, ${ITEMS}, 0, 1, printf('%016x', value * ${ITEMS}), value * 1000, NULL
          FROM ${numbers(1, traceCount)};
        INSERT INTO span SELECT value, value / ${ITEMS}, printf('%016x', value), NULL, 'span', 1, value * 50,
          value * 50 + 9, 'success', 0, NULL, NULL, NULL, 1, 1, 1, NULL,
          json_object('input.value', printf('%.*c', 20, 'a') || value || replace(hex(zeroblob(150)), '00', ' word')),
          NULL, NULL FROM ${numbers(ITEMS, (traceCount + 1) * ITEMS - 1)};
        UPDATE counter SET value = ${traceCount};`);
      old.close();
      copyFileSync(databasePath, `${databasePath}.old`);
      for (let kill = 1; kill <= killsOfMigrations; kill++) {
        for (const suffix of ['', '-wal', '-shm', '.lock']) rmSync(databasePath + suffix, { force: true });
        copyFileSync(`${databasePath}.old`, databasePath);
        const child = program.spawn({ databasePath, ...keepsAll });
        await until(() => existsSync(`${databasePath}.lock`));
        await wait(random() * 600);
        await ended(child, 'SIGKILL');
        const { version, spans } = inspect((database) => ({
          version: Number(database.prepare('PRAGMA user_version').get()?.['user_version']),
          spans: Number(database.prepare('SELECT count(*) AS n FROM span').get()?.['n']),
        }));
        expect([2, SCHEMA_VERSION]).toContain(version);
        expect(spans).toBe(traceCount * ITEMS);
      }
      const { child, url } = await program.start({ databasePath, ...keepsAll });
      const { items } = (await (await fetch(`${url}/api/spans?text=word&limit=500`)).json()) as {
        items: unknown[];
      };
      expect(items).toHaveLength(500);
      await ended(child, 'SIGTERM');
    },
    30_000 + kills * 5_000,
  );
});
