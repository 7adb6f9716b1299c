import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { names, type Tree } from '@nx/devkit';
import { flushChanges, FsTree } from 'nx/src/generators/tree';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { complaint, type Exit, TemporaryWorkspace } from '../test/temporary-workspace.ts';
import { workspaceTree } from '../test/workspace-tree.ts';
import { exampleGenerator } from './example/generator.ts';
import { readTemplates } from './new-files.ts';
import { packageGenerator } from './package/generator.ts';
import { primitiveGenerator } from './primitive/generator.ts';
import { samplerGenerator } from './sampler/generator.ts';
import { templateIdentifiers } from './template-identifiers.ts';

const run = promisify(execFile);
const layers = ['context', 'contract', 'signal', 'workflow', 'setup', 'support', 'app'];
const packages = layers.map((layer) => `packages/new-${layer}`);
const projects = ['packages/primitives', 'packages/tracing', 'docs/examples', ...packages];

// The names of the last few are also those of what the templates are about.
const primitives = ['rate-meter', 'double', 'step'];
const samplers = ['per-tenant', 'ratio'];
const examples = ['support-bot', 'running'];

const filesOf = {
  primitive: (name: string) => [
    `+ docs/primitives/${name}.md`,
    '~ packages/primitives/README.md',
    '~ packages/primitives/src/index.ts',
    `+ packages/primitives/src/${name}.spec.ts`,
    `+ packages/primitives/src/${name}.ts`,
    `+ tools/bench/primitives/${name}.mjs`,
  ],
  sampler: (name: string) => [
    '~ packages/tracing/README.md',
    '~ packages/tracing/src/index.ts',
    `+ packages/tracing/src/sampling/${name}.spec.ts`,
    `+ packages/tracing/src/sampling/${name}.ts`,
  ],
  example: (name: string) => [
    '~ docs/examples/README.md',
    `+ docs/examples/${name}/main.ts`,
    `+ docs/examples/${name}/workflow.spec.ts`,
    `+ docs/examples/${name}/workflow.ts`,
  ],
  package: (name: string) => [
    '~ CONTRIBUTING.md',
    '~ README.md',
    '~ eslint.config.mjs',
    `+ packages/${name}/README.md`,
    `+ packages/${name}/eslint.config.mjs`,
    `+ packages/${name}/jest.config.mjs`,
    `+ packages/${name}/package.json`,
    `+ packages/${name}/src/index.ts`,
    `+ packages/${name}/src/${name}.spec.ts`,
    `+ packages/${name}/src/${name}.ts`,
    `+ packages/${name}/tsconfig.json`,
    `+ packages/${name}/tsconfig.lib.json`,
    `+ packages/${name}/tsconfig.spec.json`,
    '~ tsconfig.json',
  ],
};

describe('what the generators write', () => {
  let workspace: TemporaryWorkspace;
  let before: ReadonlyMap<string, string>;
  const isLinted = (file: string) => /\.(ts|mjs)$|\/package\.json$/.test(file);
  const changed = () => workspace.changesSince(before).map((change) => change.slice(2));
  const tool = async (script: string, ...args: string[]) =>
    complaint(await workspace.node(`node_modules/${script}`, ...args));

  beforeAll(() => {
    workspace = new TemporaryWorkspace();
    before = workspace.files();
  });
  afterAll(() => workspace.remove());

  it.each([
    { generator: 'primitive', name: 'rate-meter', options: [] },
    { generator: 'package', name: 'new-signal', options: ['--layer', 'signal', '--skip-install'] },
  ] as const)('is all that belongs to a $generator, through Nx', async ({ generator, name, options }) => {
    const state = workspace.files();
    const exit = await workspace.nx('g', `@tta/obs-generators:${generator}`, name, ...options);
    expect(exit).toMatchObject({ status: 0, stderr: '' });
    expect(workspace.changesSince(state)).toEqual(filesOf[generator](name));
  });

  it('is nothing for a name that is refused, and one line says why', async () => {
    const state = workspace.files();
    expect(await workspace.nx('g', '@tta/obs-generators:primitive', 'rate-meter')).toMatchObject({
      status: 1,
      stderr:
        '\n NX   "rate-meter" is no name for a primitive: rateMeter is taken already; take another\n\n\n',
    });
    expect(workspace.changesSince(state)).toEqual([]);
  });

  it('has its place beside what was written before', async () => {
    const write = async (generate: (tree: Tree) => Promise<unknown>): Promise<void> => {
      const tree = new FsTree(workspace.root, false);
      await generate(tree);
      flushChanges(workspace.root, tree.listChanges());
    };
    for (const name of primitives.slice(1)) await write((tree) => primitiveGenerator(tree, { name }));
    for (const name of samplers) await write((tree) => samplerGenerator(tree, { name }));
    for (const name of examples) await write((tree) => exampleGenerator(tree, { name }));
    for (const layer of layers.filter((other) => other !== 'signal'))
      await write((tree) => packageGenerator(tree, { name: `new-${layer}`, layer, skipInstall: true }));
    workspace.linkPackages();
    const expected = [
      ...primitives.flatMap(filesOf.primitive),
      ...samplers.flatMap(filesOf.sampler),
      ...examples.flatMap(filesOf.example),
      ...layers.flatMap((layer) => filesOf.package(`new-${layer}`)),
    ];
    expect(new Set(workspace.changesSince(before))).toEqual(new Set(expected));
  });

  it('is formatted, linted and used', async () => {
    // First, because the rule of layers needs the graph with the new packages in it.
    expect(complaint(await workspace.nx('sync:check'))).toBe('');
    const files = changed();
    const code = files.filter(isLinted);
    expect(await tool('prettier/bin/prettier.cjs', '--check', ...files)).toBe('');
    expect(await tool('oxlint/bin/oxlint', '--type-aware', ...code)).toBe('');
    expect(await tool('eslint/bin/eslint.js', ...code)).toBe('');
    expect(await tool('knip/bin/knip.js', ...projects.flatMap((folder) => ['-W', folder]))).toBe('');
  });

  it('type-checks and builds', async () => {
    expect(await tool('ts7/bin/tsc', '-b', ...projects)).toBe('');
    for (const folder of packages) expect(workspace.exists(`${folder}/dist/index.js`)).toBe(true);
  });

  it('passes its specs, which cover every line and branch', async () => {
    const added = changed().filter((file) => !before.has(file));
    const specs = added.filter((file) => file.endsWith('.spec.ts'));
    const sources = added.filter((file) => /(?<!\.spec|\/main|\/index)\.ts$/.test(file));
    // Jest takes them as relative to the first project.
    const collected = sources.map((file) => relative(projects[0] as string, file));
    const coverage = [
      '--coverage',
      '--coverageReporters=json-summary',
      `--coverageDirectory=${join(workspace.root, 'coverage')}`,
      `--collectCoverageFrom=${JSON.stringify(collected)}`,
    ];
    expect(complaint(await workspace.jest(projects, ...specs, ...coverage))).toBe('');
    const summary = JSON.parse(workspace.read('coverage/coverage-summary.json')) as Record<
      string,
      { readonly lines: { readonly pct: number }; readonly branches: { readonly pct: number } }
    >;
    const covered = sources.map((file) => {
      const { lines, branches } = summary[join(workspace.root, file)] ?? {};
      return [file, lines?.pct, branches?.pct];
    });
    expect(covered).toEqual(sources.map((file) => [file, 100, 100]));
  });

  it('is documented, and its pages are true', async () => {
    const pages = primitives.map((name) => `docs/primitives/${name}.md`);
    const readmes = packages.map((folder) => `${folder}/README.md`);
    const pattern = `--testNamePattern=new-|of (primitives|tracing|${pages.join('|')}) |opening examples`;
    const specs = ['public-docs', 'readme-examples', 'project-graph'];
    const exit = await workspace.jest(['tools/workspace'], ...specs, pattern, '--verbose');
    expect(complaint(exit)).toBe('');
    for (const page of [...pages, ...readmes])
      expect(exit.stderr).toContain(`the opening example of ${page}`);
  });

  it.each(primitives)('is a bench entry that runs %s, and a page that tells its error', async (name) => {
    writeFileSync(
      join(workspace.root, 'check.mjs'),
      `import { create } from './tools/bench/primitives/${name}.mjs';
console.log(await create((n) => n + 1).execute(1));
try { create(undefined); } catch ({ code, message }) { console.log(code); console.log(message); }
`,
    );
    const { stdout, stderr } = await workspace.node('check.mjs');
    const [result, code, message] = stdout.split('\n');
    expect([result, stderr]).toEqual(['2', '']);
    expect(workspace.read(`docs/primitives/${name}.md`)).toContain(
      `A step that is none throws \`${code}\` when it is built: \`${message}\`.`,
    );
  });

  it.each(examples)('is a program that runs as it stands: %s', async (name) => {
    // Spans that no service takes wait in the user's data directory.
    const env = { PATH: process.env['PATH'], HOME: workspace.root, XDG_DATA_HOME: workspace.root };
    const program = `docs/examples/dist/${name}/main.js`;
    const { stdout } = await run(process.execPath, [program], { cwd: workspace.root, env });
    expect(stdout).toMatch(/^README\.md: \d+ words in \d+ lines, most often \w+ \(\d+\)/);
    await expect(
      run(process.execPath, [program, 'gone.md'], { cwd: workspace.root, env }),
    ).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        new RegExp(`^${name}: ENOENT: no such file or directory, open 'gone\\.md'$`, 'm'),
      ),
    });
  });

  describe('as a package', () => {
    const forbidden = [
      "import { newContext } from '@tta/obs-context';",
      "import { percentile } from '@tta/obs-metrics';",
      "import { lambda } from '@tta/obs-primitives';",
      "import { observe } from '@tta/obs-testing';",
      "import winston from 'winston';",
      'export const now = () => [Date.now(), newContext, percentile, lambda, observe, winston];',
    ];
    const probe = (layer: string) => `packages/new-${layer}/src/probe.ts`;
    let linted: Exit;
    beforeAll(async () => {
      for (const layer of layers)
        writeFileSync(join(workspace.root, probe(layer)), `${forbidden.join('\n')}\n`);
      linted = await workspace.node(
        'node_modules/eslint/bin/eslint.js',
        '--format=json',
        ...layers.map(probe),
      );
    });

    it.each([
      ['context', ['context', 'metrics', 'primitives', 'testing', 'winston', 'now']],
      ['contract', ['context', 'metrics', 'primitives', 'testing', 'winston', 'now']],
      ['signal', ['metrics', 'primitives', 'testing', 'winston', 'now']],
      ['workflow', ['metrics', 'primitives', 'testing', 'winston', 'now']],
      ['setup', ['primitives', 'testing', 'winston', 'now']],
      ['support', ['primitives', 'testing', 'winston', 'now']],
      ['app', ['testing']],
    ])('of the layer %s is held to its rules: no %j', (layer, refused) => {
      const results = JSON.parse(linted.stdout) as readonly {
        readonly filePath: string;
        readonly messages: readonly { readonly line: number }[];
      }[];
      const messages = results.find(({ filePath }) => filePath.endsWith(probe(layer)))?.messages ?? [];
      const lines = ['context', 'metrics', 'primitives', 'testing', 'winston', 'now'];
      expect(messages.map(({ line }) => lines[line - 1])).toEqual(refused);
    });
  });
});

describe('names that the templates use', () => {
  const folder = (path: string) => join(import.meta.dirname, path);

  it.each([
    {
      what: 'primitive',
      files: 'primitive/files',
      generate: primitiveGenerator,
      some: ['create', 'trace', 'console'],
    },
    { what: 'sampler', files: 'sampler/files', generate: samplerGenerator, some: ['fc', 'sampler', 'kept'] },
    {
      what: 'example',
      files: 'example/files',
      generate: exampleGenerator,
      some: ['read', 'process', 'file'],
    },
    {
      what: 'contract',
      files: 'package/files/contract',
      generate: packageGenerator,
      layer: 'contract',
      some: [],
    },
    {
      what: 'listener',
      files: 'package/files/listener',
      generate: packageGenerator,
      layer: 'setup',
      some: ['status', 'Pick'],
    },
    {
      what: 'package of primitives',
      files: 'package/files/primitive',
      generate: packageGenerator,
      layer: 'app',
      some: ['trace'],
    },
  ])('are none for a new $what', async ({ files, generate, layer, some }) => {
    const templates = readTemplates(folder(files));
    const identifiersFor = (name: string) => {
      const { propertyName, className } = names(name);
      return templateIdentifiers(templates, { propertyName, className });
    };
    const unfit = [...identifiersFor('').used].filter((identifier) =>
      identifiersFor(names(identifier).fileName).made.has(identifier),
    );
    expect(unfit).toEqual(expect.arrayContaining(some));
    for (const identifier of unfit) {
      const tree = workspaceTree();
      const name = names(identifier).fileName;
      await expect(generate(tree, { name, ...(layer && { layer }) })).rejects.toThrow(
        `"${name}" is no name for a`,
      );
      expect(tree.listChanges()).toEqual([]);
    }
  });
});

describe('the list of generators', () => {
  it('tells Nx where each is', async () => {
    const read = (path: string): unknown =>
      JSON.parse(readFileSync(join(import.meta.dirname, '..', path), 'utf8'));
    const { generators } = read('generators.json') as {
      readonly generators: Readonly<Record<string, { readonly factory: string; readonly schema: string }>>;
    };
    expect(Object.keys(generators)).toEqual(['primitive', 'package', 'sampler', 'example']);
    for (const [name, { factory, schema }] of Object.entries(generators)) {
      expect(factory).toBe(`./src/${name}/generator#${name}Generator`);
      const exported = (await import(`./${name}/generator.ts`)) as Readonly<Record<string, unknown>>;
      expect(exported[`${name}Generator`]).toEqual(expect.any(Function));
      expect(read(schema)).toMatchObject({
        $id: name,
        properties: { name: { $default: { $source: 'argv', index: 0 } } },
      });
    }
  });
});
