import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StorageThread } from './storage-thread-client.ts';

let directory: string;
let thread: StorageThread;
let failures: Error[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-thread-'));
  failures = [];
  thread = await StorageThread.start(
    { role: 'writer', databasePath: join(directory, 'traces.db'), durability: 'process' },
    (error) => failures.push(error),
  );
});

afterEach(async () => {
  await thread.close();
  rmSync(directory, { recursive: true, force: true });
});

const counts = () => thread.call('traces', 'counts', []);
/** The thread cannot even weigh such a job, and dies. */
const die = () => thread.write(undefined as never, []);

describe('StorageThread', () => {
  it('ends after what it was asked, and refuses what comes later', async () => {
    const before = counts();
    const closings = [thread.close(), thread.close()];
    const after = counts();
    await expect(after).rejects.toThrow('the storage is closed');
    await expect(before).resolves.toEqual({ traceCount: 0, spanCount: 0 });
    await Promise.all(closings);
    await expect(counts()).rejects.toThrow('the storage is closed');
    expect(failures).toEqual([]);
  });

  it('leaves nobody waiting when it dies, also while it is being closed', async () => {
    const outcomes = await Promise.allSettled([die(), counts(), thread.close()]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(failures).toEqual([]);
    await thread.close().catch(() => undefined);
    thread = await StorageThread.start(
      { role: 'writer', databasePath: join(directory, 'traces.db'), durability: 'process' },
      (error) => failures.push(error),
    );
    await expect(die()).rejects.toThrow();
    await expect(counts()).rejects.toThrow();
    expect(failures).toHaveLength(1);
  });
});
