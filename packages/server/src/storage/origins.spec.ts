import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { batchOfRecords } from '../otlp/span-records.ts';
import { openDatabaseFile } from './database-file.ts';
import { SqliteStorage } from './sqlite-storage.ts';

const noLimits = { maxTraces: 1e9, changedSinceMs: 0, maxBytes: 1e12 };

let directory: string;
let storage: SqliteStorage;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-origins-'));
  storage = new SqliteStorage(await openDatabaseFile(join(directory, 'traces.db')));
});

afterEach(async () => {
  await storage.close();
  rmSync(directory, { recursive: true, force: true });
});

/** A trace of one span, of a process and a scope that nothing else comes from. */
function traceFrom(origin: number) {
  const groups = [
    {
      resource: { 'service.name': `service ${origin}`, 'process.command_line': `${origin} `.repeat(300) },
      scope: { name: `scope ${origin}`, version: '1', attributes: {} },
      items: [
        {
          traceId: (origin + 1).toString(16).padStart(32, '0'),
          spanId: '1'.padStart(16, '0'),
          parentSpanId: null,
          name: 'work',
          kind: 1,
          startTimeUnixNano: 1_000n,
          endTimeUnixNano: 2_000n,
          statusCode: 0,
          statusMessage: '',
          traceState: '',
          flags: 1,
          attributes: {},
          events: [],
          links: [],
        },
      ],
    },
  ];
  return { kind: 'spans', batch: batchOfRecords({ groups, rejectedCount: 0, rejectionReason: '' }) } as const;
}

const idOf = (origin: number) => (origin + 1).toString(16).padStart(32, '0');

async function pruneAll(limits: typeof noLimits): Promise<void> {
  while (await storage.traces.prune(limits)) {
    // Goes on.
  }
}

describe('resources and scopes', () => {
  it('are removed once many of them have no records any more, and used ones stay', async () => {
    for (let first = 0; first < 2_000; first += 500) {
      storage.commit(Array.from({ length: 500 }, (_, index) => traceFrom(first + index)));
    }
    const usedBefore = (await storage.usage()).usedBytes;
    await pruneAll({ ...noLimits, maxTraces: 10 });
    expect((await storage.usage()).usedBytes).toBeLessThan(usedBefore / 3);
    const kept = await storage.traces.span(idOf(1_999), '1'.padStart(16, '0'));
    expect(kept).toMatchObject({
      resource: { 'service.name': 'service 1999' },
      scope: { name: 'scope 1999' },
    });
  });

  it('are removed when those that are not used are few and take much', async () => {
    storage.commit(Array.from({ length: 300 }, (_, index) => traceFrom(index)));
    const count = async () => (await storage.usage()).usedBytes;
    const before = await count();
    await pruneAll({ ...noLimits, maxTraces: 1, maxBytes: 2_000_000 });
    expect(await count()).toBeLessThan(before / 2);
  });

  it('are made anew when records of them come after they were removed', async () => {
    storage.commit(Array.from({ length: 1_200 }, (_, index) => traceFrom(index)));
    await pruneAll({ ...noLimits, maxTraces: 0 });
    storage.commit([traceFrom(7)]);
    expect(await storage.traces.trace(idOf(7))).toMatchObject({ summary: { serviceName: 'service 7' } });
    expect(await storage.traces.span(idOf(7), '1'.padStart(16, '0'))).toMatchObject({
      scope: { name: 'scope 7' },
    });
  });
});
