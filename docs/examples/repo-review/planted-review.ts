import type { Review } from './review.ts';

const EVIDENCE = 'git show aaaaaaaaaaaa';

/** A small review with one thing of each kind, for specs. */
export function plantedReview(fields: Partial<Review> = {}): Review {
  return {
    overview: {
      root: '/home/ada/demo',
      commits: 2,
      merges: 0,
      authors: 1,
      hasOlder: false,
      from: '2026-01-01',
      to: '2026-01-02',
      addedLines: 1234,
      deletedLines: 5,
      kindsOfWork: [{ type: 'feat', commits: 2 }],
      subjects: ['feat: talk to the service', 'feat: greet by name'],
      notes: [],
    },
    churn: [
      { file: 'src/main.js', commits: 12, authors: 2, addedLines: 1200, deletedLines: 3 },
      { file: 'README.md', commits: 1, authors: 1, addedLines: 34, deletedLines: 2 },
    ],
    risks: [
      {
        kind: 'secret',
        severity: 'high',
        commit: 'aaaaaaaaaaaa',
        file: 'src/config.js',
        line: 7,
        reason: 'GitHub token ghp_… (40 characters)',
        evidence: `${EVIDENCE} -- src/config.js`,
      },
    ],
    dependencies: [
      {
        change: 'bumped',
        dependency: 'left',
        from: '1.0.0',
        to: '2.0.0',
        commit: 'aaaaaaaaaaaa',
        file: 'package.json',
        evidence: `${EVIDENCE} -- package.json`,
      },
    ],
    hygiene: [
      {
        kind: 'subject says too little',
        severity: 'low',
        commit: 'bbbbbbbbbbbb',
        reason: 'fix it',
        evidence: 'git show --stat bbbbbbbbbbbb',
      },
    ],
    themes: [
      {
        area: 'src',
        commits: 2,
        addedLines: 1234,
        deletedLines: 5,
        terms: ['service', 'greet'],
        typical: { commit: 'aaaaaaaaaaaa', subject: 'feat: talk to the service' },
      },
    ],
    summary: { text: 'src: 2 commits on service and greet.\nAll else is quiet.', source: 'tf-idf' },
    ...fields,
  };
}
