import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { writeNewFile } from './new-file.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tta-new-file-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const path = () => join(directory, 'out.json');
const write = (parts: AsyncIterable<string>, replaces = false) => writeNewFile(path(), parts, { replaces });

/** @param meanwhile - What happens between the two parts. */
async function* parts(meanwhile: () => void = () => undefined): AsyncGenerator<string> {
  yield 'ä';
  meanwhile();
  yield 'b';
}

describe('writeNewFile', () => {
  it('gives the file its name when it is complete, and only the user can read it', async () => {
    const during: string[] = [];
    expect(await write(parts(() => during.push(...readdirSync(directory))))).toBe(3);
    expect(during).toEqual([expect.stringMatching(/^out\.json\.unfinished-/)]);
    expect([readFileSync(path(), 'utf8'), statSync(path()).mode & 0o777]).toEqual(['äb', 0o600]);
  });

  it('leaves nothing when the parts end with an error', async () => {
    const failing = parts(() => {
      throw new Error('no service');
    });
    await expect(write(failing)).rejects.toThrow('no service');
    expect(readdirSync(directory)).toEqual([]);
  });

  it('replaces no file, not even one that has got the name meanwhile', async () => {
    const taking = parts(() => writeFileSync(path(), 'mine'));
    await expect(write(taking)).rejects.toThrow(`${path()} is there already`);
    expect(readdirSync(directory)).toEqual(['out.json']);
    await expect(write(parts())).rejects.toThrow('replace it with --force');
    expect(readFileSync(path(), 'utf8')).toBe('mine');
  });

  it('replaces a file when it is told to, and a link, but not what the link leads to', async () => {
    const target = join(directory, 'target');
    writeFileSync(target, 'mine');
    symlinkSync(target, path());
    await write(parts(), true);
    expect([readFileSync(path(), 'utf8'), readFileSync(target, 'utf8')]).toEqual(['äb', 'mine']);
  });

  it('never takes the place of what is no file', async () => {
    mkdirSync(path());
    await expect(write(parts(), true)).rejects.toThrow(`${path()} is no file`);
    expect(readdirSync(directory)).toEqual(['out.json']);
  });
});
