import { describe, expect, it } from '@jest/globals';
import { double, stepping, traceOf, work } from '../../test/doubles.ts';
import { spanOf } from '../../test/spans.ts';
import { noColors } from '../drawing/marked-tree.ts';
import type { TraceLine } from '../trace.ts';
import { checkLogged, type LineExpectation } from './logged.ts';

const fetchPage = double('work', 'fetch page', (input, { log }) => {
  log.info('asking', { url: 'https://example.org', attempt: 1 });
  log.warn('slow answer', { ms: 900 });
  return input;
});
const logged = await traceOf(
  stepping('sequential', 'review', { step_0: fetchPage }),
  double('work', 'save', (input, { log }) => {
    log.error('disk full');
    return input;
  }),
);
const outside = {
  ...logged,
  lines: [{ level: 'info' as const, message: 'late', fields: {}, spanId: undefined, traceId: undefined }],
};

describe('toHaveLogged', () => {
  it.each<LineExpectation>([
    'slow',
    /^slow answer$/,
    { level: 'error' },
    { message: 'ask' },
    { message: /ing$/ },
    { fields: { url: /example/ } },
    { fields: { attempt: expect.any(Number) } },
    { in: 'fetch page' },
    { level: 'warn', message: 'slow', fields: { ms: 900 }, in: 'fetch page' },
  ])('passes for %p', (expected) => {
    expect(checkLogged(logged, expected).pass).toBe(true);
  });

  it('tells all lines, in the spans in which they were written', () => {
    expect(checkLogged(logged, 'retrying').message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveLogged("retrying")
      3 lines were logged, none like that.

        primitive.sequential.execute "review" success 0 ms
        └─ primitive.sequential.step_0 "fetch page" success 0 ms
           └─ primitive.work.execute "fetch page" success 0 ms
              ├─ info: "asking" { url: 'https://example.org', attempt: 1 }
              └─ warn: "slow answer" { ms: 900 }
        primitive.work.execute "save" success 0 ms
        └─ error: "disk full""
    `);
  });

  it('tells what keeps the closest line from being the expected one', () => {
    const expected = { level: 'warn', message: 'slow', fields: { ms: 100 }, in: 'save' } as const;
    expect(checkLogged(logged, expected).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveLogged({ level: 'warn', message: 'slow', fields: { ms: 100 }, in: 'save' })
      3 lines were logged, none like that.

        primitive.sequential.execute "review" success 0 ms
        └─ primitive.sequential.step_0 "fetch page" success 0 ms
           └─ primitive.work.execute "fetch page" success 0 ms
              ├─ info: "asking" { url: 'https://example.org', attempt: 1 }
      ≠       └─ warn: "slow answer" { ms: 900 }
      ≠             ms: expected 100, is 900
      ≠             in: expected "save", is "fetch page"
        primitive.work.execute "save" success 0 ms
        └─ error: "disk full"

      ≠ different"
    `);
  });

  it.each([
    ['got 201', ['got 100', 'then got 200 from example.org', 'got 300'], 1],
    ['asking twice', ['parsing', 'saving'], -1],
  ])('marks the line with what is most like %p in %p', (expected, messages, index) => {
    const lines = messages.map((message) => ({ ...outside.lines[0], message }) as TraceLine);
    const wanted = { message: expected, level: 'warn' } as const;
    const drawn = checkLogged({ ...logged, lines }, index < 0 ? wanted : expected).message(noColors);
    const marked = drawn.split('\n').filter((line) => line.startsWith('≠ info'));
    expect(marked).toEqual(index < 0 ? [] : [`≠ info: "${messages[index]}"`]);
  });

  it('knows spans of one id in two traces from each other', () => {
    const spans = ['a', 'b'].map((traceId) =>
      spanOf(traceId, { traceId, spanId: '1', attributes: { 'primitive.name': traceId } }),
    );
    const lines = [{ level: 'info' as const, message: 'hi', fields: {}, traceId: 'b', spanId: '1' }];
    const two = { spans, lines, points: [] };
    expect(checkLogged(two, { in: 'a' }).pass).toBe(false);
    expect(checkLogged(two, { in: 'b' }).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).not.toHaveLogged({ in: 'b' })
      1 line is like that.

        a "a" success 0 ms
        b "b" success 0 ms
      + └─ info: "hi"

      + unexpected"
    `);
  });

  it('tells lines outside of all spans', () => {
    expect(checkLogged(outside, { in: 'save' }).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveLogged({ in: 'save' })
      1 line was logged, none like that.

        primitive.sequential.execute "review" success 0 ms
        └─ primitive.sequential.step_0 "fetch page" success 0 ms
           └─ primitive.work.execute "fetch page" success 0 ms
        primitive.work.execute "save" success 0 ms
        info: "late""
    `);
  });

  it('tells how to keep lines of level debug', () => {
    expect(checkLogged(logged, { level: 'debug' }).message(noColors)).toContain(
      "3 lines were logged, none like that; lines of level debug are kept with observe(…, { logLevel: 'debug' }).",
    );
  });

  it('tells that nothing was logged', async () => {
    expect(checkLogged(await traceOf(work('a')), 'x').message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveLogged("x")
      Nothing was logged.

        primitive.work.execute "a" success 0 ms"
    `);
  });

  it('tells after .not which lines are like that', () => {
    expect(checkLogged(logged, { in: 'fetch page' }).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).not.toHaveLogged({ in: 'fetch page' })
      2 lines are like that.

        primitive.sequential.execute "review" success 0 ms
        └─ primitive.sequential.step_0 "fetch page" success 0 ms
           └─ primitive.work.execute "fetch page" success 0 ms
      +       ├─ info: "asking" { url: 'https://example.org', attempt: 1 }
      +       └─ warn: "slow answer" { ms: 900 }
        primitive.work.execute "save" success 0 ms
        └─ error: "disk full"

      + unexpected"
    `);
  });

  it.each<readonly [string, unknown]>([
    ['toHaveLogged: message is ""; it has to be a text or a RegExp', ''],
    ['toHaveLogged: nothing is expected; it takes a text, a RegExp or { level, message, fields, in }', {}],
    ['toHaveLogged: undefined says nothing of what is expected; it takes a text, a RegExp or {', undefined],
    ['toHaveLogged: there is no "text" to expect', { text: 'a' }],
    ['toHaveLogged: level is "fatal"; it has to be one of debug, info, warn, error', { level: 'fatal' }],
    [
      'toHaveLogged: fields is {}; it has to be an object with at least one field: { attempt: 2 }',
      { fields: {} },
    ],
    ['toHaveLogged: in is ""; it has to be the name of a primitive or step', { in: '' }],
  ])('refuses: %s', (message, expected) => {
    expect(() => checkLogged(logged, expected as string)).toThrow(message);
  });
});
