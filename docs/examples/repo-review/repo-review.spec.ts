import { afterEach, describe, expect, it } from '@jest/globals';
import { openRepository } from './repository.ts';
import type { Review } from './review.ts';
import { numberedLines, PlantedRepository } from './planted-repository.ts';
import { repoReview } from './workflow.ts';

// Put together here, so that a review of this repository does not find them.
const GITHUB_TOKEN = ['ghp', 'R7vQ2mXk9LpT4wZs8NbY1cHd6JfG3aE5uK0i'].join('_');

let planted: PlantedRepository | undefined;
afterEach(() => planted?.remove());

function plant(): PlantedRepository {
  planted = new PlantedRepository();
  planted.commit('feat: start with a small program', {
    'package.json': '{"name":"demo","dependencies":{"left":"1.0.0"}}\n',
    'package-lock.json': '{"lockfileVersion":3}\n',
    'src/main.js': 'console.log("hello");\n',
  });
  return planted;
}

async function review(directory: string, maxCommits = 200): Promise<Review> {
  return repoReview().execute({ repository: await openRepository(directory), maxCommits });
}

describe('repoReview', () => {
  it('finds the secret, the lone lock file, the binary and the very large commit, and nothing else', async () => {
    const repository = plant();
    const shas = {
      secret: repository.commit('feat: talk to the service', {
        'src/config.js': `const a = 1;\nconst t = "${GITHUB_TOKEN}";\n`,
      }),
      lock: repository.commit('chore: pin a newer release', {
        'package-lock.json': '{"lockfileVersion":3,"packages":{}}\n',
      }),
      large: repository.commit('feat: import the word list', { 'words.txt': numberedLines(2000) }),
      binary: repository.commit('docs: show the logo', {
        'logo.png': Buffer.from([137, 80, 78, 71, 0, 1, 2, 0]),
      }),
    };

    const found = await review(repository.directory);

    expect(found.risks.map(({ kind, commit, file }) => [kind, commit, file]).sort()).toEqual([
      ['binary', shas.binary.slice(0, 12), 'logo.png'],
      ['lock file without manifest', shas.lock.slice(0, 12), 'package-lock.json'],
      ['secret', shas.secret.slice(0, 12), 'src/config.js'],
      ['very large commit', shas.large.slice(0, 12), 'words.txt'],
    ]);
    expect(found.hygiene).toEqual([]);
  });

  it('proves each finding with a command that shows the commit and the file', async () => {
    const repository = plant();
    repository.commit('feat: add a name that a shell would read', {
      "it's $HOME; *.js": `t = "${GITHUB_TOKEN}"\n`,
    });

    const [secret] = (await review(repository.directory)).risks;

    const { execFileSync } = await import('node:child_process');
    const shown = execFileSync('bash', ['-c', `${secret?.evidence}`], { encoding: 'utf8' });
    expect(shown).toContain(GITHUB_TOKEN);
    expect(secret).toMatchObject({ severity: 'high', line: 1 });
  });

  it('never holds a secret itself', async () => {
    const repository = plant();
    repository.commit('feat: talk to the service', { 'src/config.js': `token = "${GITHUB_TOKEN}"\n` });

    const found = JSON.stringify(await review(repository.directory));

    expect(found).toContain('ghp_… (40 characters)');
    expect(found).not.toContain(GITHUB_TOKEN.slice(5));
  });

  it('finds a secret in a text file that an attribute hides from differences', async () => {
    const repository = plant();
    repository.commit('feat: hide a file', {
      '.gitattributes': 'hidden.txt -diff\n',
      'hidden.txt': `a\n${GITHUB_TOKEN}\n`,
    });

    expect((await review(repository.directory)).risks).toMatchObject([
      { kind: 'secret', file: 'hidden.txt', line: 2 },
    ]);
  });

  it('finds nothing in a clean repository', async () => {
    const repository = plant();
    repository.commit('feat: greet by name', { 'src/main.js': 'console.log("hello", process.argv[2]);\n' });

    const found = await review(repository.directory);

    expect([found.risks, found.hygiene]).toEqual([[], []]);
  });

  it('names the commit that brought a secret in, once, however often it moved', async () => {
    const repository = plant();
    const first = repository.commit('feat: talk to the service', { 'a.js': `t = "${GITHUB_TOKEN}"\n` });
    repository.commit('refactor: move the token', { 'a.js': 'x\n', 'b.js': `t = "${GITHUB_TOKEN}"\n` });

    expect((await review(repository.directory)).risks).toMatchObject([
      { commit: first.slice(0, 12), file: 'a.js' },
    ]);
  });

  it('reads as many of the newest commits as it is asked for, and says that there are more', async () => {
    const repository = plant();
    repository.commit('feat: add the second file', { b: '1\n' });
    repository.commit('feat: add the third file', { c: '1\n' });

    const { overview } = await review(repository.directory, 2);

    expect(overview).toMatchObject({ commits: 2, hasOlder: true });
    expect(overview.subjects).toEqual(['feat: add the third file', 'feat: add the second file']);
  });

  it('counts the changes of a branch once, not again in its merge', async () => {
    const repository = plant();
    repository.git('checkout', '--quiet', '-b', 'side');
    repository.commit('feat: add words on a branch', { 'words.txt': numberedLines(2500) });
    repository.git('checkout', '--quiet', 'main');
    repository.commit('docs: explain the program', { 'README.md': 'Read me\n' });
    repository.git('merge', '--quiet', '--no-ff', '-m', 'Merge the words', 'side');

    const found = await review(repository.directory);

    expect(found.overview).toMatchObject({ commits: 4, merges: 1 });
    expect(found.churn.find(({ file }) => file === 'words.txt')).toMatchObject({
      commits: 1,
      addedLines: 2500,
    });
    expect(found.risks.map(({ kind }) => kind)).toEqual(['very large commit']);
  });

  it('takes the edge of a shallow clone for what it is, not for one huge commit', async () => {
    const repository = plant();
    repository.commit('feat: import the word list', { 'words.txt': numberedLines(3000) });
    repository.commit('docs: explain the words', { 'README.md': 'Words\n' });
    repository.commit('docs: explain more of the words', { 'README.md': 'Words and more\n' });
    repository.git('clone', '--quiet', '--depth=2', `file://${repository.directory}`, 'shallow');

    const { risks, overview } = await review(`${repository.directory}/shallow`);

    expect(risks).toEqual([]);
    expect(overview.notes).toEqual([expect.stringContaining('shallow')]);
  });

  it('follows renames in churn', async () => {
    const repository = plant();
    repository.git('mv', 'src/main.js', 'src/start.js');
    repository.commit('refactor: call it start');
    repository.commit('feat: greet twice', {
      'src/start.js': 'console.log("hello");\nconsole.log("again");\n',
    });

    const { churn } = await review(repository.directory);

    expect(churn[0]).toMatchObject({ file: 'src/start.js', commits: 3 });
  });

  it('names dependencies that were added, removed and bumped', async () => {
    const repository = plant();
    repository.commit('chore: change what it needs', {
      'package.json': '{"name":"demo","dependencies":{"left":"2.0.0","right":"^1.2.0"}}\n',
      'requirements.txt': 'flask==2.0 # web\n',
    });
    repository.commit('chore: need less', {
      'package.json': '{"name":"demo","dependencies":{"left":"2.0.0"}}\n',
    });

    const { dependencies } = await review(repository.directory);

    expect(dependencies.map(({ change, dependency, from, to }) => [change, dependency, from, to])).toEqual([
      ['removed', 'right', '^1.2.0', undefined],
      ['bumped', 'left', '1.0.0', '2.0.0'],
      ['added', 'right', undefined, '^1.2.0'],
      ['added', 'flask', undefined, '==2.0'],
      ['added', 'left', undefined, '1.0.0'],
    ]);
  });
});
