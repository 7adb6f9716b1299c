import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { FsTree, flushChanges } from 'nx/src/generators/tree';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { complaint, TemporaryWorkspace } from '../../test/temporary-workspace.ts';
import { exampleGenerator } from './generator.ts';

const run = promisify(execFile);
const name = 'support-bot';
const folder = `docs/examples/${name}`;

describe('the generator of examples', () => {
  let workspace: TemporaryWorkspace;
  let before: ReadonlyMap<string, string>;
  beforeAll(() => {
    workspace = new TemporaryWorkspace();
    before = workspace.files();
  });
  afterAll(() => workspace.remove());

  it.each([
    { given: 'SupportBot', says: 'it has to be in kebab-case and begin with a letter, such as support-bot' },
    { given: 'new', says: 'new is a reserved word; take another' },
    { given: 'retry', says: 'there is a retry already; take another' },
    { given: 'repo-review', says: 'docs/examples/repo-review is there already; take another' },
    { given: 'dist', says: 'docs/examples/dist is there already; take another' },
  ])('writes nothing for the name $given', async ({ given, says }) => {
    const tree = new FsTree(workspace.root, false);
    await expect(exampleGenerator(tree, { name: given })).rejects.toThrow(
      `"${given}" is no name for an example: ${says}`,
    );
    expect(tree.listChanges()).toEqual([]);
  });

  it('writes a program, its workflow and its spec, in order, beside each other as well', async () => {
    expect(await workspace.nx('g', '@tta/obs-generators:example', name)).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(workspace.changesSince(before)).toEqual([
      '~ docs/examples/README.md',
      `+ ${folder}/main.ts`,
      `+ ${folder}/workflow.spec.ts`,
      `+ ${folder}/workflow.ts`,
    ]);
    const tree = new FsTree(workspace.root, false);
    await exampleGenerator(tree, { name: 'another' });
    flushChanges(workspace.root, tree.listChanges());
    expect(workspace.read('docs/examples/README.md')).toMatch(
      /^\| \[another\]\(another\/workflow\.ts\) .*`node docs\/examples\/dist\/another\/main\.js \[file\]` +\|$/m,
    );
    const files = workspace.changesSince(before).map((change) => change.slice(2));
    const [complaints, unused] = await Promise.all([
      workspace.complaintsAbout(files),
      workspace.node('node_modules/knip/bin/knip.js', '-W', 'docs/examples'),
    ]);
    expect(complaints).toBe('');
    expect(complaint(unused)).toBe('');
  });

  it('type-checks, builds, and runs as it stands', async () => {
    expect(complaint(await workspace.node('node_modules/ts7/bin/tsc', '-b', 'docs/examples'))).toBe('');
    // Spans that no service takes wait in the user's data directory.
    const env = { PATH: process.env['PATH'], HOME: workspace.root, XDG_DATA_HOME: workspace.root };
    const program = `docs/examples/dist/${name}/main.js`;
    const { stdout } = await run(process.execPath, [program], { cwd: workspace.root, env });
    expect(stdout).toMatch(/^README\.md: \d+ words in \d+ lines, most often \w+ \(\d+\)/);
    await expect(
      run(process.execPath, [program, 'gone.md'], { cwd: workspace.root, env }),
    ).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^support-bot: ENOENT: no such file or directory, open 'gone\.md'$/m),
    });
  });

  it('passes its spec, which covers every line and branch', async () => {
    expect(
      complaint(
        await workspace.jest(
          'docs/examples',
          name,
          '--coverage',
          `--collectCoverageFrom=${name}/workflow.ts`,
          '--coverageThreshold={ "global": { "lines": 100, "branches": 100 } }',
        ),
      ),
    ).toBe('');
  });
});
