import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openDatabaseFile } from './database-file.ts';
import { batchOfSpans, hexId, sampleSpan } from './sample-records.ts';
import { DamagedDatabaseError } from './sqlite-errors.ts';
import { SqliteStorage } from './sqlite-storage.ts';
import { ThreadedStorage } from '../thread/threaded-storage.ts';

const now = () => Date.parse('2026-01-02T03:04:05.678Z');
const ASIDE = 'traces.db.damaged-20260102-030405';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tta-damage-'));
  path = join(directory, 'traces.db');
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function fill(): Promise<void> {
  const storage = new SqliteStorage(await openDatabaseFile(path));
  for (let trace = 1; trace <= 50; trace++) {
    await storage.traces.write(
      batchOfSpans(sampleSpan(trace, 1, { attributes: { text: 'x'.repeat(5000) } })),
    );
  }
  await storage.close();
}

function overwrite(from: number, to: number, byte: number): void {
  const bytes = readFileSync(path);
  bytes.fill(byte, from, to);
  writeFileSync(path, bytes);
}

describe('a damaged database', () => {
  it.each<readonly [string, () => void]>([
    ['without a header', () => overwrite(0, 100, 0)],
    ['with text for a header', () => overwrite(0, 100, 0x41)],
    ['without its first page', () => overwrite(100, 8192, 0xff)],
    ['cut off in the middle', () => truncateSync(path, statSync(path).size / 2)],
    ['cut off in its first page', () => truncateSync(path, 5000)],
    ['cut off in its header', () => truncateSync(path, 80)],
    ['with pages of something else', () => overwrite(8192 * 10, 8192 * 12, 0x55)],
  ])('%s is set aside whole and said, and a new one is begun', async (_, damage) => {
    await fill();
    damage();
    const damaged = readFileSync(path);
    const file = await openDatabaseFile(path, { now });
    const aside = join(directory, ASIDE);
    expect(file.notices).toEqual([
      expect.stringMatching(/^\S+traces\.db was damaged \(.+\) and lies in \S+-030405 now, .*\.recover\.$/),
    ]);
    expect(readFileSync(aside).equals(damaged)).toBe(true);
    expect(statSync(aside).mode & 0o777).toBe(0o600);
    const storage = new SqliteStorage(file);
    expect(await storage.traces.counts()).toEqual({ traceCount: 0, spanCount: 0 });
    const [change] = await storage.traces.write(batchOfSpans(sampleSpan(1, 1)));
    // Clients that know the changes of the damaged one miss none of these.
    expect(change?.seq).toBe(now() + 1);
    await storage.close();
    expect(readdirSync(directory).toSorted()).toEqual(['traces.db', ASIDE]);
    expect((await openAndClose()).notices).toEqual([]);
  });

  it('takes its log along, and never another damaged one its name', async () => {
    await fill();
    const storage = new SqliteStorage(await openDatabaseFile(path));
    await storage.traces.write(batchOfSpans(sampleSpan(99, 1)));
    const crashed = join(directory, 'crashed');
    for (const suffix of ['', '-wal']) copyFileSync(path + suffix, crashed + suffix);
    await storage.close();
    for (let round = 0; round < 2; round++) {
      for (const suffix of ['', '-wal']) copyFileSync(crashed + suffix, path + suffix);
      truncateSync(path, 5000);
      await openAndClose();
    }
    const logs = readdirSync(directory).filter((name) => name.includes('damaged') && name.endsWith('-wal'));
    expect(logs.toSorted()).toEqual([`${ASIDE}-2-wal`, `${ASIDE}-wal`]);
    for (const log of logs) {
      expect(readFileSync(join(directory, log)).equals(readFileSync(`${crashed}-wal`))).toBe(true);
      expect(statSync(join(directory, log)).mode & 0o777).toBe(0o600);
    }
  });

  async function openAndClose() {
    const file = await openDatabaseFile(path, { now });
    file.close();
    return file;
  }
});

describe('a database that is damaged while it is in use', () => {
  it('fails what meets the damage, is set aside, and a new one counts on', async () => {
    await fill();
    const notices: string[] = [];
    const failures: Error[] = [];
    const storage = await ThreadedStorage.open({
      databasePath: path,
      onNotice: (notice) => notices.push(notice),
      onFailure: (error) => failures.push(error),
    });
    overwrite(8192 * 2, statSync(path).size, 0x55);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) => storage.traces.trace(hexId(index + 1, 32))),
    );
    const reasons = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason as Error] : [],
    );
    expect(reasons[0]).toBeInstanceOf(DamagedDatabaseError);
    const [change] = await storage.traces.write(batchOfSpans(sampleSpan(7, 1)));
    expect(change?.seq).toBeGreaterThan(1_000_000);
    expect(await storage.traces.counts()).toEqual({ traceCount: 1, spanCount: 1 });
    expect(notices).toEqual([expect.stringContaining('was damaged')]);
    expect(failures).toEqual([]);
    await storage.close();
    expect(readdirSync(directory).filter((name) => !name.includes('damaged'))).toEqual(['traces.db']);
    expect(readdirSync(directory).filter((name) => /damaged-[0-9]{8}-[0-9]{6}$/.test(name))).toHaveLength(1);
  });
});
