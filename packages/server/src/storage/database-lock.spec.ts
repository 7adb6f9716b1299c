import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lockDatabase } from './database-lock.ts';
import { loadSqlite } from './sqlite-driver.ts';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tta-lock-'));
  path = join(directory, 'traces.db');
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

describe('the lock of a database', () => {
  it('is had by one at a time, and leaves nothing behind', async () => {
    const open = await loadSqlite();
    const unlock = lockDatabase(open, path);
    expect(() => lockDatabase(open, path)).toThrow(
      expect.objectContaining({ code: 'OBS_ERR_DATABASE_IN_USE' }),
    );
    unlock();
    lockDatabase(open, path)();
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it.each<[string, () => void]>([
    ['is a folder', () => mkdirSync(`${path}.lock`)],
    ['is no lock', () => writeFileSync(`${path}.lock`, 'a letter to a friend '.repeat(100))],
    ['cannot be made', () => (path = join(directory, 'nowhere', 'traces.db'))],
  ])('is said to be impossible where its file %s', async (_, prepare) => {
    prepare();
    const open = await loadSqlite();
    expect(() => lockDatabase(open, path)).toThrow(
      expect.objectContaining({
        code: 'OBS_ERR_DATA_DIRECTORY',
        message: expect.stringMatching(/^Cannot lock the database with .+traces\.db\.lock \(.+\): .+$/),
      }),
    );
  });
});
