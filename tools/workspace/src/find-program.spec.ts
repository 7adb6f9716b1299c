import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { workspaceRoot } from './workspace-root.ts';

const names = ['chromium', 'google-chrome'];

describe('findProgram', () => {
  let findProgram: (names: readonly string[], searchPath: string) => string | undefined;
  let folder: string;
  beforeEach(async () => {
    const file = pathToFileURL(join(workspaceRoot, 'tools/test/find-program.mjs')).href;
    ({ findProgram } = (await import(file)) as { findProgram: typeof findProgram });
    folder = mkdtempSync(join(tmpdir(), 'tta-programs-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('finds a program in any folder of the search path', () => {
    const program = join(folder, 'google-chrome');
    writeFileSync(program, '', { mode: 0o755 });
    expect(findProgram(names, ['/no/such/folder', folder].join(delimiter))).toBe(program);
  });

  it('prefers the first name', () => {
    writeFileSync(join(folder, 'google-chrome'), '', { mode: 0o755 });
    writeFileSync(join(folder, 'chromium'), '', { mode: 0o755 });
    expect(findProgram(names, folder)).toBe(join(folder, 'chromium'));
  });

  it('passes over a file that cannot be run', () => {
    writeFileSync(join(folder, 'chromium'), '');
    chmodSync(join(folder, 'chromium'), 0o644);
    expect(findProgram(names, folder)).toBeUndefined();
  });

  it('finds nothing on an empty path', () => {
    expect(findProgram(names, '')).toBeUndefined();
  });
});
