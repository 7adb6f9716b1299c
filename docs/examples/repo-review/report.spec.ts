import { describe, expect, it } from '@jest/globals';
import { coloursFor } from './colours.ts';
import { plantedReview } from './planted-review.ts';
import { formatReview } from './report.ts';
import type { Review } from './review.ts';

const PLAIN = coloursFor({}, {});
const plain = (fields: Partial<Review> = {}): string => formatReview(plantedReview(fields), PLAIN);

describe('formatReview', () => {
  it('puts findings first, each with its command, then churn, dependencies, hygiene and the summary', () => {
    expect(plain()).toBe(`Review of /home/ada/demo
all 2 commits, 2026-01-01 to 2026-01-02, 1 author, +1,234 −5 lines

Findings (1)
  high    secret: GitHub token ghp_… (40 characters)
          aaaaaaaaaaaa  src/config.js:7
          git show aaaaaaaaaaaa -- src/config.js

Churn: the 2 most changed of 2 files
  commits   added  deleted  file
       12  +1,200       −3  src/main.js
        1     +34       −2  README.md

Dependencies (1 change)
  aaaaaaaaaaaa  package.json
    bumped   left 1.0.0 → 2.0.0
    git show aaaaaaaaaaaa -- package.json

Commit hygiene
     1  subject says too little
        bbbbbbbbbbbb  fix it
        git show --stat bbbbbbbbbbbb

Summary (made here, by TF-IDF over messages and added lines)
  src: 2 commits on service and greet.
  All else is quiet.
`);
  });

  it('says so when there is nothing to say', () => {
    expect(plain({ risks: [], churn: [], dependencies: [], hygiene: [] })).toBe(`Review of /home/ada/demo
all 2 commits, 2026-01-01 to 2026-01-02, 1 author, +1,234 −5 lines

Findings
  none: no secrets, no added binaries, no lone lock files, no very large commits

Churn
  no file changed

Dependencies
  no change

Commit hygiene
  nothing to remark

Summary (made here, by TF-IDF over messages and added lines)
  src: 2 commits on service and greet.
  All else is quiet.
`);
  });

  it('says what was not read, and why a summary is not the one asked for', () => {
    const { overview, summary } = plantedReview();
    const text = plain({
      overview: { ...overview, commits: 1, hasOlder: true, notes: ['The clone is shallow.'] },
      summary: { ...summary, note: 'small at a.test gave no answer; this summary was made here instead.' },
    });
    expect(text).toContain('newest 1 commit, ');
    expect(text).toContain(' lines; --commits N reads more\nThe clone is shallow.\n');
    expect(text).toContain('lines)\n  small at a.test gave no answer; this summary was made here instead.\n');
  });

  it('names the model that wrote the summary', () => {
    expect(plain({ summary: { text: 'Calm.', source: 'small' } })).toMatch(
      /\nSummary \(by small\)\n {2}Calm\.\n$/,
    );
  });

  it('shows the first of many, and how many more there are', () => {
    const [risk, churn, dependency, fault] = [
      plantedReview().risks[0]!,
      plantedReview().churn[0]!,
      plantedReview().dependencies[0]!,
      plantedReview().hygiene[0]!,
    ];
    const many = <T>(count: number, make: (index: number) => T): T[] =>
      Array.from({ length: count }, (_, index) => make(index));
    const text = plain({
      risks: many(32, () => risk),
      churn: many(1500, (index) => ({ ...churn, file: `file-${index}` })),
      dependencies: many(9, (index) =>
        many(6, () => ({ ...dependency, evidence: `git show ${index}` })),
      ).flat(),
      hygiene: many(5, () => fault),
    });
    expect(text).toContain('Findings (32)');
    expect(text).toContain('  2 more; --json prints all');
    expect(text).toContain('Churn: the 10 most changed of 1,500 files');
    expect(text).not.toContain('file-10');
    expect(text).toContain('Dependencies (54 changes)');
    expect(text).toContain('    and 2 more changes');
    expect(text).toContain('  1 more manifest change; --json prints all');
    expect(text).toContain('     5  subject says too little');
    expect(text.match(/fix it/g)).toHaveLength(2);
  });

  it('cuts long subjects by characters', () => {
    const [fault] = plantedReview().hygiene;
    const text = plain({
      hygiene: [
        { ...fault!, reason: '👍'.repeat(90) },
        { ...fault!, reason: '' },
      ],
    });
    expect(text).toContain(`${'👍'.repeat(79)}…\n`);
    expect(text).toContain('bbbbbbbbbbbb  (empty)');
  });

  it('makes control characters from the repository visible, wherever they are', () => {
    const evil = '\u001b[2J\r\u202e';
    const ours = new Set(['kind', 'severity', 'commit', 'change']);
    const spoil = (value: unknown): unknown => {
      if (typeof value === 'string') return `${value}${evil}`;
      if (Array.isArray(value)) return value.map(spoil);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [key, ours.has(key) ? inner : spoil(inner)]),
      );
    };
    const { summary, overview, ...rest } = plantedReview();
    const spoilt = {
      ...(spoil(rest) as typeof rest),
      overview: { ...overview, root: `${overview.root}${evil}` },
      summary: { ...summary, source: `small${evil}`, note: `note${evil}` },
    };
    const text = formatReview(spoilt, PLAIN);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
    expect(text).toContain(String.raw`src/main.js\x1b[2J\r\u202e`);
  });

  it('is the same text in colour', () => {
    const painted = formatReview(plantedReview(), coloursFor({ isTTY: true }, {}));
    expect(painted).toContain('\u001b[31mhigh  \u001b[39m');
    expect(painted.replaceAll(/\u001b\[\d+m/g, '')).toBe(plain());
  });
});
