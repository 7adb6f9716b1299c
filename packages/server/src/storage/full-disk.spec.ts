import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openDatabaseFile, type DatabaseFile } from './database-file.ts';
import { batchOfSpans, hexId, sampleLog, sampleSpan } from './sample-records.ts';
import { SqliteStorage } from './sqlite-storage.ts';

/** A disk with room for a few hundred spans of 10 KB: a file system of its own, or where that is not allowed, a limit. */
interface SmallDisk {
  readonly directory: string;
  /** Begins to bound the file, and makes room again. */
  fill(file: DatabaseFile): void;
  free(file: DatabaseFile): void;
  remove(): void;
}

function smallDisk(): SmallDisk {
  const directory = mkdtempSync(join(tmpdir(), 'tta-disk-'));
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', directory]).status === 0;
  const filler = join(directory, 'filler');
  const bound = (file: DatabaseFile, pages: number) => file.database.exec(`PRAGMA max_page_count = ${pages}`);
  return {
    directory,
    fill: (file) => (isMounted ? writeFileSync(filler, Buffer.alloc(3 * 1024 * 1024, 1)) : bound(file, 300)),
    free: (file) => (isMounted ? rmSync(filler) : bound(file, 1_000_000)),
    remove: () => {
      // The driver closes its files when it pleases.
      if (isMounted) spawnSync('umount', ['-l', directory]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

let disk: SmallDisk;
let path: string;

beforeEach(() => {
  disk = smallDisk();
  path = join(disk.directory, 'traces.db');
});

afterEach(() => disk.remove());

describe('a full disk', () => {
  it('refuses what cannot be stored, answers questions, and stores again once there is space', async () => {
    let file = await openDatabaseFile(path);
    disk.fill(file);
    let storage = new SqliteStorage(file);
    const stored: number[] = [];
    const write = async (trace: number) => {
      const text = `word${trace} ${'x'.repeat(10_000)}`;
      await storage.traces.write(batchOfSpans(sampleSpan(trace, 1, { attributes: { text } })));
      stored.push(trace);
    };
    const fillUp = async () => {
      for (let trace = 1; trace < 2000; trace++) await write(trace);
    };
    await expect(fillUp()).rejects.toThrow(/full|disk I\/O/i);
    const last = stored.length;
    expect(last).toBeGreaterThan(10);
    for (let attempt = 0; attempt < 3; attempt++) await expect(write(5000)).rejects.toThrow();
    await expect(
      storage.logs.write([
        {
          resource: {},
          scope: { name: '', version: '', attributes: {} },
          items: [sampleLog(1, 'y'.repeat(100_000))],
        },
      ]),
    ).rejects.toThrow();
    expect(await storage.traces.counts()).toEqual({ traceCount: last, spanCount: last });
    expect(await storage.traces.findSpans(`word${last}`, 10)).toHaveLength(1);
    expect(await storage.traces.trace(hexId(5000, 32))).toBeUndefined();

    disk.free(file);
    await write(5000);
    expect(await storage.traces.newestSeq()).toBe(last + 1);
    await storage.close();
    file = await openDatabaseFile(path);
    expect(file.notices).toEqual([]);
    storage = new SqliteStorage(file);
    expect(await storage.traces.counts()).toEqual({ traceCount: last + 1, spanCount: last + 1 });
    expect(await storage.traces.findSpans('word5000', 10)).toHaveLength(1);
    expect(file.database.prepare('PRAGMA integrity_check').get()?.['integrity_check']).toBe('ok');
    await storage.close();
  });
});
