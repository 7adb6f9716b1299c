import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PatchParser, patchPath, readAddedLines } from './added-lines.ts';
import { listCommits, parseHistory } from './history.ts';
import { openRepository } from './repository.ts';
import { PlantedRepository } from './planted-repository.ts';
import { shellQuote } from './shell-quote.ts';

const scope = { signal: new AbortController().signal };
let planted: PlantedRepository | undefined;
afterEach(() => planted?.remove());

const ODD_NAMES = [
  'line\nbreak',
  'tab\there',
  'quo"te',
  "it's",
  'back\\slash',
  'ünïcødé 名前',
  '-x',
  '--output=x',
  ':100644 100644 a b M',
  '1\t1\tposing as numstat',
  'diff --git a b',
  ' leading and trailing ',
  'star*[a]?',
  '$(touch it-ran)',
  'bell\u0007',
];

describe('listCommits and readAddedLines', () => {
  it('give odd names back as they are, with their lines', async () => {
    planted = new PlantedRepository();
    planted.commit('first', { keep: 'x\n' });
    planted.commit('odd', Object.fromEntries(ODD_NAMES.map((name, index) => [name, `content ${index}\n`])));

    const list = await listCommits(
      { repository: await openRepository(planted.directory), maxCommits: 5 },
      scope,
    );
    const { addedLines } = await readAddedLines(list, scope);

    const [odd] = list.commits;
    expect(odd?.files.map(({ path }) => path).sort()).toEqual([...ODD_NAMES].sort());
    expect(new Map(addedLines.get(odd?.sha ?? '')?.map(({ path, text }) => [path, text]))).toEqual(
      new Map(ODD_NAMES.map((name, index) => [name, `content ${index}`])),
    );
  });

  it('read messages without a subject, with many lines, and with text that looks like our own format', async () => {
    planted = new PlantedRepository();
    planted.commit('', { a: '1\n' });
    planted.commit('subject\r\n\r\nbody\r\n:100644 100644 x y M', { a: '2\n' });
    planted.commit(`commit ${'a'.repeat(40)}\n\n@@ -1 +1 @@`, { a: '+3\r\n@@ -1 +1 @@\n' });

    const list = await listCommits(
      { repository: await openRepository(planted.directory), maxCommits: 5 },
      scope,
    );
    const { addedLines } = await readAddedLines(list, scope);

    expect(list.commits.map(({ subject }) => subject)).toEqual([`commit ${'a'.repeat(40)}`, 'subject', '']);
    expect(list.commits[1]?.body).toBe('body\n:100644 100644 x y M');
    expect([...addedLines.values()].map((lines) => lines.map(({ text }) => text))).toEqual([
      ['+3', '@@ -1 +1 @@'],
      ['2'],
      ['1'],
    ]);
  });

  it('say which commits were read without their lines when a limit cuts', async () => {
    planted = new PlantedRepository();
    planted.commit('first', { a: 'x\n'.repeat(5000) });
    planted.commit('second', { b: 'y\n'.repeat(5000) });
    const list = await listCommits(
      { repository: await openRepository(planted.directory), maxCommits: 5 },
      scope,
    );

    const byTotal = await readAddedLines(list, scope, { totalLimitBytes: 2000 });
    const byCommit = await readAddedLines(list, scope, { commitLimit: 100 });

    expect(byTotal.notes).toEqual(['Lines were read of the newest 1 of 2 commits (limit of bytes reached).']);
    expect(byCommit.notes).toEqual(['Of 2 very large commits only the first lines were read.']);
    expect([...byCommit.addedLines.values()].map((lines) => lines.length)).toEqual([100, 100]);
  });
});

const name = fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => text.replaceAll('\0', '_'));
const file = fc.record({ path: name, added: fc.nat(), deleted: fc.nat() });
const commit = fc.record({
  message: fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '_').replaceAll('\r', '')),
  files: fc.uniqueArray(file, { selector: ({ path }) => path, maxLength: 4 }),
});

/** Writes commits as `git log -z --raw --numstat` does. */
function write(commits: readonly (typeof commit extends fc.Arbitrary<infer T> ? T : never)[]): string {
  const id = 'c'.repeat(40);
  return commits
    .map(({ message, files }) => {
      const header = `${id}\0\0Ada\0ada@localhost\x000\0${message}\0\0`;
      if (files.length === 0) return header;
      const raw = files.map(({ path }) => `:100644 100644 ${id} ${id} M\0${path}\0`).join('');
      return `${header}\n${raw}${files.map(({ path, added, deleted }) => `${added}\t${deleted}\t${path}\0`).join('')}`;
    })
    .join('');
}

describe('parseHistory', () => {
  it('returns what was written, whatever names and messages hold', () => {
    fc.assert(
      fc.property(fc.array(commit, { maxLength: 5 }), (commits) => {
        const parsed = parseHistory(write(commits));
        expect(
          parsed.map(({ files }) =>
            files.map(({ path, addedLines, deletedLines }) => [path, addedLines, deletedLines]),
          ),
        ).toEqual(
          commits.map(({ files }) => files.map(({ path, added, deleted }) => [path, added, deleted])),
        );
        expect(parsed.map(({ subject }) => subject)).toEqual(
          commits.map(({ message }) => message.split('\n')[0]?.trim()),
        );
      }),
    );
  });

  it('keeps whole commits only when the output is cut anywhere', () => {
    fc.assert(
      fc.property(
        fc.array(commit, { minLength: 1, maxLength: 4 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (commits, share) => {
          const whole = parseHistory(write(commits));
          const output = write(commits);
          const parsed = parseHistory(output.slice(0, Math.floor(output.length * share)));
          expect(parsed.length).toBeLessThanOrEqual(whole.length);
          for (const [index, one] of parsed.slice(0, -1).entries()) expect(one).toEqual(whole[index]);
        },
      ),
    );
  });
});

describe('PatchParser', () => {
  it('finds the same lines however the output is divided into chunks', () => {
    const patch = Buffer.from(
      [
        `commit ${'a'.repeat(40)}`,
        '',
        'diff --git "a/\\303\\274\\n" "b/\\303\\274\\n"',
        '--- "a/\\303\\274\\n"',
        '+++ "b/\\303\\274\\n"',
        '@@ -1,2 +1,3 @@ context',
        '--- minus',
        '-x',
        '+++ plus',
        `+commit ${'b'.repeat(40)}`,
        '+é',
        '\\ No newline at end of file',
        `commit ${'b'.repeat(40)}`,
        '',
      ].join('\n'),
    );
    fc.assert(
      fc.property(fc.array(fc.nat(patch.length), { maxLength: 8 }), (cuts) => {
        const parser = new PatchParser(10_000);
        const ends = [...cuts, patch.length].sort((a, b) => a - b);
        ends.forEach((end, index) => parser.push(patch.subarray(ends[index - 1] ?? 0, end)));
        parser.end();
        expect([...parser.addedLines]).toEqual([
          [
            'a'.repeat(40),
            [
              { path: 'ü\n', line: 1, text: '++ plus' },
              { path: 'ü\n', line: 2, text: `commit ${'b'.repeat(40)}` },
              { path: 'ü\n', line: 3, text: 'é' },
            ],
          ],
          ['b'.repeat(40), []],
        ]);
      }),
    );
  });

  it('takes the tab after a name with spaces away, not one that belongs to the name', () => {
    expect(['b/a b\t', '"b/a\\tb"', 'b/plain'].map(patchPath)).toEqual(['a b', 'a\tb', 'plain']);
  });
});

describe('shellQuote', () => {
  it('gives a shell back exactly what was quoted, on one line', () => {
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 10 }), (words) => {
        const quoted = [...words, ...ODD_NAMES].map(shellQuote).join(' ');
        expect(quoted).not.toContain('\n');
        const read = execFileSync('bash', ['-c', `printf '%s\\0' ${quoted}`], { encoding: 'utf8' });
        expect(read.split('\0').slice(0, -1)).toEqual([...words, ...ODD_NAMES]);
      }),
      { numRuns: 15 },
    );
  });
});
