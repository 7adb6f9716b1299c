import { describe, expect, it } from '@jest/globals';
import { parseQuery, queryFieldNamed } from '@tta/obs-protocol/query';
import { DURATIONS, FACETS, facetValues, toggled } from './facet-fields.ts';

const known = [
  { value: 'shop', count: 9 },
  { value: 'search', count: 4 },
];

describe('facetValues', () => {
  it('marks what is chosen, in any case', () => {
    expect(facetValues(known, ['SHOP'])).toEqual([
      { value: 'shop', count: 9, isSelected: true },
      { value: 'search', count: 4, isSelected: false },
    ]);
  });

  it('shows what is chosen though it is not frequent', () => {
    expect(facetValues(known, ['rare']).at(-1)).toEqual({
      value: 'rare',
      count: undefined,
      isSelected: true,
    });
  });

  it('keeps the places of what was shown, and puts what is new behind it', () => {
    const before = facetValues(known, []);
    const later = facetValues([{ value: 'new', count: 20 }, ...known.toReversed()], [], before);
    expect(later.map(({ value }) => value)).toEqual(['shop', 'search', 'new']);
  });
});

describe('toggled', () => {
  it('adds a value and takes it away', () => {
    const [shop] = facetValues(known, []);
    expect(toggled(['search'], shop!)).toEqual(['search', 'shop']);
    expect(toggled(['search', 'Shop'], { ...shop!, isSelected: true })).toEqual(['search']);
  });
});

describe('what is offered', () => {
  it('is part of the query language', () => {
    expect(FACETS.map(({ field }) => queryFieldNamed(field)?.name)).toEqual(FACETS.map(({ field }) => field));
    expect(DURATIONS.flatMap(({ term }) => parseQuery(term).problems)).toEqual([]);
  });
});
