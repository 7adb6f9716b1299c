import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { readProjects } from './manifests.ts';
import { workspaceRoot } from './workspace-root.ts';

const run = promisify(execFile);

/** The pages of all primitives, also of those that are written tomorrow. */
const pages = readdirSync(join(workspaceRoot, 'docs/primitives'))
  .filter((file) => file.endsWith('.md') && file !== 'README.md')
  .map((file) => `docs/primitives/${file}`);

/** The first block of a document in a language. */
function firstBlock(document: string, language: string): string {
  const text = readFileSync(join(workspaceRoot, document), 'utf8');
  return new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(text)?.[1] ?? '';
}

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');
const moduleOf = (document: string): string => `${document.replaceAll(/\W/g, '-')}.ts`;

/** What an example says that it prints: `console.log(x); // text`. */
const saidOutput = (document: string): string[] =>
  [...firstBlock(document, 'ts').matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(
    ([, text]) => text as string,
  );

/** READMEs that open with a program that says what it prints. */
const readmes = readProjects()
  .map(({ folder }) => `${folder}/README.md`)
  .filter((document) => existsSync(join(workspaceRoot, document)) && saidOutput(document).length > 0);

/** Where the examples are; inside the workspace, where compilers find its packages and take programs for ES modules. */
let directory: string;

beforeAll(async () => {
  const parent = join(workspaceRoot, 'tools/workspace/out-tsc');
  await mkdir(parent, { recursive: true });
  directory = await mkdtemp(join(parent, 'examples-'));
  for (const document of [...readmes, ...pages]) {
    await writeFile(join(directory, moduleOf(document)), firstBlock(document, 'ts'));
  }
});
afterAll(() => rm(directory, { recursive: true }));

/** The lines that a program prints that may import the examples. */
async function outputOf(program: string): Promise<string[]> {
  const { outputFiles } = await build({
    stdin: { contents: program, loader: 'ts', resolveDir: directory },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    conditions: ['@tta/source'],
    // CommonJS modules in an ES module bundle call `require`.
    banner: {
      js: `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`,
    },
  });
  const home = await mkdtemp(join(directory, 'home-'));
  await writeFile(join(home, 'program.mjs'), outputFiles[0]?.text ?? '');
  const env = { PATH: process.env['PATH'], HOME: home, USERPROFILE: home, XDG_DATA_HOME: home };
  const { stdout } = await run(process.execPath, ['program.mjs'], { cwd: home, timeout: 20_000, env });
  return linesOf(stdout);
}

/** A tree as pages show it: without the time that each span took, and its error. */
const withoutTimes = (lines: readonly string[]): string[] =>
  lines.map((line) => line.replace(/^ {2}/, '').replace(/ [\d.]+ m?s(: .*)?$/, ''));

describe.each(readmes)('the opening example of %s', (document) => {
  it('runs and prints what it says', async () => {
    expect(await outputOf(`import './${moduleOf(document)}';`)).toEqual(saidOutput(document));
  });
});

describe.each(pages)('the opening example of %s', (document) => {
  it('runs, prints what it says and has the trace that the page shows', async () => {
    const said = saidOutput(document);
    const output = await outputOf(`
      import { observe } from '@tta/obs-testing';
      await observe(async (trace) => {
        await import('./${moduleOf(document)}');
        console.log(String(trace));
      });
    `);
    expect(said).not.toEqual([]);
    expect(output.slice(0, said.length)).toEqual(said);
    expect(withoutTimes(output.slice(said.length))).toEqual(linesOf(firstBlock(document, 'text')));
  });
});

describe('the opening examples', () => {
  it('are found', () => {
    const folders = ['context', 'instrumentation', 'tracing', 'metrics', 'logging', 'obs'];
    expect(readmes).toEqual(expect.arrayContaining(folders.map((folder) => `packages/${folder}/README.md`)));
  });

  it('have no type errors, unlike one that is wrong', async () => {
    await writeFile(join(directory, 'wrong.ts'), `export const wrong: number = 'text';\n`);
    const config = {
      extends: join(workspaceRoot, 'tsconfig.base.json'),
      compilerOptions: { noEmit: true, composite: false },
    };
    await writeFile(join(directory, 'tsconfig.json'), JSON.stringify(config));
    const compiler = join(workspaceRoot, 'node_modules/ts7/bin/tsc');
    const check = run(process.execPath, [compiler, '--pretty', 'false', '-p', '.'], { cwd: directory });
    const { stdout } = await check.catch((error: unknown) => error as { stdout: string });
    // What it finds in the sources of the packages is for their own check of types to say.
    const found = linesOf(stdout).filter((line) => /^[\w-]+\.ts\(/.test(line));
    expect(found).toEqual([expect.stringMatching(/^wrong\.ts\(1,14\): error TS2322/)]);
  });
});

describe('the pages of primitives', () => {
  it('are there for every primitive, in the table of the README', () => {
    const read = (file: string) => readFileSync(join(workspaceRoot, 'packages/primitives', file), 'utf8');
    const exported = [
      ...read('src/index.ts').matchAll(/^export \{[^}]*\} from '\.\/([\w-]+)(?:\/[\w-]+)?\.ts';$/gm),
    ];
    const primitives = exported.map(([, name]) => `docs/primitives/${name}.md`);
    expect(primitives.length).toBeGreaterThanOrEqual(6);
    expect(pages).toEqual(expect.arrayContaining(primitives));
    const rows = read('README.md')
      .match(/^\| \[.*$/gm)
      ?.join('\n');
    for (const page of pages) expect(rows).toContain(`(../../${page})`);
  });
});
