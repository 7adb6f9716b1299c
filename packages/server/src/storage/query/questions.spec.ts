import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseQuery } from '@tta/obs-protocol/query';
import { questions, sampleNowMs, sampleTraces } from '@tta/obs-protocol/query/samples';
import { storeSampleTraces } from './sample-telemetry.ts';
import { openDatabaseFile } from '../database-file.ts';
import { SqliteStorage } from '../sqlite-storage.ts';

let storage: SqliteStorage;
const directory = mkdtempSync(join(tmpdir(), 'tta-questions-'));
const titles = new Map(sampleTraces.map(({ traceId, title }) => [traceId, title]));

/** Nobody knows what the models of the samples cost. */
const noPrices = { version: 'none', estimateUsd: () => undefined };

beforeAll(async () => {
  const file = await openDatabaseFile(join(directory, 'traces.db'));
  storage = new SqliteStorage(file, () => sampleNowMs, noPrices);
  await storeSampleTraces(storage);
});

afterAll(async () => {
  await storage.close();
  rmSync(directory, { recursive: true });
});

describe('the store', () => {
  it.each(questions)('answers: $inWords — $query', async ({ query, expected }) => {
    const where = parseQuery(query).root!;
    const ids = [...titles.keys()];
    const [matches] = await storage.traces.matching(ids, [where]);
    expect(ids.filter((_, index) => matches![index]).map((id) => titles.get(id))).toEqual(expected);
  });
});
