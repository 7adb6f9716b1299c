import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ThreadedStorage } from '../thread/threaded-storage.ts';
import { openDatabaseFile } from './database-file.ts';
import { SqliteStorage } from './sqlite-storage.ts';
import type { Storage } from './storage.ts';
import { storageConformance } from './storage-conformance.ts';

const storages: readonly [string, (databasePath: string) => Promise<Storage>][] = [
  ['SqliteStorage', async (path) => new SqliteStorage(await openDatabaseFile(path))],
  [
    'ThreadedStorage',
    (databasePath) =>
      ThreadedStorage.open({
        databasePath,
        onFailure: (error) => {
          throw error;
        },
      }),
  ],
];

describe.each(storages)('%s', (_, open) => {
  it.each(storageConformance.map(({ name, run }) => [name, run] as const))('%s', async (_name, run) => {
    const directory = mkdtempSync(join(tmpdir(), 'tta-conformance-'));
    try {
      await expect(
        run((backupPath = join(directory, 'traces.db')) => open(backupPath), directory),
      ).resolves.toBeUndefined();
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
