import { describe, expect, it } from '@jest/globals';
import type { LogLine } from './log-line.ts';
import { prettyLine } from './pretty-line.ts';

const head: LogLine = {
  timeMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  level: 'info',
  message: 'sold',
  ids: {},
  inherited: {},
  fields: {},
  errors: [],
};

describe('prettyLine', () => {
  it.each<[Partial<LogLine>, string]>([
    [{}, '03:04:05.678 info  sold'],
    [{ level: 'error' }, '03:04:05.678 error sold'],
    [{ fields: { copies: 2, title: 'a b' } }, '03:04:05.678 info  sold  copies=2 title="a b"'],
    [{ inherited: { a: 1, b: 1 }, fields: { b: 2 } }, '03:04:05.678 info  sold  a=1 b=2'],
    [{ fields: { of: { a: [1] } } }, '03:04:05.678 info  sold  of={"a":[1]}'],
    [
      { ids: { trace_id: '0123456789abcdef', span_id: 'x', user_id: 'y', workflow_name: 'z' } },
      '03:04:05.678 info  sold  trace=01234567',
    ],
    [
      { level: 'error', ids: { trace_id: '0123456789abcdef' } },
      '03:04:05.678 error sold  trace=0123456789abcdef',
    ],
    [
      { ids: { user_id: 'y' }, fields: { user_id: 'forged', message: 'm' } },
      '03:04:05.678 info  sold  fields.user_id="forged" fields.message="m"',
    ],
  ])('shows %j', (line, expected) => {
    expect(prettyLine({ ...head, ...line }, false)).toBe(expected);
  });

  it('does not repeat which primitive failed of what', () => {
    const fields = { 'primitive.name': 'pay', 'primitive.type': 'lambda', 'error.message': 'no money' };
    const of = (message: string): string => prettyLine({ ...head, message, fields }, false);
    expect(of('pay failed: no money')).toBe(
      '03:04:05.678 info  pay failed: no money  primitive.type="lambda"',
    );
    expect(of('gone')).toBe(
      '03:04:05.678 info  gone  primitive.name="pay" primitive.type="lambda" error.message="no money"',
    );
  });

  it('colours time, level and fields when asked', () => {
    expect(prettyLine({ ...head, fields: { a: 1 } }, true)).toBe(
      '\u001b[90m03:04:05.678\u001b[0m \u001b[36minfo \u001b[0m sold  \u001b[90ma=1\u001b[0m',
    );
  });

  it.each([
    ['a second line', 'ok\n03:04:05.678 error forged', 'ok\\n03:04:05.678 error forged'],
    ['a return', 'ok\rforged', 'ok\\rforged'],
    ['a terminal escape', '\u001b[2Jgone', '\\u001b[2Jgone'],
    ['a C1 escape', '\u009b2Jgone', '\\u009b2Jgone'],
    ['delete', 'a\u007fb', 'a\\u007fb'],
    ['a line separator', 'a\u2028b', 'a\\u2028b'],
    ['turned text', 'a\u202eb', 'a\\u202eb'],
    ['an Arabic letter mark', 'a\u061cb', 'a\\u061cb'],
    ['a space without width', 'a\u200bb', 'a\\u200bb'],
    ['a byte order mark', 'a\ufeffb', 'a\\ufeffb'],
    ['an invisible plus', 'a\u2064b', 'a\\u2064b'],
    ['a tag', 'a\u{e0041}b', 'a\\udb40\\udc41b'],
  ])('shows %s in a message, a field and its name as text', (_what, text, shown) => {
    expect(prettyLine({ ...head, message: text }, false)).toBe(`03:04:05.678 info  ${shown}`);
    expect(prettyLine({ ...head, fields: { field: text } }, false)).toBe(
      `03:04:05.678 info  sold  field="${shown}"`,
    );
    expect(prettyLine({ ...head, fields: { [text]: 1 } }, false)).toBe(`03:04:05.678 info  sold  ${shown}=1`);
  });

  it('leaves letters of all languages as they are', () => {
    expect(prettyLine({ ...head, message: 'größer 日本 🎉 👩‍🚀 می‌خواهم' }, false)).toBe(
      '03:04:05.678 info  größer 日本 🎉 👩‍🚀 می‌خواهم',
    );
  });
});
