import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { backupDatabase } from './backup.ts';
import { openDatabaseFile } from './database-file.ts';
import { batchOfSpans, hexId, sampleSpan } from './sample-records.ts';
import { SqliteStorage } from './sqlite-storage.ts';
import { bundleProgram } from '../testing/bundle-program.ts';

let directory: string;
let path: string;
let storage: SqliteStorage;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-backup-'));
  path = join(directory, 'traces.db');
  storage = new SqliteStorage(await openDatabaseFile(path));
});

afterEach(async () => {
  await storage.close();
  rmSync(directory, { recursive: true, force: true });
});

const write = (trace: number) =>
  storage.traces.write(batchOfSpans(sampleSpan(trace, 1, { attributes: { text: 'x'.repeat(2000) } })));

const HOUR_S = 3600;

/** Makes the file as if nobody had written to it for so long. */
const age = (file: string, seconds: number) => {
  const at = Date.now() / 1000 - seconds;
  utimesSync(file, at, at);
};
const besideDatabase = () => readdirSync(directory).filter((name) => !name.startsWith('traces.db'));
const isUnfinished = (name: string) => name.includes('.unfinished-');

function backupProgramPath(): Promise<string> {
  return bundleProgram(
    'backup-program.mjs',
    `import { backupDatabase } from './src/storage/backup.ts';
     await backupDatabase(process.argv[2], process.argv[3]).catch(({ code }) => process.exit(code === 'OBS_ERR_BACKUP' ? 3 : 4));`,
  );
}

function spawnBackup(program: string, backup: string) {
  return spawn(process.execPath, ['--no-warnings', program, path, backup], {
    stdio: 'inherit',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
}

/** How another process makes a backup; it ends with 3 when it is refused. */
async function backupProgram(): Promise<(backup: string) => Promise<number | null>> {
  const program = await backupProgramPath();
  return (backup) => new Promise((resolve) => spawnBackup(program, backup).once('exit', resolve));
}

describe('a backup', () => {
  it('holds what is committed, for the user alone, and opens as a database of its own', async () => {
    await write(1);
    const backup = join(directory, 'deep', 'copy.db');
    await storage.backup(backup);
    await write(2);
    expect([statSync(backup).mode & 0o777, statSync(join(directory, 'deep')).mode & 0o777]).toEqual([
      0o600, 0o700,
    ]);
    expect(readdirSync(join(directory, 'deep'))).toEqual(['copy.db']);
    const copy = new SqliteStorage(await openDatabaseFile(backup));
    expect(await copy.traces.counts()).toEqual({ traceCount: 1, spanCount: 1 });
    expect(await copy.traces.findSpans('span', 10)).toHaveLength(1);
    await copy.close();
  });

  it('never overwrites anything', async () => {
    const backup = join(directory, 'copy.db');
    writeFileSync(backup, 'mine');
    for (const taken of [backup, path]) {
      await expect(storage.backup(taken)).rejects.toMatchObject({
        code: 'OBS_ERR_BACKUP',
        message: expect.stringContaining('exists already'),
      });
    }
    expect(statSync(backup).size).toBe(4);
    const dangling = join(directory, 'link.db');
    symlinkSync(join(directory, 'none.db'), dangling);
    await expect(storage.backup(dangling)).rejects.toMatchObject({ code: 'OBS_ERR_BACKUP' });
    expect(lstatSync(dangling).isSymbolicLink()).toBe(true);
    expect(existsSync(join(directory, 'none.db'))).toBe(false);
  });

  it('is one of three that get the same name at once, and is complete', async () => {
    for (let trace = 1; trace <= 20; trace++) await write(trace);
    const backup = join(directory, 'copy.db');
    const run = await backupProgram();
    const codes = await Promise.all([run(backup), run(backup), run(backup)]);
    expect(codes.toSorted()).toEqual([0, 3, 3]);
    expect(readdirSync(directory).filter((name) => name.startsWith('copy'))).toEqual(['copy.db']);
    const copy = new SqliteStorage(await openDatabaseFile(backup));
    expect(await copy.traces.counts()).toEqual({ traceCount: 20, spanCount: 20 });
    await copy.close();
  });

  it('says what it cannot copy or write, and leaves nothing behind', async () => {
    const backup = join(directory, 'copy.db');
    const foreign = join(directory, 'notes.txt');
    writeFileSync(foreign, 'no database, but longer than its header would be; '.repeat(9));
    for (const source of [foreign, directory, join(directory, 'none.db')]) {
      await expect(backupDatabase(source, backup)).rejects.toMatchObject({ code: 'OBS_ERR_BACKUP' });
    }
    await expect(backupDatabase(path, join(foreign, 'copy.db'))).rejects.toMatchObject({
      code: 'OBS_ERR_BACKUP',
    });
    expect(readdirSync(directory).filter((name) => !name.startsWith('traces.db'))).toEqual(['notes.txt']);
  });

  it('leaves alone what another backup is writing, and what only looks like one', async () => {
    const backup = join(directory, 'copy.db');
    const running = `copy.db.unfinished-${randomUUID()}`;
    const folder = `folder.unfinished-${randomUUID()}`;
    const others = ['copy.db.unfinished', 'copy.db.unfinished-7', `mine-${randomUUID()}`, 'notes.txt'];
    mkdirSync(join(directory, folder));
    for (const name of [running, ...others]) writeFileSync(join(directory, name), 'half of a backup');
    for (const name of [folder, ...others]) age(join(directory, name), 48 * HOUR_S);
    age(join(directory, running), 0.9 * HOUR_S);
    await storage.backup(backup);
    expect(besideDatabase().sort()).toEqual([running, folder, ...others, 'copy.db'].sort());
  });

  it('removes what a backup into the folder has left that was killed long ago', async () => {
    for (let trace = 1; trace <= 200; trace++) await write(trace);
    const program = await backupProgramPath();
    // It may have ended before it is killed.
    for (let attempt = 0; attempt < 50 && !besideDatabase().some(isUnfinished); attempt++) {
      const child = spawnBackup(program, join(directory, `other-${attempt}.db`));
      const exited = new Promise((resolve) => child.once('exit', resolve));
      while (!besideDatabase().some(isUnfinished) && child.exitCode === null) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      child.kill('SIGKILL');
      await exited;
    }
    const left = besideDatabase().filter(isUnfinished);
    expect(left).not.toEqual([]);
    await storage.backup(join(directory, 'first.db'));
    expect(besideDatabase().filter(isUnfinished)).toEqual(left);
    for (const name of left) age(join(directory, name), 1.1 * HOUR_S);
    await storage.backup(join(directory, 'second.db'));
    expect(besideDatabase().filter(isUnfinished)).toEqual([]);
  });

  it('is taken by another process at one moment while this one writes', async () => {
    for (let trace = 1; trace <= 20; trace++) await write(trace);
    const backup = join(directory, 'copy.db');
    const run = await backupProgram();
    const exited = run(backup);
    let isRunning = true;
    void exited.then(() => (isRunning = false));
    let trace = 20;
    while (isRunning) {
      await write(++trace);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await exited).toBe(0);
    const copy = new SqliteStorage(await openDatabaseFile(backup));
    const { traceCount } = await copy.traces.counts();
    expect(traceCount).toBeGreaterThanOrEqual(20);
    expect(await copy.traces.newestSeq()).toBe(traceCount);
    expect((await copy.traces.trace(hexId(traceCount, 32)))?.spans.spanId).toHaveLength(1);
    expect(await copy.traces.trace(hexId(traceCount + 1, 32))).toBeUndefined();
    await copy.close();
    expect((await storage.traces.counts()).traceCount).toBe(trace);
  });
});
