import { describe, expect, it } from '@jest/globals';
import { plantedCommit, plantedFile, plantedHistory } from './planted-history.ts';
import { findThemes } from './themes.ts';

function change(subject: string, ...paths: readonly string[]) {
  return plantedCommit({ subject, files: paths.map((path) => plantedFile({ path })) });
}

describe('findThemes', () => {
  it('tells areas apart by the words that only they use', () => {
    const themes = findThemes(
      plantedHistory(
        change('feat: parse odd dependencies of invoices', 'billing/a.ts'),
        change('fix: round invoices of dependencies', 'billing/b.ts'),
        change('feat: draw the waterfall', 'web/a.ts'),
        change('docs: explain', 'README.md'),
      ),
    );

    expect(themes.map(({ area, commits }) => [area, commits])).toEqual([
      ['billing', 2],
      ['(top level)', 1],
      ['web', 1],
    ]);
    expect(themes[0]?.terms.slice(0, 2)).toEqual(['dependency', 'invoice']);
    expect(themes[2]?.terms).toEqual(['draw', 'waterfall']);
  });

  it('does not let one commit speak for an area of many', () => {
    const usual = Array.from({ length: 4 }, () => change('feat: parse the invoice', 'billing/a.ts'));
    const others = Array.from({ length: 12 }, (_, index) => change('docs: explain', `area${index}/a.md`));
    const themes = findThemes(
      plantedHistory(change('feat: zebra quagga okapi', 'billing/b.ts'), ...usual, ...others),
    );
    expect(themes[0]).toMatchObject({ area: 'billing', terms: ['invoice', 'parse'] });
  });

  it('splits a folder that holds most of the work', () => {
    const themes = findThemes(
      plantedHistory(
        change('feat: one', 'packages/one/src/a.ts'),
        change('feat: two', 'packages/two/src/a.ts'),
        change('feat: three', 'packages/three/src/a.ts'),
        change('docs: four', 'docs/a.md'),
      ),
    );
    expect(themes.map(({ area }) => area)).toEqual([
      'docs',
      'packages/one',
      'packages/three',
      'packages/two',
    ]);
  });

  it('counts neither the words nor the lines of generated files', () => {
    const commit = plantedCommit({
      subject: 'feat: parse the invoice',
      files: [
        plantedFile({ path: 'billing/a.ts', addedLines: 5, deletedLines: 0 }),
        plantedFile({ path: 'dist/bundle.js', addedLines: 9000, deletedLines: 0 }),
      ],
    });
    const lockOnly = change('chore: refresh', 'package-lock.json');
    const history = plantedHistory(commit, lockOnly);
    history.addedLines.set(commit.sha, [
      { path: 'dist/bundle.js', line: 1, text: 'zebra' },
      { path: 'billing/a.ts', line: 1, text: 'currency' },
    ]);

    const themes = findThemes(history);

    expect(themes).toHaveLength(1);
    expect(themes[0]).toMatchObject({ area: 'billing', commits: 1, addedLines: 5 });
    expect(themes[0]?.terms).toContain('currency');
    expect(themes[0]?.terms).not.toContain('zebra');
  });

  it('takes no word from a line with a secret', () => {
    const commit = change('feat: parse the invoice', 'billing/a.ts');
    const history = plantedHistory(commit);
    history.addedLines.set(commit.sha, [
      { path: 'billing/a.ts', line: 1, text: 'password = "Zebra7#quaggaX"' },
    ]);
    expect(findThemes(history)[0]?.terms).toEqual(['invoice', 'parse']);
  });

  it('names the commit that is most like its area', () => {
    const typical = change('feat: parse the invoice', 'billing/a.ts', 'billing/b.ts');
    const [theme] = findThemes(
      plantedHistory(
        change('fix: typo', 'billing/c.ts'),
        typical,
        change('feat: parse more', 'billing/a.ts'),
      ),
    );
    expect(theme?.typical).toEqual({ commit: typical.shortSha, subject: 'feat: parse the invoice' });
  });

  it('finds none in a history without changes', () => {
    expect(findThemes(plantedHistory(plantedCommit({ files: [] })))).toEqual([]);
  });
});
