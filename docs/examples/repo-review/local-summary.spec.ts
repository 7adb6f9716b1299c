import { describe, expect, it } from '@jest/globals';
import { summariseHere } from './local-summary.ts';
import { plantedReview } from './planted-review.ts';

describe('summariseHere', () => {
  it('says in whole sentences what the work was, where, and what is urgent', () => {
    expect(summariseHere(plantedReview()).text).toBe(
      [
        'Kinds of work: 2 feat of 2 commits.',
        'src: 2 commits on service and greet (+1,234 −5); typical is aaaaaaaaaaaa “feat: talk to the service”.',
        'src/main.js changed most often: in 12 of 2 commits, by 2 authors.',
        '1 secret in the history: revoke first, then rewrite.',
        'Dependencies changed 1 time, 1 of these to another version.',
      ].join('\n'),
    );
  });

  it('says of an empty history that there is nothing to say', () => {
    const { overview } = plantedReview();
    expect(
      summariseHere({
        overview: { ...overview, kindsOfWork: [] },
        churn: [],
        risks: [],
        dependencies: [],
        hygiene: [],
        themes: [],
      }),
    ).toEqual({ text: 'There is too little text in this history to summarise.', source: 'tf-idf' });
  });

  it('speaks of other versions only where there are some', () => {
    const [change] = plantedReview().dependencies;
    expect(summariseHere(plantedReview({ dependencies: [{ ...change!, change: 'added' }] })).text).toMatch(
      /\nDependencies changed 1 time\.$/,
    );
  });

  it('leaves terms out where an area has none', () => {
    const [theme] = plantedReview().themes;
    const { text } = summariseHere(
      plantedReview({
        themes: [
          { ...theme!, area: 'a\u001bb', terms: [] },
          { ...theme!, terms: ['one'] },
        ],
      }),
    );
    expect(text).toContain(String.raw`a\x1bb: 2 commits (+1,234 −5)`);
    expect(text).toContain('src: 2 commits on one (+1,234 −5)');
  });
});
