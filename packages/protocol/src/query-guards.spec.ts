import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseQuery } from './query/index.ts';
import { isQueryProblemDetails, isQueryValueList } from './query-guards.ts';

describe('isQueryProblemDetails', () => {
  const details = { type: 'about:blank', title: 'Bad request', status: 400, detail: 'what is wrong' };

  it('accepts what is wrong with any query', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) =>
        isQueryProblemDetails({ ...details, later: 1, problems: parseQuery(text).problems }),
      ),
    );
  });

  it.each([
    undefined,
    {},
    [{ start: 1, end: 0, message: 'runs backwards' }],
    [{ start: 0, end: 1 }],
    [{ start: 0, end: 1, message: 'no text', replacement: 1 }],
    [null],
  ])('refuses problems such as %j', (problems) => {
    expect(isQueryProblemDetails({ ...details, problems })).toBe(false);
    expect(isQueryProblemDetails({ problems: [] })).toBe(false);
  });
});

describe('isQueryValueList', () => {
  it('accepts values with how often there are', () => {
    expect(isQueryValueList({ items: [] })).toBe(true);
    expect(isQueryValueList({ items: [{ value: 'a', count: 2, later: 1 }] })).toBe(true);
  });

  it.each([
    null,
    {},
    { items: {} },
    { items: [{ value: 1, count: 1 }] },
    { items: [{ value: 'a', count: -1 }] },
  ])('refuses %j', (value) => {
    expect(isQueryValueList(value)).toBe(false);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.anything(),
        (value) => isQueryValueList(value) === isQueryValueList(value) && !isQueryProblemDetails([value]),
      ),
    );
  });
});
