import { readJson } from '@nx/devkit';
import { describe, expect, it } from '@jest/globals';
import { workspaceTree } from '../../test/workspace-tree.ts';
import { packageGenerator, type PackageOptions } from './generator.ts';

describe('the generator of packages', () => {
  const refused: readonly (readonly [options: PackageOptions, says: string])[] = [
    [{ layer: 'signal' }, 'a new package needs a name: npx nx g @tta/obs-generators:package <name>'],
    [{ name: 'Quotas', layer: 'signal' }, '"Quotas" is no name for a package: it has to be in kebab-case'],
    [{ name: 'delete', layer: 'signal' }, '"delete" is no name for a package: delete is a reserved word'],
    [{ name: 'trace', layer: 'workflow' }, '"trace" is no name for a package: trace is taken already'],
    [{ name: 'pick', layer: 'signal' }, '"pick" is no name for a package: Pick is taken already'],
    [{ name: 'pick', layer: 'context' }, `"pick" is no name for a package: Pick is one of JavaScript's own`],
    [{ name: 'then', layer: 'app' }, '"then" is no name for a package: import() of a module that exports'],
    [{ name: 'dist', layer: 'signal' }, '"dist" is no name for a package: tools have folders of that name'],
    [{ name: 'index', layer: 'signal' }, 'two files would be packages/index/src/index.ts; take another name'],
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
    const tree = workspaceTree();
    await expect(packageGenerator(tree, options)).rejects.toThrow(says);
    expect(tree.listChanges()).toEqual([]);
  });

  it.each([
    ['eslint.config.mjs', 'is not written as the generator knows it'],
    ['README.md', 'has no table that begins with "| package "'],
    ['CONTRIBUTING.md', 'has no row "signal" below "| layer "'],
  ])('says so when it no longer knows its way in %s', async (file, says) => {
    const tree = workspaceTree();
    tree.write(file, 'something else\n');
    await expect(packageGenerator(tree, { name: 'quotas', layer: 'signal' })).rejects.toThrow(
      `${file} ${says}`,
    );
  });

  it('enters the package in the lists of the workspace', async () => {
    const tree = workspaceTree();
    await packageGenerator(tree, { name: 'quotas', layer: 'signal' });
    expect(tree.read('CONTRIBUTING.md', 'utf8')).toMatch(/^\| signal +\| .*`, `quotas` +\|/m);
    expect(tree.read('README.md', 'utf8')).toMatch(
      /^\| \[`@tta\/obs-quotas`\]\(packages\/quotas\) +\| counts executions by how they ended +\|$/m,
    );
    expect(readJson(tree, 'tsconfig.json')).toMatchObject({
      references: expect.arrayContaining([{ path: './packages/quotas' }]),
    });
    expect(readJson(tree, 'packages/quotas/package.json')).toMatchObject({
      name: '@tta/obs-quotas',
      dependencies: { '@tta/obs-context': expect.any(String) },
      nx: { tags: ['layer:signal', 'pkg:quotas'] },
    });
  });
});
