import { describe, expect, it } from '@jest/globals';
import { workspaceTree } from '../../test/workspace-tree.ts';
import { primitiveGenerator } from './generator.ts';

describe('the generator of primitives', () => {
  it.each([
    { given: 'RateMeter', says: 'it has to be in kebab-case and begin with a letter, such as rate-meter' },
    { given: 'switch', says: 'switch is a reserved word; take another' },
    { given: 'retry', says: 'retry is taken already; take another' },
    { given: 'run-scope', says: 'RunScope is taken already; take another' },
    { given: 'require-step', says: 'requireStep is taken already; take another' },
    { given: 'create', says: 'create is taken already; take another' },
    { given: 'trace', says: 'trace is taken already; take another' },
    { given: 'console', says: 'console is taken already; take another' },
    { given: 'error', says: "ErrorOptions is one of JavaScript's own; take another" },
    {
      given: 'then',
      says: 'import() of a module that exports a function "then" calls it, and waits; take another',
    },
    { given: 'readme', says: 'not every system can hold a file of that name' },
  ])('writes nothing for the name $given', async ({ given, says }) => {
    const tree = workspaceTree();
    await expect(primitiveGenerator(tree, { name: given })).rejects.toThrow(
      `"${given}" is no name for a primitive: ${says}`,
    );
    expect(tree.listChanges()).toEqual([]);
  });

  it.each(['failed-steps', 'index'])('writes nothing over %s, which is there', async (name) => {
    const tree = workspaceTree();
    await expect(primitiveGenerator(tree, { name })).rejects.toThrow(
      /^there is a packages\/primitives\/src\/\S+ already; take another name, or remove it first$/,
    );
    expect(tree.listChanges()).toEqual([]);
  });

  it('calls everything by the name', async () => {
    const tree = workspaceTree();
    await primitiveGenerator(tree, { name: 'pace-keeper' });
    const source = tree.read('packages/primitives/src/pace-keeper.ts', 'utf8');
    for (const part of ['function paceKeeper<', 'class PaceKeeper<', "type: 'pace_keeper'"])
      expect(source).toContain(part);
    expect(tree.read('packages/primitives/src/index.ts', 'utf8')).toContain(
      "export { paceKeeper, type PaceKeeperOptions } from './pace-keeper.ts';\n",
    );
    expect(tree.read('packages/primitives/README.md', 'utf8')).toMatch(
      /^\| \[`paceKeeper\(step, options\?\)`\]\(\.\.\/\.\.\/docs\/primitives\/pace-keeper\.md\) +\| runs a step +\|$/m,
    );
  });
});
