import { describe, expect, it } from '@jest/globals';
import { workspaceTree } from '../../test/workspace-tree.ts';
import { samplerGenerator } from './generator.ts';

describe('the generator of samplers', () => {
  it.each([
    { given: 'per_tenant', says: 'it has to be in kebab-case and begin with a letter, such as per-tenant' },
    { given: 'function', says: 'function is a reserved word; take another' },
    { given: 'rule-based', says: 'ruleBased is taken already; take another' },
    { given: 'threshold-of', says: 'thresholdOf is taken already; take another' },
    { given: 'fc', says: 'fc is taken already; take another' },
    { given: 'kept', says: 'kept is taken already; take another' },
    { given: 'queue', says: 'QueueOptions is taken already; take another' },
    {
      given: 'then',
      says: 'import() of a module that exports a function "then" calls it, and waits; take another',
    },
  ])('writes nothing for the name $given', async ({ given, says }) => {
    const tree = workspaceTree();
    await expect(samplerGenerator(tree, { name: given })).rejects.toThrow(
      `"${given}" is no name for a sampler: ${says}`,
    );
    expect(tree.listChanges()).toEqual([]);
  });

  it('calls everything by the name', async () => {
    const tree = workspaceTree();
    await samplerGenerator(tree, { name: 'every-other' });
    expect(tree.read('packages/tracing/src/sampling/every-other.ts', 'utf8')).toContain(
      'export function everyOther(options: EveryOtherOptions = {}): ComposableSampler {',
    );
    expect(tree.read('packages/tracing/src/index.ts', 'utf8')).toContain(
      "\nexport { everyOther, type EveryOtherOptions } from './sampling/every-other.ts';\n",
    );
    expect(tree.read('packages/tracing/README.md', 'utf8')).toMatch(
      /^\| `everyOther\(\{ ratio \}\)` +\| that share of the traces +\|$/m,
    );
  });
});
