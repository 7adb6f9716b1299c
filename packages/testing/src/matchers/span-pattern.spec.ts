import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '@tta/obs-context';
import { spanOf } from '../../test/spans.ts';
import {
  matchesSpan,
  patternText,
  requireSpanPattern,
  spanDifferences,
  type SpanPattern,
} from './span-pattern.ts';

const attempt = spanOf('primitive.retry.attempt_1', {
  attributes: { 'step.name': 'fetch page', 'error.category': 'transient', 'http.status': 503 },
  events: ['exception', 'recovery.retry'].map((name) => ({ name, attributes: {}, timeMs: 0 })),
  failed: true,
});

describe('matchesSpan', () => {
  it.each<readonly [SpanPattern, boolean]>([
    ['primitive.retry.attempt_1', true],
    ['primitive.retry.attempt_', false],
    ['fetch page', false],
    [{ span: /attempt_\d$/ }, true],
    [{ span: /attempt_\d$/g, name: 'fetch page' }, true],
    [{ name: 'fetch' }, false],
    [{ name: /^fetch/ }, true],
    [{ name: undefined as never, outcome: 'error' }, true],
    [{ outcome: 'success' }, false],
    [{ attributes: { 'error.category': /^tran/, 'http.status': 503 } }, true],
    [{ attributes: { 'http.status': '503' } }, false],
    [{ attributes: { 'http.status': expect.any(Number), 'error.code': undefined } }, true],
    [{ attributes: { 'error.code': 'E' } }, false],
    [{ events: ['recovery.retry'] }, true],
    [{ events: ['recovery.retry', 'cache.hit'] }, false],
    [{ span: 'primitive.retry.attempt_1', outcome: 'timeout' }, false],
  ])('%p: %p', (pattern, isMet) => {
    expect(matchesSpan(pattern, attempt)).toBe(isMet);
    expect(spanDifferences(pattern, attempt).length === 0).toBe(isMet);
  });
});

describe('spanDifferences', () => {
  it('names each condition that does not hold', () => {
    expect(
      spanDifferences(
        {
          span: /refresh/,
          name: 'a',
          outcome: 'open',
          attributes: { 'error.category': 'network', 'http.status': 503 },
          events: ['exception', 'cache.hit'],
        },
        attempt,
      ),
    ).toEqual([
      { path: 'span', expected: /refresh/, received: 'primitive.retry.attempt_1' },
      { path: 'name', expected: 'a', received: 'fetch page' },
      { path: 'outcome', expected: 'open', received: 'error' },
      { path: 'error.category', expected: 'network', received: 'transient' },
      { path: 'events', expected: 'cache.hit', received: ['exception', 'recovery.retry'] },
    ]);
  });
});

describe('patternText', () => {
  it.each<readonly [SpanPattern, string]>([
    ['a.b', 'a.b'],
    [{ span: /a/, name: 'call', outcome: 'error' }, '/a/ "call" error'],
    [{ name: /x/, attributes: { a: 1, b: 'c' }, events: ['cache.hit'] }, '/x/ a=1 b="c" event "cache.hit"'],
  ])('shows %p as %p', (pattern, text) => {
    expect(patternText(pattern)).toBe(text);
  });
});

describe('requireSpanPattern', () => {
  it.each(['', undefined, 7, ['a'], {}, { span: undefined }, { spanName: 'a' }])('rejects %p', (pattern) => {
    expect(() => requireSpanPattern('toHaveSpan', pattern)).toThrow(InvalidOptionError);
    expect(() => requireSpanPattern('toHaveSpan', pattern)).toThrow(
      /^toHaveSpan: .*; it takes the name of a span or \{ span, name, outcome, attributes, events \}$/,
    );
  });

  it.each<readonly [object, string]>([
    [{ span: '' }, 'span is ""; it has to be a text or a RegExp'],
    [{ name: 7 }, 'name is 7; it has to be a text or a RegExp'],
    [
      { outcome: 'failed' },
      'outcome is "failed"; it has to be one of success, error, timeout, cancelled, open',
    ],
    [
      { attributes: {} },
      "attributes is {}; it has to be an object with at least one attribute: { 'error.category': 'network' }",
    ],
    [
      { events: 'cache.hit' },
      'events is "cache.hit"; it has to be a list of at least one name of an event: ["recovery.retry"]',
    ],
    [
      { events: [] },
      'events is []; it has to be a list of at least one name of an event: ["recovery.retry"]',
    ],
  ])('rejects %p and says what it has to be', (pattern, problem) => {
    expect(() => requireSpanPattern('toHaveSpan', pattern)).toThrow(`toHaveSpan: ${problem}`);
  });

  it.each([
    'a',
    { span: /a/ },
    { name: 'a' },
    { outcome: 'open' },
    { attributes: { a: undefined } },
    { events: ['a'] },
  ])('takes %p', (pattern) => {
    expect(() => requireSpanPattern('toHaveSpan', pattern)).not.toThrow();
  });
});
