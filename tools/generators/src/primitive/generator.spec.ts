import { FsTree } from 'nx/src/generators/tree';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { complaint, TemporaryWorkspace } from '../../test/temporary-workspace.ts';
import { primitiveGenerator } from './generator.ts';

const name = 'rate-limit';
const generate = ['g', '@tta/obs-generators:primitive', name] as const;

describe('the generator of primitives', () => {
  let workspace: TemporaryWorkspace;
  let before: ReadonlyMap<string, string>;
  beforeAll(() => {
    workspace = new TemporaryWorkspace();
    before = workspace.files();
  });
  afterAll(() => workspace.remove());

  it.each([
    { given: 'RateLimit', says: 'it has to be in kebab-case and begin with a letter, such as rate-limit' },
    { given: 'switch', says: 'switch is a reserved word; take another' },
    { given: 'retry', says: 'there is a retry already; take another' },
    { given: 'run-scope', says: 'there is a RunScope already; take another' },
    { given: 'require-step', says: 'there is a requireStep already; take another' },
  ])('writes nothing for the name $given', async ({ given, says }) => {
    const tree = new FsTree(workspace.root, false);
    await expect(primitiveGenerator(tree, { name: given })).rejects.toThrow(
      `"${given}" is no name for a primitive: ${says}`,
    );
    expect(tree.listChanges()).toEqual([]);
  });

  it('writes nothing over a file that is there', async () => {
    const tree = new FsTree(workspace.root, false);
    await expect(primitiveGenerator(tree, { name: 'failed-steps' })).rejects.toThrow(
      'there is a packages/primitives/src/failed-steps.spec.ts already; take another name, or remove it first',
    );
    expect(tree.listChanges()).toEqual([]);
  });

  it('calls everything by the name', async () => {
    const tree = new FsTree(workspace.root, false);
    await primitiveGenerator(tree, { name: 'circuit-breaker' });
    const source = tree.read('packages/primitives/src/circuit-breaker.ts', 'utf8');
    for (const part of ['function circuitBreaker<', 'class CircuitBreaker<', "type: 'circuit_breaker'"])
      expect(source).toContain(part);
    expect(tree.read('packages/primitives/src/index.ts', 'utf8')).toContain(
      "export { circuitBreaker, type CircuitBreakerOptions } from './circuit-breaker.ts';\n",
    );
  });

  it('shows what it would write, and writes nothing, with --dry-run', async () => {
    const { status, stdout } = await workspace.nx(...generate, '--dry-run');
    expect(status).toBe(0);
    expect(stdout).toContain('CREATE packages/primitives/src/rate-limit.ts');
    expect(workspace.changesSince(before)).toEqual([]);
  });

  it('writes all that belongs to a primitive, in order', async () => {
    expect(await workspace.nx(...generate)).toMatchObject({ status: 0, stderr: '' });
    expect(workspace.changesSince(before)).toEqual([
      '+ docs/primitives/rate-limit.md',
      '~ packages/primitives/README.md',
      '~ packages/primitives/src/index.ts',
      '+ packages/primitives/src/rate-limit.spec.ts',
      '+ packages/primitives/src/rate-limit.ts',
      '+ tools/bench/primitives/rate-limit.mjs',
    ]);
    const files = workspace.changesSince(before).map((change) => change.slice(2));
    expect(await workspace.complaintsAbout(files)).toBe('');
    expect(
      complaint(await workspace.node('node_modules/knip/bin/knip.js', '-W', 'packages/primitives')),
    ).toBe('');
  });

  it('lints, type-checks, tests and builds with no hand on it', async () => {
    const targets = ['lint', 'typecheck', 'test', 'build'];
    expect(
      complaint(
        await workspace.nx('run-many', '-t', ...targets, '-p', '@tta/obs-primitives', '--outputStyle=static'),
      ),
    ).toBe('');
  });

  it('is covered by its spec, every line and branch', async () => {
    expect(
      complaint(
        await workspace.jest(
          'packages/primitives',
          name,
          '--coverage',
          `--collectCoverageFrom=src/${name}.ts`,
          '--coverageThreshold={ "global": { "lines": 100, "branches": 100 } }',
        ),
      ),
    ).toBe('');
  });

  it('is documented, and its page is true', async () => {
    expect(
      complaint(
        await workspace.jest(
          'tools/workspace',
          'public-docs',
          'readme-examples',
          '--testNamePattern=of (primitives|docs/primitives/rate-limit.md) |opening examples',
        ),
      ),
    ).toBe('');
  });

  it('refuses its name the second time, with one line', async () => {
    const after = workspace.files();
    expect(await workspace.nx(...generate)).toMatchObject({
      status: 1,
      stderr:
        '\n NX   "rate-limit" is no name for a primitive: there is a rateLimit already; take another\n\n\n',
    });
    expect(workspace.changesSince(after)).toEqual([]);
  });
});
