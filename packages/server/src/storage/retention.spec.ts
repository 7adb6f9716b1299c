import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openDatabaseFile } from './database-file.ts';
import { silentLogger } from '../logger.ts';
import { Retention } from './retention.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { SqliteLogStore } from './sqlite-log-store.ts';
import { SqliteTraceStore } from './sqlite-trace-store.ts';

const HOUR_MS = 3_600_000;

let directory: string;
let traces: SqliteTraceStore;
let logs: SqliteLogStore;
let nowMs: number;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-retention-'));
  nowMs = 1_763_700_000_000;
  const connection = new SqliteConnection(await openDatabaseFile(join(directory, 'traces.db')));
  traces = new SqliteTraceStore(connection, () => nowMs);
  logs = new SqliteLogStore(connection, () => nowMs);
});

afterEach(async () => {
  await traces.close();
  rmSync(directory, { recursive: true, force: true });
});

const scope = { name: '', version: '', attributes: {} };

function writeLogs(...bodies: string[]) {
  const items = bodies.map((body) => ({
    traceId: null,
    spanId: null,
    timeUnixNano: 1n,
    observedTimeUnixNano: 0n,
    severityNumber: 9,
    severityText: '',
    body,
    eventName: '',
    attributes: {},
    droppedAttributesCount: 0,
    flags: 0,
  }));
  return logs.write([{ resource: {}, scope, items }]);
}

function writeSpan(traceId: string) {
  const span = {
    traceId,
    spanId: 'b'.repeat(16),
    parentSpanId: null,
    name: 'span',
    kind: 1,
    startTimeUnixNano: 1n,
    endTimeUnixNano: 2n,
    statusCode: 0,
    statusMessage: '',
    traceState: '',
    flags: 1,
    attributes: {},
    events: [],
    links: [],
  };
  return traces.write([{ resource: {}, scope, items: [span] }]);
}

const retentionOf = (logger = silentLogger) =>
  new Retention({ store: traces, logs, maxTraces: 10, retentionHours: 2, logger, now: () => nowMs });

describe('Retention', () => {
  it('removes traces and log records without a trace by one age, and says when it is done', async () => {
    await writeSpan('a'.repeat(32));
    await writeLogs('old');
    nowMs += HOUR_MS;
    await writeSpan('c'.repeat(32));
    await writeLogs('new');
    expect(await retentionOf().step()).toBe(false);
    expect((await traces.counts()).traceCount).toBe(2);
    nowMs += HOUR_MS + 1;
    expect(await retentionOf().step()).toBe(false);
    expect((await traces.counts()).traceCount).toBe(1);
    expect((await logs.search({ limit: 10 })).items.map(({ body }) => body)).toEqual(['new']);
  });

  it('goes on while log records are left to remove', async () => {
    await writeLogs(...Array.from({ length: 1500 }, (_, index) => `${index}`));
    nowMs += 3 * HOUR_MS;
    const retention = retentionOf();
    expect(await retention.step()).toBe(true);
    expect(await retention.step()).toBe(false);
    expect((await logs.search({ limit: 1 })).items).toEqual([]);
  });

  it('keeps 100,000 log records without a trace', async () => {
    const asked: unknown[] = [];
    logs.prune = async (limits) => asked.push(limits) === 0;
    await retentionOf().step();
    expect(asked).toEqual([{ maxRecords: 100_000, receivedSinceMs: nowMs - 2 * HOUR_MS }]);
  });

  it('reports a failure and tries again later', async () => {
    const told: unknown[] = [];
    const logger = { ...silentLogger, error: (message: string) => void told.push(message) };
    traces.prune = () => Promise.reject(new Error('disk full'));
    expect(await retentionOf(logger).step()).toBe(false);
    expect(told).toEqual(['Old traces and log records could not be removed']);
  });
});
