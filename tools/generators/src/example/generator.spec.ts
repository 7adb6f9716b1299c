import { describe, expect, it } from '@jest/globals';
import { workspaceTree } from '../../test/workspace-tree.ts';
import { exampleGenerator } from './generator.ts';

describe('the generator of examples', () => {
  it.each([
    { given: 'SupportBot', says: 'it has to be in kebab-case and begin with a letter, such as support-bot' },
    { given: 'new', says: 'new is a reserved word; take another' },
    { given: 'retry', says: 'retry is taken already; take another' },
    { given: 'read', says: 'read is taken already; take another' },
    { given: 'process', says: 'process is taken already; take another' },
    {
      given: 'then',
      says: 'import() of a module that exports a function "then" calls it, and waits; take another',
    },
    { given: 'dist', says: 'tools have folders of that name; take another' },
    { given: 'out-tsc', says: 'tools have folders of that name; take another' },
    { given: 'coverage', says: 'tools have folders of that name; take another' },
  ])('writes nothing for the name $given', async ({ given, says }) => {
    const tree = workspaceTree();
    await expect(exampleGenerator(tree, { name: given })).rejects.toThrow(
      `"${given}" is no name for an example: ${says}`,
    );
    expect(tree.listChanges()).toEqual([]);
  });

  it('writes nothing to a folder that is there', async () => {
    const tree = workspaceTree();
    await expect(exampleGenerator(tree, { name: 'repo-review' })).rejects.toThrow(
      'there is a docs/examples/repo-review already; take another name',
    );
    expect(tree.listChanges()).toEqual([]);
  });

  it('enters the example in the list, and says how it is run', async () => {
    const tree = workspaceTree();
    await exampleGenerator(tree, { name: 'support-bot' });
    const rows = (tree.read('docs/examples/README.md', 'utf8') ?? '')
      .split('\n')
      .map((row) => row.replaceAll(/ +/g, ' '));
    expect(rows).toContain(
      '| [support-bot](support-bot/workflow.ts) | says in a line what a text is about: `sequential`, `parallel`, `retry`, `timeout` | `node docs/examples/dist/support-bot/main.js [file]` |',
    );
  });
});
