import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openDatabaseFile, openForReading, type DatabaseFile } from './database-file.ts';
import { batchOfSpans, sampleSpan } from './sample-records.ts';
import { loadSqlite } from './sqlite-driver.ts';
import { SqliteStorage } from './sqlite-storage.ts';
import { bundleProgram } from '../testing/bundle-program.ts';

let directory: string;
let path: string;
let opened: DatabaseFile[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tta-file-'));
  path = join(directory, 'data', 'traces.db');
  opened = [];
});

afterEach(() => {
  for (const file of opened) file.close();
  rmSync(directory, { recursive: true, force: true });
});

async function open(options?: Parameters<typeof openDatabaseFile>[1]): Promise<DatabaseFile> {
  const file = await openDatabaseFile(path, options);
  opened.push(file);
  return file;
}

function close(file: DatabaseFile): void {
  opened.splice(opened.indexOf(file), 1);
  file.close();
}

const mode = (name: string) => (statSync(name).mode & 0o777).toString(8);
const pragma = ({ database }: DatabaseFile, name: string) => database.prepare(`PRAGMA ${name}`).get()?.[name];
const NOTES = 'just some notes, longer than the header of a database would be, so that it is read\n'.repeat(
  9,
);

describe('openDatabaseFile', () => {
  it('creates file and folder for the user alone, and leaves one file behind', async () => {
    const file = await open();
    await new SqliteStorage(file).traces.write(batchOfSpans(sampleSpan(1, 1)));
    const names = readdirSync(join(directory, 'data')).toSorted();
    expect(names).toEqual(['traces.db', 'traces.db-shm', 'traces.db-wal', 'traces.db.lock']);
    expect(names.map((name) => mode(join(directory, 'data', name)))).toEqual(Array(4).fill('600'));
    expect(mode(join(directory, 'data'))).toBe('700');
    close(file);
    expect(readdirSync(join(directory, 'data'))).toEqual(['traces.db']);
    expect(mode(path)).toBe('600');
  });

  it('lets nobody else read what was readable before', async () => {
    close(await open());
    chmodSync(path, 0o644);
    await open();
    expect([path, `${path}-wal`, `${path}-shm`].map(mode)).toEqual(['600', '600', '600']);
  });

  it('gives back space in small steps, and syncs each commit only when asked', async () => {
    const file = await open();
    expect(['auto_vacuum', 'page_size', 'synchronous'].map((name) => Number(pragma(file, name)))).toEqual([
      2, 8192, 1,
    ]);
    close(file);
    expect(Number(pragma(await open({ durability: 'full' }), 'synchronous'))).toBe(2);
  });

  it('refuses a database that is in use under whatever name, and opens it afterwards', async () => {
    const file = await open();
    const link = join(directory, 'link.db');
    symlinkSync(path, link);
    for (const name of [path, link]) {
      await expect(openDatabaseFile(name)).rejects.toMatchObject({ code: 'OBS_ERR_DATABASE_IN_USE' });
    }
    close(file);
    await expect(open()).resolves.toMatchObject({ notices: [] });
  });

  it('keeps other processes off also when this one has tried it again', async () => {
    await open();
    await expect(open()).rejects.toMatchObject({ code: 'OBS_ERR_DATABASE_IN_USE' });
    const program = await bundleProgram(
      'open-program.mjs',
      `import { openDatabaseFile } from './src/storage/database-file.ts';
       await openDatabaseFile(process.argv[2]).catch((error) => console.log(error.code));`,
    );
    const { stdout } = spawnSync(process.execPath, ['--no-warnings', program, path], {
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    expect(stdout.trim()).toBe('OBS_ERR_DATABASE_IN_USE');
  });

  it('leaves a file as it is that is not a database of ours, and says so', async () => {
    const text = join(directory, 'notes.txt');
    writeFileSync(text, NOTES, { mode: 0o644 });
    const other = join(directory, 'other.db');
    const database = (await loadSqlite())(other);
    database.exec('CREATE TABLE mine (a)');
    database.close();
    for (const name of [text, other]) {
      const before = [statSync(name).size, mode(name)];
      await expect(openDatabaseFile(name)).rejects.toMatchObject({
        code: 'OBS_ERR_NOT_A_DATABASE',
        message: expect.stringContaining(`${name} is not a database of this service`),
      });
      expect([statSync(name).size, mode(name)]).toEqual(before);
      expect(existsSync(`${name}.lock`)).toBe(false);
    }
  });

  it('refuses a database of a newer version', async () => {
    const file = await open();
    file.database.exec('PRAGMA user_version = 99');
    close(file);
    await expect(open()).rejects.toMatchObject({ code: 'OBS_ERR_DATABASE_TOO_NEW' });
  });

  it('refuses a place that cannot be written', async () => {
    writeFileSync(join(directory, 'file'), '');
    mkdirSync(join(directory, 'folder'));
    for (const place of [join(directory, 'file', 'traces.db'), join(directory, 'folder')]) {
      await expect(openDatabaseFile(place)).rejects.toMatchObject({ code: 'OBS_ERR_DATA_DIRECTORY' });
    }
  });
});

describe('openForReading', () => {
  it('sees what is committed and cannot write', async () => {
    const file = await open();
    const reader = await openForReading(file.path);
    file.database.exec('CREATE TABLE extra (a)');
    expect(reader.database.prepare('SELECT count(*) AS n FROM extra').get()?.['n']).toBe(0);
    expect(() => reader.database.exec('DROP TABLE extra')).toThrow(/readonly/);
    reader.close();
  });
});
