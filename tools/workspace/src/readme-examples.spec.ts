import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { workspaceRoot } from './workspace-root.ts';

const run = promisify(execFile);

/** Packages whose README opens with a program that runs as it stands. */
const packages = ['context', 'instrumentation', 'tracing', 'metrics', 'logging', 'obs'];

/** CommonJS modules in an ES module bundle call `require`. */
const banner = `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`;

/** The first TypeScript block of a README, and what it says that it prints: `console.log(x); // text`. */
async function openingExample(folder: string): Promise<{ source: string; printed: string[] }> {
  const readme = await readFile(join(workspaceRoot, 'packages', folder, 'README.md'), 'utf8');
  const source = /^```ts\n(.*?)^```$/ms.exec(readme)?.[1];
  if (source === undefined) throw new Error(`the README of ${folder} has no TypeScript block`);
  const printed = [...source.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text]) => text as string);
  return { source, printed };
}

async function runExample(source: string): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'tta-readme-'));
  try {
    const bundle = join(directory, 'example.mjs');
    const { outputFiles } = await build({
      absWorkingDir: workspaceRoot,
      stdin: { contents: source, loader: 'ts', resolveDir: join(workspaceRoot, 'tools/workspace') },
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      conditions: ['@tta/source'],
      banner: { js: banner },
    });
    await writeFile(bundle, outputFiles[0]?.text ?? '');
    const home = { HOME: directory, USERPROFILE: directory, XDG_DATA_HOME: directory };
    const options = { cwd: directory, timeout: 20_000, env: { PATH: process.env['PATH'], ...home } };
    const { stdout } = await run(process.execPath, [bundle], options);
    return stdout.split('\n').filter((line) => line !== '');
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** What the compiler finds in programs, with the settings of the workspace; a line each, by name of the program. */
async function typeErrors(sources: Readonly<Record<string, string>>): Promise<string[]> {
  const parent = join(workspaceRoot, 'tools/workspace/out-tsc');
  await mkdir(parent, { recursive: true });
  // Inside the workspace, where the compiler finds its packages and takes the programs for ES modules.
  const directory = await mkdtemp(join(parent, 'readme-'));
  try {
    for (const [name, source] of Object.entries(sources)) {
      await writeFile(join(directory, `${name}.ts`), source);
    }
    const config = {
      extends: join(workspaceRoot, 'tsconfig.base.json'),
      compilerOptions: { noEmit: true, composite: false },
    };
    await writeFile(join(directory, 'tsconfig.json'), JSON.stringify(config));
    const compiler = join(workspaceRoot, 'node_modules/ts7/bin/tsc');
    const check = run(process.execPath, [compiler, '--pretty', 'false', '-p', '.'], { cwd: directory });
    const { stdout } = await check.catch((error: unknown) => error as { stdout: string });
    // What it finds in the sources of the packages is for their own check of types to say.
    return stdout.split('\n').filter((line) => /^\w+\.ts\(/.test(line));
  } finally {
    await rm(directory, { recursive: true });
  }
}

describe.each(packages)('the opening example in the README of %s', (folder) => {
  it('runs and prints what it says', async () => {
    const { source, printed } = await openingExample(folder);
    expect(printed.length).toBeGreaterThan(0);
    expect(await runExample(source)).toEqual(printed);
  });
});

describe('the opening examples of all READMEs', () => {
  it('have no type errors, unlike one that is wrong', async () => {
    const sources: Record<string, string> = { wrong: `export const wrong: number = 'text';\n` };
    for (const folder of packages) sources[folder] = (await openingExample(folder)).source;
    expect(await typeErrors(sources)).toEqual([expect.stringMatching(/^wrong\.ts\(1,14\): error TS2322/)]);
  });
});
