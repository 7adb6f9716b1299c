import { describe, expect, it } from '@jest/globals';
import type { Commit } from './history.ts';
import { checkHygiene } from './hygiene.ts';

function kindsOf(
  subjects: readonly string[],
  parents: readonly string[] = ['p'],
): (readonly [string, string])[] {
  const commits = subjects.map((subject): Commit => ({
    sha: 'a'.repeat(40),
    shortSha: 'a'.repeat(12),
    parents,
    author: 'Ada',
    authorEmail: 'ada@localhost',
    authoredMs: 0,
    subject,
    body: '',
    files: [],
  }));
  const repository = { directory: '/r', root: '/r', shallowEdge: new Set<string>() };
  return checkHygiene({ repository, commits, hasOlder: false, notes: [] }).map(
    ({ reason, kind }) => [reason, kind] as const,
  );
}

describe('checkHygiene', () => {
  it.each([
    ['', 'empty subject'],
    ['fix', 'subject says too little'],
    ['WIP on the parser', 'unfinished (WIP, fixup)'],
    ['fixup! feat: count words', 'unfinished (WIP, fixup)'],
    [`Explain ${'very '.repeat(20)}much`, 'subject longer than 72'],
    ['Explain the parser.', 'subject ends in a period'],
  ])('remarks on %j', (subject, kind) => {
    expect(kindsOf([subject])).toEqual([[subject, kind]]);
  });

  it.each(['Explain the parser', 'Explain the parser…', 'Revert "fix."', 'feat: count words and so on...'])(
    'has nothing to say about %j',
    (subject) => {
      expect(kindsOf([subject])).toEqual([]);
    },
  );

  it('expects Conventional Commits only where most are', () => {
    const conventional = Array.from({ length: 8 }, (_, index) => `feat: add part number ${index}`);

    expect(kindsOf([...conventional, 'Add another part'])).toEqual([
      ['Add another part', 'not a Conventional Commit'],
    ]);
    expect(kindsOf(['feat: add a part', 'Add another part'])).toEqual([]);
  });

  it('remarks on merges that only carry a default message', () => {
    const subjects = ["Merge branch 'main' into feature", 'Merge the new parser'];

    expect(kindsOf(subjects, ['p', 'q'])).toEqual([
      ["Merge branch 'main' into feature", 'merge without a reason'],
    ]);
  });
});
