import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { giveName, removeUnfinished, unfinishedPath } from './unfinished-backup.ts';

let directory: string;
let path: string;
let unfinished: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tta-unfinished-'));
  path = join(directory, 'copy.db');
  unfinished = unfinishedPath(path);
  writeFileSync(unfinished, 'complete', { mode: 0o600 });
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** What `link` answers on FAT. */
const noLinks = () => {
  throw Object.assign(new Error('operation not permitted, link'), { code: 'EPERM' });
};

describe('a complete backup', () => {
  it('gets its name where there are no hard links', () => {
    giveName(unfinished, path, noLinks);
    expect([readdirSync(directory), readFileSync(path, 'utf8')]).toEqual([['copy.db'], 'complete']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['with', undefined],
    ['without', noLinks],
  ])('replaces nothing that has got the name meanwhile, %s hard links', (_with, link) => {
    writeFileSync(path, 'mine');
    expect(() => giveName(unfinished, path, link)).toThrow(expect.objectContaining({ code: 'EEXIST' }));
    expect([readFileSync(path, 'utf8'), readFileSync(unfinished, 'utf8')]).toEqual(['mine', 'complete']);
  });

  it('leaves no empty file behind when it cannot be renamed', () => {
    rmSync(unfinished);
    expect(() => giveName(unfinished, path)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('removal', () => {
  it('takes what is older than an hour, and a folder that cannot be read for an empty one', () => {
    const { mtimeMs } = statSync(unfinished);
    removeUnfinished(directory, mtimeMs + 3_600_000);
    expect(existsSync(unfinished)).toBe(true);
    removeUnfinished(unfinished, mtimeMs + 3_600_001);
    removeUnfinished(join(directory, 'none'), mtimeMs + 3_600_001);
    expect(existsSync(unfinished)).toBe(true);
    removeUnfinished(directory, mtimeMs + 3_600_001);
    expect(existsSync(unfinished)).toBe(false);
  });
});
