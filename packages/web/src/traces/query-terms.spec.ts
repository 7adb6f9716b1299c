import { describe, expect, it } from '@jest/globals';
import { parseQuery } from '@tta/obs-protocol/query';
import { setTerm, sinceTime, timeTerms, withinTime } from './query-terms.ts';

describe('setTerm', () => {
  it.each([
    ['', 'since:1h', 'since:1h'],
    ['a since:15m b', 'since:1h', 'a b since:1h'],
    ['time:>=-1h a time:<-5m', undefined, 'a'],
    ['a OR b', 'since:1h', '(a OR b) since:1h'],
    ['a -since:1h', 'since:2h', 'a -since:1h since:2h'],
  ])('of %j with %j is %j', (query, term, text) => {
    expect(setTerm(parseQuery(query), 'time', term)).toBe(text);
  });
});

describe('what a query says of time', () => {
  it('is one thing, of spans or of runs', () => {
    const query = 'a since:15m trace.time:>=-1h';
    expect(timeTerms(query)).toEqual(['since:15m', 'trace.time:>=-1h']);
    expect(sinceTime(query, '24h')).toBe('a since:24h');
    expect(sinceTime(query, undefined)).toBe('a');
  });

  it('may be a stretch of it', () => {
    const fromMs = Date.UTC(2026, 10, 22, 10, 5);
    const text = withinTime('a since:15m', fromMs, fromMs + 120_000);
    expect(text).toBe('a trace.time:>=2026-11-22T10:05:00Z trace.time:<2026-11-22T10:07:00Z');
    expect(parseQuery(text).problems).toEqual([]);
  });
});
