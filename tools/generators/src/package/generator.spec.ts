import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FsTree, flushChanges } from 'nx/src/generators/tree';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { complaint, TemporaryWorkspace } from '../../test/temporary-workspace.ts';
import { packageGenerator, type PackageOptions } from './generator.ts';

const otherLayers = ['context', 'contract', 'workflow', 'setup', 'support', 'app'];
const folders = ['signal', ...otherLayers].map((layer) => `packages/new-${layer}`);

describe('the generator of packages', () => {
  let workspace: TemporaryWorkspace;
  let before: ReadonlyMap<string, string>;
  beforeAll(() => {
    workspace = new TemporaryWorkspace();
    before = workspace.files();
  });
  afterAll(() => workspace.remove());

  const refused: readonly (readonly [options: PackageOptions, says: string])[] = [
    [{ layer: 'signal' }, 'a new package needs a name: npx nx g @tta/obs-generators:package <name>'],
    [{ name: 'Quotas', layer: 'signal' }, '"Quotas" is no name for a package: it has to be in kebab-case'],
    [{ name: 'delete', layer: 'signal' }, '"delete" is no name for a package: delete is a reserved word'],
    [{ name: 'trace', layer: 'workflow' }, '"trace" is no name for a package: there is a trace already'],
    [{ name: 'tracing', layer: 'signal' }, 'there is a packages/tracing already; take another name'],
    [{ name: 'obs', layer: 'setup' }, 'there is a packages/obs already; take another name'],
    [{ name: 'examples', layer: 'app' }, 'there is a docs/examples already; take another name'],
    [
      { name: 'quotas' },
      'a new package needs a layer: --layer context, contract, signal, workflow, setup, support or app',
    ],
    [{ name: 'quotas', layer: 'Signal' }, '"Signal" is no layer of a package: it is context, contract,'],
    [{ name: 'quotas', layer: 'tool' }, 'a tool is no package: write it to tools/<name>'],
  ];

  it.each(refused)('writes nothing for %j', async (options, says) => {
    const tree = new FsTree(workspace.root, false);
    await expect(packageGenerator(tree, options)).rejects.toThrow(says);
    expect(tree.listChanges()).toEqual([]);
  });

  it.each([
    ['eslint.config.mjs', 'is not written as the generator knows it'],
    ['README.md', 'has no table that begins with "| package "'],
    ['CONTRIBUTING.md', 'has no row "signal" below "| layer "'],
  ])('says so when it no longer knows its way in %s', async (file, says) => {
    const tree = new FsTree(workspace.root, false);
    tree.write(file, 'something else\n');
    await expect(packageGenerator(tree, { name: 'quotas', layer: 'signal' })).rejects.toThrow(
      `${file} ${says}`,
    );
  });

  it('writes a package and enters it in the lists of the workspace', async () => {
    const options = ['new-signal', '--layer', 'signal', '--skip-install'];
    expect(await workspace.nx('g', '@tta/obs-generators:package', ...options)).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(workspace.changesSince(before)).toEqual([
      '~ CONTRIBUTING.md',
      '~ README.md',
      '~ eslint.config.mjs',
      '+ packages/new-signal/README.md',
      '+ packages/new-signal/eslint.config.mjs',
      '+ packages/new-signal/jest.config.mjs',
      '+ packages/new-signal/package.json',
      '+ packages/new-signal/src/index.ts',
      '+ packages/new-signal/src/new-signal.spec.ts',
      '+ packages/new-signal/src/new-signal.ts',
      '+ packages/new-signal/tsconfig.json',
      '+ packages/new-signal/tsconfig.lib.json',
      '+ packages/new-signal/tsconfig.spec.json',
      '~ tsconfig.json',
    ]);
    expect(workspace.read('CONTRIBUTING.md')).toMatch(/^\| signal +\| .*`, `new-signal` +\|/m);
    expect(workspace.read('README.md')).toMatch(
      /^\| \[`@tta\/obs-new-signal`\]\(packages\/new-signal\) +\| counts executions by how they ended +\|$/m,
    );
  });

  it('writes packages of all layers that are in order, beside each other as well', async () => {
    for (const layer of otherLayers) {
      const tree = new FsTree(workspace.root, false);
      const install = await packageGenerator(tree, { name: `new-${layer}`, layer, skipInstall: true });
      flushChanges(workspace.root, tree.listChanges());
      await install();
    }
    workspace.linkPackages();
    // First, because the rule of layers needs the graph with the new packages in it.
    expect(complaint(await workspace.nx('sync:check'))).toBe('');
    const files = workspace.changesSince(before).map((change) => change.slice(2));
    const workspaces = folders.flatMap((folder) => ['-W', folder]);
    const [complaints, unused] = await Promise.all([
      workspace.complaintsAbout(files),
      workspace.node('node_modules/knip/bin/knip.js', ...workspaces),
    ]);
    expect(complaints).toBe('');
    expect(complaint(unused)).toBe('');
  });

  it('type-checks and builds with no hand on it', async () => {
    expect(complaint(await workspace.node('node_modules/ts7/bin/tsc', '-b', ...folders))).toBe('');
    for (const folder of folders) expect(workspace.exists(`${folder}/dist/index.js`)).toBe(true);
  });

  it('passes its spec, which covers every line and branch', async () => {
    const projects = folders.map((folder) => `--projects=${folder}`);
    const threshold = '--coverageThreshold={ "global": { "lines": 100, "branches": 100 } }';
    expect(
      complaint(
        await workspace.node(
          '--experimental-vm-modules',
          'node_modules/jest/bin/jest.js',
          ...projects,
          '--coverage',
          threshold,
        ),
      ),
    ).toBe('');
  });

  it('is in its layer, and its README prints what it says', async () => {
    const specs = ['readme-examples', 'project-graph'];
    const names = '--testNamePattern=new-|the opening examples';
    const exit = await workspace.jest('tools/workspace', ...specs, names, '--verbose');
    expect(complaint(exit)).toBe('');
    for (const folder of folders) {
      expect(exit.stderr).toContain(`the opening example of ${folder}/README.md`);
    }
  });

  it('is held to the rules of a library and of its layer', async () => {
    const file = 'packages/new-signal/src/new-signal.ts';
    writeFileSync(
      join(workspace.root, file),
      `import { percentile } from '@tta/obs-metrics';
import winston from 'winston';

export const now = () => [Date.now(), percentile, winston];
`,
    );
    const { stdout } = await workspace.node('node_modules/eslint/bin/eslint.js', file);
    expect(stdout).toContain('A project tagged with "layer:signal" can only depend on libs tagged with');
    expect(stdout).toContain('A project tagged with "pkg:new-signal" is not allowed to import "winston"');
    expect(stdout).toContain('Take the time from the Clock you are given');
  });
});
