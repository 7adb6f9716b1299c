import { describe, expect, it } from '@jest/globals';
import { differenceText, matchesPartially, partialDifferences } from './partial-match.ts';

const date = new Date(0);

describe('matchesPartially', () => {
  it.each<readonly [string, unknown, unknown]>([
    ['equal text', 'a', 'a'],
    ['a RegExp in text', /^5\d\d$/, '503'],
    ['a RegExp with memory, again and again', /0/g, '503'],
    ['an equal RegExp', /a/i, /a/i],
    ['NaN', Number.NaN, Number.NaN],
    ['zeros of either sign', 0, -0],
    ['equal dates', date, new Date(0)],
    ['equal maps', new Map([['a', { b: 1 }]]), new Map([['a', { b: 1 }]])],
    ['the same message of an error', new Error('x'), new Error('x')],
    ['some keys', { a: 1 }, { a: 1, b: 2 }],
    ['some keys further in', { a: { b: /x/ } }, { a: { b: 'xyz', c: 1 }, d: 1 }],
    ['keys of an instance', { message: 'x' }, new Error('x')],
    ['a key that is expected to be missing', { a: undefined }, { b: 1 }],
    ['a whole list', ['a', /b/, { c: 1 }], ['a', 'b', { c: 1, d: 2 }]],
    ['a type', expect.any(Number), 7],
    ['part of a text, asked of the runner', { a: expect.stringContaining('b') }, { a: 'abc' }],
    ['an object, asked of the runner', expect.objectContaining({ a: 1 }), { a: 1, b: 2 }],
  ])('is true of %s', (_what, expected, received) => {
    expect(matchesPartially(expected, received)).toBe(true);
    expect(matchesPartially(expected, received)).toBe(true);
  });

  it.each<readonly [string, unknown, unknown]>([
    ['other text', 'a', 'b'],
    ['a number in place of text', '1', 1],
    ['a number, by a RegExp', /1/, 1],
    ['another RegExp', /a/, /b/],
    ['another date', date, new Date(1)],
    ['another map', new Map([['a', 1]]), new Map([['a', 2]])],
    ['another error', new Error('x'), new Error('y')],
    ['a longer list', ['a'], ['a', 'b']],
    ['a shorter list', ['a', 'b'], ['a']],
    ['a list in another order', ['a', 'b'], ['b', 'a']],
    ['text in place of a list', ['a'], 'a'],
    ['nothing in place of an object', { a: 1 }, undefined],
    ['null in place of an object', { a: 1 }, null],
    ['text in place of an object', { length: 1 }, 'a'],
    ['a key that is missing', { a: 1 }, {}],
    ['null in place of a missing key', { a: undefined }, { a: null }],
    ['a matcher of the runner that says no', expect.any(String), 1],
    ['an object, by a matcher of the runner', expect.stringContaining('a'), { sample: 'a', inverse: false }],
  ])('is false of %s', (_what, expected, received) => {
    expect(matchesPartially(expected, received)).toBe(false);
  });
});

describe('partialDifferences', () => {
  it('names each place, and lists as a whole', () => {
    const received = { user: { name: 'Bo', roles: ['a'], age: 7 }, 'error.category': 'transient' };
    expect(
      partialDifferences(
        { user: { name: 'Al', roles: ['a', 'b'], age: 7, mail: /@/ }, 'error.category': 'network' },
        received,
      ),
    ).toEqual([
      { path: 'user.name', expected: 'Al', received: 'Bo' },
      { path: 'user.roles', expected: ['a', 'b'], received: ['a'] },
      { path: 'user.mail', expected: /@/, received: undefined },
      { path: 'error.category', expected: 'network', received: 'transient' },
    ]);
  });

  it('begins at the path that it is given', () => {
    expect(partialDifferences({ a: 1 }, { a: 2 }, 'fields')).toEqual([
      { path: 'fields.a', expected: 1, received: 2 },
    ]);
    expect(partialDifferences(1, 2)).toEqual([{ path: '', expected: 1, received: 2 }]);
  });
});

describe('differenceText', () => {
  it.each([
    [
      { path: 'error.category', expected: 'network', received: 'transient' },
      'error.category: expected "network", is "transient"',
    ],
    [{ path: 'a', expected: /x/, received: undefined }, 'a: expected /x/, is missing'],
    [{ path: 'a', expected: undefined, received: null }, 'a: expected none, is null'],
    [{ path: '', expected: 1, received: 2 }, 'expected 1, is 2'],
    [
      { path: 'a', expected: expect.stringContaining('b'), received: ['c', { d: 1 }] },
      `a: expected StringContaining "b", is [ 'c', { d: 1 } ]`,
    ],
    [{ path: 'a', expected: expect.any(Number), received: 'c' }, 'a: expected Any<Number>, is "c"'],
  ])('tells %p', (difference, text) => {
    expect(differenceText(difference)).toBe(text);
  });
});
