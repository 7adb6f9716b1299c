import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { workspaceRoot } from './workspace-root.ts';

describe('findChromium', () => {
  let findChromium: (searchPath: string) => string | undefined;
  let folder: string;
  beforeEach(async () => {
    const file = pathToFileURL(join(workspaceRoot, 'tools/test/chromium.mjs')).href;
    ({ findChromium } = (await import(file)) as { findChromium: typeof findChromium });
    folder = mkdtempSync(join(tmpdir(), 'tta-chromium-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('finds a browser in any folder of the search path', () => {
    const browser = join(folder, 'google-chrome');
    writeFileSync(browser, '', { mode: 0o755 });
    expect(findChromium(['/no/such/folder', folder].join(delimiter))).toBe(browser);
  });

  it('prefers Chromium', () => {
    writeFileSync(join(folder, 'google-chrome'), '', { mode: 0o755 });
    writeFileSync(join(folder, 'chromium'), '', { mode: 0o755 });
    expect(findChromium(folder)).toBe(join(folder, 'chromium'));
  });

  it('passes over a file that cannot be run', () => {
    writeFileSync(join(folder, 'chromium'), '');
    chmodSync(join(folder, 'chromium'), 0o644);
    expect(findChromium(folder)).toBeUndefined();
  });

  it('finds nothing on an empty path', () => {
    expect(findChromium('')).toBeUndefined();
  });
});
