import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { decodeJsonTraces } from '../../otlp/decode-json-traces.ts';
import { sqliteStores } from '../../testing/sqlite-stores.ts';
import { openDatabaseFile } from '../database-file.ts';
import { SqliteConnection } from '../sqlite-connection.ts';

const NOW_MS = Date.UTC(2026, 10, 21, 12);

let directory: string;
let connection: SqliteConnection;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-known-'));
  connection = new SqliteConnection(await openDatabaseFile(join(directory, 'traces.db')));
});

afterEach(() => {
  connection.close();
  rmSync(directory, { recursive: true });
});

function spansOf(service: string, count: number, id: string): unknown {
  const span = (index: number) => ({
    traceId: id.repeat(32),
    spanId: (index + 1).toString(16).padStart(16, '0'),
    name: 'work',
    startTimeUnixNano: `${BigInt(NOW_MS) * 1_000_000n}`,
    endTimeUnixNano: `${BigInt(NOW_MS + 1) * 1_000_000n}`,
  });
  return {
    resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
    scopeSpans: [{ spans: Array.from({ length: count }, (_, index) => span(index)) }],
  };
}

it('looks at a thousand spans however slow the machine is, and at more while there is time', async () => {
  let elapsedMs = 0;
  const { traces } = sqliteStores(
    connection,
    () => NOW_MS,
    () => (elapsedMs += 1_000),
  );
  const resourceSpans = [spansOf('old', 400, 'a'), spansOf('early', 500, 'b'), spansOf('late', 500, 'c')];
  await traces.write(decodeJsonTraces(Buffer.from(JSON.stringify({ resourceSpans }))));
  const { items } = await traces.values('service', '', 10);
  expect(items).toEqual([
    { value: 'early', count: 500 },
    { value: 'late', count: 500 },
  ]);
});
