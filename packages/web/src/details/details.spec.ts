import { describe, expect, it } from '@jest/globals';
import type { AttributesJson, SpanDetail, SpanEventJson } from '@tta/obs-protocol';
import { attributeText, filterGroups, groupAttributes } from './attribute-groups.ts';
import { spanErrorOf, survivedExceptions } from './span-error.ts';

function detail(changes: Partial<SpanDetail>): SpanDetail {
  return {
    traceId: 'a',
    spanId: 'b',
    parentSpanId: null,
    name: 'x',
    kind: 1,
    startTimeUnixNano: '0',
    endTimeUnixNano: '1',
    status: 'error',
    statusCode: 2,
    statusMessage: null,
    traceState: null,
    flags: 1,
    ai: null,
    attributes: {},
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    resource: {},
    scope: { name: '', version: '', attributes: {} },
    ...changes,
  };
}

function event(name: string, timeMs: number, attributes: AttributesJson): SpanEventJson {
  return { name, timeMs, timeUnixNano: String(timeMs * 1e6), attributes, droppedAttributesCount: 0 };
}

describe('groupAttributes', () => {
  it("groups by subject, the program's own first, keys in order", () => {
    const groups = groupAttributes({
      'primitive.type': 'retry',
      'error.type': 'TypeError',
      'primitive.name': 'fetch',
      rows: 3,
      __proto__x: true,
    });
    expect(groups.map((group) => [group.title, group.entries.map((entry) => entry.key)])).toEqual([
      ["The program's own", ['__proto__x', 'rows']],
      ['Error', ['error.type']],
      ['Step', ['primitive.name', 'primitive.type']],
    ]);
  });
});

describe('filterGroups', () => {
  const groups = groupAttributes({ rows: 3, 'error.type': 'TypeError', list: [{ name: 'Ada' }] });
  const keys = (sought: string) =>
    filterGroups(groups, sought).flatMap(({ entries }) => entries.map(({ key }) => key));

  it('finds keys and values in any case', () => {
    expect([keys('TYPE'), keys('ada'), keys('3'), keys(' '), keys('none')]).toEqual([
      ['error.type'],
      ['list'],
      ['rows'],
      ['list', 'rows', 'error.type'],
      [],
    ]);
  });
});

describe('attributeText', () => {
  it.each([
    ['plain', 'plain'],
    [3, '3'],
    [null, 'null'],
    [[1, 2], '[1,2]'],
    [{ a: { b: 1 } }, '{\n  "a": {\n    "b": 1\n  }\n}'],
  ])('writes %j', (value, text) => {
    expect(attributeText(value)).toBe(text);
  });
});

describe('spanErrorOf', () => {
  it('gathers message, type, category, code and stack', () => {
    const attributes = {
      'error.message': 'busy',
      'error.type': 'HttpError',
      'error.category': 'rate_limit',
      'error.code': 'OBS_ERR_X',
    };
    const events = [
      event('retry', 1, {}),
      event('exception', 2, { 'exception.stacktrace': 'HttpError: busy\n  at f' }),
    ];
    expect(spanErrorOf(detail({ attributes, events }))).toEqual({
      message: 'busy',
      type: 'HttpError',
      category: 'rate_limit',
      code: 'OBS_ERR_X',
      causes: [],
      stack: 'HttpError: busy\n  at f',
      earlier: [],
    });
  });

  it('falls back to the exception, then to the status', () => {
    const events = [event('exception', 2, { 'exception.message': 'no', 'exception.type': 'E' })];
    expect(spanErrorOf(detail({ events }))).toEqual({
      message: 'no',
      type: 'E',
      causes: [],
      earlier: [],
    });
    expect(spanErrorOf(detail({ statusMessage: 'gone' }))?.message).toBe('gone');
    expect(spanErrorOf(detail({}))?.message).toBe('No message was recorded.');
  });

  it('names causes, and what went wrong before', () => {
    const attributes = {
      'error.causes': ['ECONNREFUSED: connect: refused', 'just a text', 3],
      'error.recoverable': true,
    };
    const events = [
      event('exception', 1, { 'exception.message': 'first', 'exception.stacktrace': 's' }),
      event('exception', 2, { 'exception.type': 'E', 'exception.message': 'last' }),
    ];
    expect(spanErrorOf(detail({ attributes, events }))).toEqual({
      message: 'last',
      type: 'E',
      isRecoverable: true,
      causes: [{ type: 'ECONNREFUSED', message: 'connect: refused' }, { message: 'just a text' }],
      earlier: [{ message: 'first', stack: 's' }],
    });
    expect(spanErrorOf(detail({ attributes: { 'error.causes': 'odd' } }))?.causes).toEqual([]);
  });

  it('tells what a span got over apart', () => {
    const events = [event('exception', 1, { 'exception.message': 'first' })];
    expect(survivedExceptions(detail({ status: 'success', events }))).toEqual([{ message: 'first' }]);
    expect(survivedExceptions(detail({ events }))).toEqual([]);
  });

  it('finds no error in a span that ended well, was cancelled or waits', () => {
    expect(spanErrorOf(detail({ status: 'success' }))).toBeUndefined();
    expect(spanErrorOf(detail({ status: 'cancelled' }))).toBeUndefined();
    expect(spanErrorOf(detail({ status: 'suspended' }))).toBeUndefined();
  });
});
