import { FsTree } from 'nx/src/generators/tree';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { complaint, TemporaryWorkspace } from '../../test/temporary-workspace.ts';
import { samplerGenerator } from './generator.ts';

const name = 'per-tenant';
const generate = ['g', '@tta/obs-generators:sampler', name] as const;

describe('the generator of samplers', () => {
  let workspace: TemporaryWorkspace;
  let before: ReadonlyMap<string, string>;
  beforeAll(() => {
    workspace = new TemporaryWorkspace();
    before = workspace.files();
  });
  afterAll(() => workspace.remove());

  it.each([
    { given: 'per_tenant', says: 'it has to be in kebab-case and begin with a letter, such as per-tenant' },
    { given: 'function', says: 'function is a reserved word; take another' },
    { given: 'rule-based', says: 'there is a ruleBased already; take another' },
    { given: 'threshold-of', says: 'there is a thresholdOf already; take another' },
  ])('writes nothing for the name $given', async ({ given, says }) => {
    const tree = new FsTree(workspace.root, false);
    await expect(samplerGenerator(tree, { name: given })).rejects.toThrow(
      `"${given}" is no name for a sampler: ${says}`,
    );
    expect(tree.listChanges()).toEqual([]);
  });

  it('calls everything by the name', async () => {
    const tree = new FsTree(workspace.root, false);
    await samplerGenerator(tree, { name: 'every-other' });
    expect(tree.read('packages/tracing/src/sampling/every-other.ts', 'utf8')).toContain(
      'export function everyOther(options: EveryOtherOptions = {}): ComposableSampler {',
    );
    expect(tree.read('packages/tracing/src/index.ts', 'utf8')).toContain(
      "\nexport { everyOther, type EveryOtherOptions } from './sampling/every-other.ts';\n",
    );
  });

  it('writes all that belongs to a sampler, in order', async () => {
    expect(await workspace.nx(...generate)).toMatchObject({ status: 0, stderr: '' });
    expect(workspace.changesSince(before)).toEqual([
      '~ packages/tracing/README.md',
      '~ packages/tracing/src/index.ts',
      '+ packages/tracing/src/sampling/per-tenant.spec.ts',
      '+ packages/tracing/src/sampling/per-tenant.ts',
    ]);
    const files = workspace.changesSince(before).map((change) => change.slice(2));
    expect(await workspace.complaintsAbout(files)).toBe('');
    expect(complaint(await workspace.node('node_modules/knip/bin/knip.js', '-W', 'packages/tracing'))).toBe(
      '',
    );
  });

  it('type-checks and builds with no hand on it', async () => {
    expect(complaint(await workspace.node('node_modules/ts7/bin/tsc', '-b', 'packages/tracing'))).toBe('');
    expect(workspace.exists(`packages/tracing/dist/sampling/${name}.js`)).toBe(true);
  });

  it('passes its spec, which covers every line and branch', async () => {
    expect(
      complaint(
        await workspace.jest(
          'packages/tracing',
          name,
          '--coverage',
          `--collectCoverageFrom=src/sampling/${name}.ts`,
          '--coverageThreshold={ "global": { "lines": 100, "branches": 100 } }',
        ),
      ),
    ).toBe('');
  });
});
