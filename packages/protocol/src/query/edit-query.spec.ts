import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  addTerm,
  fieldTerm,
  queryTerms,
  removeTerm,
  replaceTerm,
  selectedValues,
  selectValues,
} from './edit-query.ts';
import { parseQuery } from './parse-query.ts';
import { printQuery } from './print-query.ts';

const termsOf = (text: string): string[] =>
  queryTerms(parseQuery(text)).map(({ start, end }) => text.slice(start, end));

function remove(text: string, index: number): string {
  const query = parseQuery(text);
  return removeTerm(query, queryTerms(query)[index]!);
}

function replace(text: string, index: number, term: string): string {
  const query = parseQuery(text);
  return replaceTerm(query, queryTerms(query)[index]!, term);
}

describe('queryTerms', () => {
  it.each([
    ['', []],
    ['a', ['a']],
    ['a  -b AND (c OR d)', ['a', '-b', '(c OR d)']],
    ['a OR b c', ['a OR b c']],
    ['(a b)', ['(a b)']],
    ['((a) b) c', ['((a) b)', 'c']],
    ['(a) b', ['(a)', 'b']],
    ['a statsu:x b', ['a', 'b']],
  ])('finds in %j the pills %j', (text, terms) => {
    expect(termsOf(text)).toEqual(terms);
  });
});

describe('fieldTerm', () => {
  it('quotes what would be read otherwise', () => {
    expect(fieldTerm('service', ['api', 'my web', 'a,b', '*'])).toBe('service:api,"my web","a,b","*"');
    expect(fieldTerm('attr.odd key', ['>1'])).toBe('attr."odd key":">1"');
  });
});

describe('addTerm', () => {
  it.each([
    ['', 'a', 'a'],
    ['  ', 'a', 'a'],
    ['status:error   name:x', 'a', 'status:error   name:x a'],
    ['a OR b', 'c', '(a OR b) c'],
    ['(a OR b)', 'c', '(a OR b) c'],
    ['a', 'b OR c', 'a (b OR c)'],
    ['name:"a b', 'c', 'name:"a b" c'],
    ['(a OR (b', 'c', '(a OR (b)) c'],
    ['(a "b', 'c', '(a "b") c'],
    ['a) b', 'c', 'a) b c'],
    ['a OR ', 'b', 'a b'],
    ['a AND NOT', 'b', 'a b'],
    ['OR', 'b', 'b'],
  ])('makes of %j and %j %j', (text, term, expected) => {
    expect(addTerm(parseQuery(text), term)).toBe(expected);
  });
});

describe('removeTerm', () => {
  it.each([
    ['a', 0, ''],
    ['a b c', 0, 'b c'],
    ['a b c', 1, 'a c'],
    ['a b   c', 2, 'a b'],
    ['a AND b AND c', 0, 'b AND c'],
    ['a AND b AND c', 1, 'a AND c'],
    ['a AND b', 1, 'a'],
    ['a OR b', 0, ''],
    ['a (b OR c)  name:"x  y"', 1, 'a name:"x  y"'],
    ['(a)(b)(c)', 1, '(a) (c)'],
    ['BRAND x', 1, 'BRAND'],
    ['x ANDROID', 0, 'ANDROID'],
    ['statsu:x a b', 0, 'statsu:x b'],
  ])('takes from %j the pill %d and leaves %j', (text, index, expected) => {
    expect(remove(text, index)).toBe(expected);
  });
});

describe('replaceTerm', () => {
  it.each([
    ['a', 0, 'b', 'b'],
    ['a  b  c', 1, 'x', 'a x c'],
    ['a b', 1, 'x OR y', 'a (x OR y)'],
    ['a OR b', 0, 'c', 'c'],
    ['(a)(b)c', 1, 'x', '(a) x c'],
    ['a AND b', 0, 'x', 'x AND b'],
    ['a b', 0, '', 'b'],
  ])('puts in %j for the pill %d %j: %j', (text, index, term, expected) => {
    expect(replace(text, index, term)).toBe(expected);
  });
});

describe('what a facet shows and sets', () => {
  it.each([
    ['service:api,web a', ['api', 'web']],
    ['a', []],
    ['-service:api', []],
    ['service:a*', []],
    ['service:api,b*', []],
    ['has:service', []],
    ['(service:api a)', []],
  ])('%s restricts the service to %j', (text, values) => {
    expect(selectedValues(parseQuery(text), 'service')).toEqual(values);
  });

  it('knows numbers too', () => {
    expect(selectedValues(parseQuery('attempts:1,3'), 'attempts')).toEqual(['1', '3']);
    expect(selectedValues(parseQuery('attempts:>3'), 'attempts')).toEqual([]);
  });

  it.each([
    ['a', ['api'], 'a service:api'],
    ['a', [], 'a'],
    ['service:api  a', ['api', 'my web'], 'service:api,"my web" a'],
    ['service:api  a', [], 'a'],
    ['service:api b service:web  c service:x', ['db'], 'service:db b c'],
    ['service:api b service:web  c service:x', [], 'b c'],
    ['-service:api', ['db'], '-service:api service:db'],
    ['a OR b', ['db'], '(a OR b) service:db'],
  ])('%s with the services %j is %s', (text, values, expected) => {
    expect(selectValues(parseQuery(text), 'service', values)).toBe(expected);
  });
});

describe('pills of any query', () => {
  const terms = fc.constantFrom(
    'a',
    '-b',
    'name:"x  y"',
    '(c OR d)',
    '(e f)',
    'some(g)',
    'NOT h',
    'statsu:x',
    '(i)',
  );
  const queries = fc
    .array(fc.tuple(terms, fc.constantFrom(' ', '   ', ' AND ', '\n')), { minLength: 1, maxLength: 6 })
    .map((list) => list.map(([term, space], index) => (index === 0 ? term : space + term)).join(''));
  const printed = (text: string): string[] => queryTerms(parseQuery(text)).map((term) => printQuery(term));

  it('are those that are left, when one is taken out', () => {
    fc.assert(
      fc.property(queries, fc.nat(5), (text, at) => {
        const before = printed(text);
        // Of a single pair of parentheses, the content is what remains as pills.
        fc.pre(before.length > 2);
        const index = at % before.length;
        expect(printed(remove(text, index))).toEqual(before.toSpliced(index, 1));
      }),
    );
  });

  it('are one more, when one is added, and the same again without it', () => {
    fc.assert(
      fc.property(queries, (text) => {
        const before = printed(text);
        fc.pre(before.length > 1);
        const more = addTerm(parseQuery(text), 'service:api');
        expect(printed(more)).toEqual([...before, 'service:api']);
        expect(printed(remove(more, before.length))).toEqual(before);
      }),
    );
  });
});
