import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { workspaceRoot } from './workspace-root.ts';

const readme = readFileSync(join(workspaceRoot, 'packages/testing/README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, text]) => ({
  language,
  text,
}));
const [opening, shown, setUp] = blocks.map(({ text = '' }) => text) as [string, string, string];

const preset = join(workspaceRoot, 'jest.preset.mjs');
const config = `import preset from ${JSON.stringify(preset)};
export default {
  ...preset,
  rootDir: import.meta.dirname,
  testMatch: ['<rootDir>/*.test.ts'],
  setupFilesAfterEnv: ['<rootDir>/matchers.ts'],
  coverageThreshold: undefined,
};
`;
const compilerOptions = {
  extends: join(workspaceRoot, 'tsconfig.base.json'),
  compilerOptions: { noEmit: true, composite: false },
};

/** Inside the workspace, where its packages are found. */
let folder: string;

beforeAll(async () => {
  const parent = join(workspaceRoot, 'tools/workspace/out-tsc');
  await mkdir(parent, { recursive: true });
  folder = await mkdtemp(join(parent, 'testing-readme-'));
  const files = {
    'as-it-stands.test.ts': opening,
    'asked-for-less.test.ts': opening.replace("('ask model', 2)", "('ask model', 1)"),
    'matchers.ts': setUp,
    'jest.config.mjs': config,
    'tsconfig.json': JSON.stringify(compilerOptions),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
});
afterAll(() => rm(folder, { recursive: true }));

/** Exit code and all output of a tool of the workspace, run on the folder. */
function run(tool: string, ...args: readonly string[]): Promise<{ code: number; text: string }> {
  const env = {
    PATH: process.env['PATH'],
    NO_COLOR: '1',
    NODE_OPTIONS: '--experimental-vm-modules --no-warnings',
  };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(workspaceRoot, 'node_modules', tool), ...args],
      { cwd: folder, env },
      (error, stdout, stderr) => resolve({ code: error ? 1 : 0, text: `${stdout}\n${stderr}` }),
    );
  });
}

/** Durations differ from run to run. */
const withoutDurations = (text: string): string => text.replaceAll(/ [\d.]+ ms/g, ' … ms');

describe('the test that the README of @tta/obs-testing opens with', () => {
  it('passes, with the set-up file that it shows', async () => {
    const { code, text } = await run('jest/bin/jest.js', 'as-it-stands');
    expect(text).toContain('✓ asks the model again when it is overloaded, and stays cheap');
    expect(code).toBe(0);
  });

  it('prints what the README says when it is asked for less', async () => {
    const { code, text } = await run('jest/bin/jest.js', 'asked-for-less');
    expect(code).toBe(1);
    const printed = withoutDurations(text.replaceAll(/^ {4}/gm, ''));
    const said = withoutDurations(shown);
    // All of it, from its first line to its last; Jest then shows where in the test that was.
    const from = printed.indexOf('expect(trace)');
    expect(printed.slice(from, from + said.length)).toBe(said);
    expect(printed.slice(from + said.length)).toMatch(/^\n *\d+ \|/);
  });

  it('has no type errors', async () => {
    expect(await run('ts7/bin/tsc', '--pretty', 'false', '-p', '.')).toEqual({ code: 0, text: '\n' });
  });
});
