import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '@tta/obs-context';
import fc from 'fast-check';
import { spanOf } from '../../test/spans.ts';
import { spanText } from '../drawing/span-text.ts';
import { valueText } from '../drawing/value-text.ts';
import {
  matchesSpan,
  patternText,
  readPattern,
  requireSpanPattern,
  spanDifferences,
  type SpanPattern,
} from './span-pattern.ts';

const attempt = spanOf('primitive.retry.attempt_1', {
  attributes: { 'step.name': 'fetch page', 'error.category': 'transient', 'http.status': 503 },
  events: [
    { name: 'exception', attributes: {}, timeMs: 0 },
    { name: 'recovery.retry', attributes: { 'retry.attempt': 1, 'retry.reason': 'transient' }, timeMs: 0 },
    { name: 'recovery.retry', attributes: { 'retry.attempt': 2 }, timeMs: 0 },
  ],
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
    [{ events: [{ name: 'recovery.retry' }] }, true],
    [{ events: [{ name: 'recovery.retry', attributes: { 'retry.attempt': 2 } }] }, true],
    [{ events: [{ name: 'recovery.retry', attributes: { 'retry.reason': /^tran/ } }, 'exception'] }, true],
    [{ events: [{ name: 'recovery.retry', attributes: { 'retry.attempt': 3 } }] }, false],
    [{ events: [{ name: 'exception', attributes: { 'retry.attempt': 2 } }] }, false],
    ['primitive.retry.attempt_1 "fetch page"', true],
    ['primitive.retry.attempt_1 "fetch page" error', true],
    ['primitive.retry.attempt_1 error', true],
    ['primitive.retry.attempt_1 "fetch page" error 12.5 s: 503 Service Unavailable', true],
    ['primitive.retry.attempt_1 "fetch page" success', false],
    ['primitive.retry.attempt_1 "fetch"', false],
    ['primitive.retry.attempt_2 "fetch page" error', false],
    ['primitive.retry.attempt_1 "fetch page" failed', false],
    ['primitive.retry.attempt_1 error of something', false],
    [{ span: 'primitive.retry.attempt_1', outcome: 'timeout' }, false],
  ])('%p: %p', (pattern, isMet) => {
    expect(matchesSpan(pattern, attempt)).toBe(isMet);
    expect(spanDifferences(pattern, attempt).length === 0).toBe(isMet);
  });
});

describe('a text', () => {
  it.each([
    'GET /about',
    'GET /about success',
    'a "b" error 3 ms: c',
    'SELECT "name" FROM "table"',
    'say "what"',
    'error',
  ])('means the span that is called so: %p', (name) => {
    expect(matchesSpan(name, spanOf(name))).toBe(true);
    expect(matchesSpan(readPattern(name), spanOf(name))).toBe(true);
    expect(spanDifferences(name, spanOf(name))).toEqual([]);
    expect(matchesSpan(name, spanOf('other'))).toBe(false);
  });

  it.each([
    'a',
    'a "b"',
    'a "b" error',
    'say "hi" open 3 ms',
    'x open: y',
    'job error: db',
    ' lead',
    '├─ x',
    'trail ',
    'a\u{a0}',
    'a\nb',
    '\u{1b}[31mred',
    'x'.repeat(500),
  ])('means the span that a message draws so, whatever else it could be read as: %p', (name) => {
    for (const said of [{}, { endMs: undefined }, { startMs: 5 }, { failed: true, statusMessage: name }]) {
      for (const span of [spanOf(name, said), spanOf('a', { ...said, attributes: { 'step.name': name } })]) {
        const line = `  │  └─ ${spanText(span)}`;
        expect(matchesSpan(line, span)).toBe(true);
        expect(matchesSpan(readPattern(line), span)).toBe(true);
        expect(spanDifferences(line, span)).toEqual([]);
        expect(matchesSpan(line, { ...span, name: 'b' })).toBe(false);
        expect(matchesSpan(line, { ...span, failed: !span.failed })).toBe(span.endMs === undefined);
      }
    }
  });

  it('may have the guides of the line that it was copied from', () => {
    expect(matchesSpan('  └─ a success 0 ms', spanOf('a'))).toBe(true);
    expect(matchesSpan('\ta  ', spanOf('a'))).toBe(true);
    expect(matchesSpan(' ├─ x', spanOf(' ├─ x'))).toBe(true);
    expect(matchesSpan('  └─ a success -5 ms', spanOf('a', { startMs: 5 }))).toBe(true);
    expect(matchesSpan('  └─ a', spanOf('b'))).toBe(false);
    expect(matchesSpan('  ', spanOf('b'))).toBe(false);
  });

  it('is read as what a message draws of a span', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^(?:[a-z._/][a-z._/ ]*)?[a-z]$/),
        fc.option(fc.string(), { nil: undefined }),
        fc.boolean(),
        fc.string(),
        (name, personal, failed, statusMessage) => {
          const attributes = personal === undefined ? {} : { 'step.name': personal };
          const span = spanOf(name, { attributes, failed, statusMessage, endMs: 12_345.6 });
          expect(matchesSpan(spanText(span), span)).toBe(true);
          expect(matchesSpan(spanText(span), { ...span, failed: !failed })).toBe(false);
          expect(matchesSpan(spanText(span), { ...span, attributes: { 'step.name': `${personal}!` } })).toBe(
            personal === undefined,
          );
        },
      ),
      { examples: [['a', undefined, true, ' ']] },
    );
  });
});

describe('spanDifferences', () => {
  it('tells what differs about the closest event of a name', () => {
    const attributes = { 'retry.attempt': 3, 'retry.reason': 'transient' };
    expect(spanDifferences({ events: [{ name: 'recovery.retry', attributes }] }, attempt)).toEqual([
      { path: 'event recovery.retry, retry.attempt', expected: 3, received: 1 },
    ]);
    expect(spanDifferences({ events: [{ name: 'cache.hit', attributes }] }, attempt)).toEqual([
      { path: 'events', expected: 'cache.hit', received: ['exception', 'recovery.retry', 'recovery.retry'] },
    ]);
  });

  it('reads a line', () => {
    expect(spanDifferences('primitive.retry.attempt_1 "fetch" success', attempt)).toEqual([
      { path: 'name', expected: 'fetch', received: 'fetch page' },
      { path: 'outcome', expected: 'success', received: 'error' },
    ]);
  });

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
      { path: 'events', expected: 'cache.hit', received: ['exception', 'recovery.retry', 'recovery.retry'] },
    ]);
  });
});

describe('patternText', () => {
  it.each<readonly [SpanPattern, string]>([
    ['a.b', 'a.b'],
    ['a.b "c" error 3 ms: d', 'a.b "c" error'],
    ['GET /about', 'GET /about'],
    [
      { span: 'a', events: [{ name: 'b', attributes: { c: 1 } }, { name: 'd' }] },
      'a event "b" { c: 1 } event "d"',
    ],
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
      'outcome is "failed"; it has to be one of success, error, timeout, cancelled, suspended, open',
    ],
    [
      { attributes: {} },
      "attributes is {}; it has to be an object with at least one attribute: { 'error.category': 'network' }",
    ],
    [
      { events: 'cache.hit' },
      'events is "cache.hit"; it has to be a list of at least one name of an event, or { name, attributes }: ["recovery.retry"]',
    ],
    ...[[{ name: '' }], [{ name: 'a', attributes: {} }], [{ name: 'a', count: 1 }], [7], [{}]].map(
      (events): readonly [object, string] => [
        { events },
        `events is ${valueText(events)}; it has to be a list`,
      ],
    ),
    [
      { events: [] },
      'events is []; it has to be a list of at least one name of an event, or { name, attributes }: ["recovery.retry"]',
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
    { events: [{ name: 'a', attributes: { b: 1 } }, { name: 'c' }] },
  ])('takes %p', (pattern) => {
    expect(() => requireSpanPattern('toHaveSpan', pattern)).not.toThrow();
  });
});
