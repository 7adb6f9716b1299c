import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SpanRecord } from '../otlp/trace-batch.ts';
import { openDatabaseFile } from './database-file.ts';
import { batchOfGroups, batchOfSpans, hexId, sampleGroup, sampleSpan } from './sample-records.ts';
import { ServiceMapReader } from './service-map.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { sqliteStores } from '../testing/sqlite-stores.ts';

const WINDOW = { sinceMs: 0, untilMs: 10_000_000 };

let directory: string;
let connection: SqliteConnection;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-service-map-'));
  connection = new SqliteConnection(await openDatabaseFile(join(directory, 'traces.db')));
});

afterEach(() => {
  connection.close();
  rmSync(directory, { recursive: true, force: true });
});

const write = (...spans: readonly SpanRecord[]) =>
  sqliteStores(connection, () => 0).traces.write(batchOfSpans(...spans));

/** A clock that moves on by 10 ms whenever it is looked at. */
function slowClock(): () => number {
  let elapsedMs = 0;
  return () => (elapsedMs += 10);
}

describe('ServiceMapReader', () => {
  it('ends when it has taken long, after the newest traces', async () => {
    await write(...Array.from({ length: 900 }, (_, index) => sampleSpan(index + 1, 1)));
    const all = new ServiceMapReader(connection, () => 0).map(WINDOW);
    expect(all).toMatchObject({
      traceCount: 900,
      isComplete: true,
      nodes: [{ id: 'service:shop', calls: 900 }],
    });
    const some = new ServiceMapReader(connection, slowClock()).map(WINDOW);
    expect(some).toMatchObject({ traceCount: 3, isComplete: false, nodes: [{ calls: 3 }] });
    expect(
      new ServiceMapReader(connection, slowClock()).map({ sinceMs: 899_000, untilMs: 901_000 }),
    ).toMatchObject({
      traceCount: 2,
      isComplete: true,
    });
  });

  it('ends within a trace that is large, and tells of no requests that may have been answered', async () => {
    const client = { kind: 3, attributes: { 'server.address': 'example.org' } };
    await write(...Array.from({ length: 3_000 }, (_, index) => sampleSpan(1, index + 1, client)));
    const whole = new ServiceMapReader(connection, () => 0).map(WINDOW);
    expect(whole).toMatchObject({ isComplete: true, edges: [{ to: 'remote:example.org', calls: 3_000 }] });
    const part = new ServiceMapReader(connection, slowClock()).map(WINDOW);
    expect(part).toMatchObject({ traceCount: 1, isComplete: false, nodes: [{ calls: 300 }], edges: [] });
  });

  it('shortens names of services', async () => {
    const name = 'x'.repeat(1_000_000);
    const group = (spanId: number, service: string) =>
      sampleGroup([sampleSpan(1, spanId)], { 'service.name': service });
    const { traces } = sqliteStores(connection, () => 0);
    await traces.write(batchOfGroups([group(1, name), group(2, 'shop')]));
    const told = 'x'.repeat(200);
    expect(new ServiceMapReader(connection, () => 0).map(WINDOW)).toMatchObject({
      nodes: [
        { id: 'service:shop', name: 'shop' },
        { id: `service:${told}`, name: told },
      ],
      edges: [{ from: `service:${told}`, to: 'service:shop' }],
    });
  });

  it('takes spans that are their own parents, or each other’s', async () => {
    await write(
      sampleSpan(1, 1, { parentSpanId: hexId(1, 16), kind: 3, attributes: { 'server.address': 'a' } }),
      sampleSpan(1, 2, { parentSpanId: hexId(3, 16), kind: 3, attributes: { 'server.address': 'a' } }),
      sampleSpan(1, 3, { parentSpanId: hexId(2, 16) }),
    );
    expect(new ServiceMapReader(connection, () => 0).map(WINDOW)).toMatchObject({
      edges: [{ from: 'service:shop', to: 'remote:a', calls: 2 }],
    });
  });
});
