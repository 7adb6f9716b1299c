import { describe, expect, it } from '@jest/globals';
import { checkHygiene, isConventional } from './hygiene.ts';
import { plantedCommit, plantedHistory } from './planted-history.ts';

function faultsOf(subject: string, parents: readonly string[] = ['a']): readonly string[] {
  return checkHygiene(plantedHistory(plantedCommit({ subject, parents }))).map(({ kind }) => kind);
}

describe('checkHygiene', () => {
  it.each<[string, string[]]>([
    ['feat: greet by name', []],
    ['Greet every visitor by name', []],
    ['', ['empty subject']],
    ['wip', ['unfinished (WIP, fixup)']],
    ['WIP: greet by name', ['unfinished (WIP, fixup)']],
    ['fixup! feat: greet by name', ['unfinished (WIP, fixup)']],
    ['wipe the cache of old entries', []],
    ['temperature is shown in Celsius', []],
    ['fix it', ['subject says too little']],
    ['updating', ['subject says too little']],
    [`feat: ${'long '.repeat(14)}`.trim(), ['subject longer than 72']],
    ['Greet every visitor by name.', ['subject ends in a period']],
    ['Greet every visitor by name...', []],
    ['Greet every visitor by name…', []],
    ['Revert "wip"', []],
    ['Reapply "x."', []],
  ])('finds in %j %j', (subject, kinds) => {
    expect(faultsOf(subject)).toEqual(kinds);
  });

  it('counts characters, not code units', () => {
    expect(faultsOf(`feat: ${'👍'.repeat(66)}`)).toEqual([]);
    expect(faultsOf(`feat: ${'👍'.repeat(67)}`)).toEqual(['subject longer than 72']);
  });

  it.each<[string, string[]]>([
    ["Merge branch 'main'", ['merge without a reason']],
    ["Merge branch 'main' of host:repo into side", ['merge without a reason']],
    ["Merge remote-tracking branch 'origin/main'", ['merge without a reason']],
    ["Merge branch 'main' into feature", ['merge without a reason']],
    ['Merge the parser for odd names', []],
    ['wip', []],
  ])('finds in the merge %j %j', (subject, kinds) => {
    expect(faultsOf(subject, ['a', 'b'])).toEqual(kinds);
  });

  it('names commits without the convention only where most commits keep it', () => {
    const kept = Array.from({ length: 7 }, () => plantedCommit());
    const broken = plantedCommit({ subject: 'Greet every visitor' });
    const found = checkHygiene(plantedHistory(broken, ...kept));
    expect(found.map(({ kind, commit }) => [kind, commit])).toEqual([
      ['not a Conventional Commit', broken.shortSha],
    ]);
    expect(checkHygiene(plantedHistory(broken, ...kept.slice(1)))).toEqual([]);
    expect(checkHygiene(plantedHistory(broken, broken, broken, ...kept.slice(1)))).toEqual([]);
  });

  it('proves what it says with a command', () => {
    const commit = plantedCommit({ subject: 'wip' });
    expect(checkHygiene(plantedHistory(commit))).toEqual([
      {
        kind: 'unfinished (WIP, fixup)',
        severity: 'low',
        commit: commit.shortSha,
        reason: 'wip',
        evidence: `git -C /planted show --stat ${commit.shortSha}`,
      },
    ]);
  });
});

describe('isConventional', () => {
  it.each([
    ['feat: x', true],
    ['fix(core)!: x', true],
    ['Feat: x', false],
    ['feat:x', false],
    ['feature: x', false],
    ['feat(): x', false],
  ])('says of %j %j', (subject, expected) => {
    expect(isConventional(subject)).toBe(expected);
  });
});
