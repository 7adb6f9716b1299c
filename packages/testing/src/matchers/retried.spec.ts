import { describe, expect, it } from '@jest/globals';
import { retrying, traceOf, work } from '../../test/doubles.ts';
import { spanOf } from '../../test/spans.ts';
import { noColors } from '../drawing/marked-tree.ts';
import { checkRetried } from './retried.ts';

const twice = await traceOf(retrying('fetch page', 2));

describe('toHaveRetried', () => {
  it.each([undefined, 2])('passes where the step was repeated, %p times asked for', (times) => {
    expect(checkRetried(twice, 'fetch page', times).pass).toBe(true);
  });

  it('counts attempts of two digits', async () => {
    const often = await traceOf(retrying('fetch page', 20));
    expect(checkRetried(often, 'fetch page', 20).pass).toBe(true);
  });

  it('knows runs of one id in two traces from each other', () => {
    const run = spanOf('primitive.retry.execute', {
      traceId: 'a',
      spanId: '1',
      attributes: { 'primitive.type': 'retry', 'primitive.name': 'fetch' },
    });
    const repeat = spanOf('primitive.retry.attempt_2', {
      traceId: 'b',
      parentSpanId: '1',
      attributes: { 'step.primitive_type': 'retry' },
    });
    const traceWith = (traceId: string) => ({ spans: [run, { ...repeat, traceId }], lines: [], points: [] });
    expect(checkRetried(traceWith('a'), 'fetch', 1).pass).toBe(true);
    expect(checkRetried(traceWith('b'), 'fetch', 0).pass).toBe(true);
  });

  it('adds up the runs of a retry', async () => {
    const runs = await traceOf(retrying('a', 2), retrying('a', 1), retrying('b', 5));
    expect(checkRetried(runs, 'a', 3).pass).toBe(true);
    expect(checkRetried(runs, 'a', 2).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveRetried("a", 2)
      "a" repeated its step 3 times in 2 runs, not 2.

        primitive.retry.execute "a" success 0 ms
        ├─ primitive.retry.attempt_1 "a" error 0 ms
        │  └─ primitive.work.execute "a" error 0 ms: 503 Service Unavailable
        ├─ primitive.retry.attempt_2 "a" error 0 ms
        │  └─ primitive.work.execute "a" error 0 ms: 503 Service Unavailable
        └─ primitive.retry.attempt_3 "a" success 0 ms
           └─ primitive.work.execute "a" success 0 ms
        primitive.retry.execute "a" success 0 ms
        ├─ primitive.retry.attempt_1 "a" error 0 ms
        │  └─ primitive.work.execute "a" error 0 ms: 503 Service Unavailable
      + └─ primitive.retry.attempt_2 "a" success 0 ms
           └─ primitive.work.execute "a" success 0 ms
        primitive.retry.execute "b" success 0 ms
        ├─ primitive.retry.attempt_1 "b" error 0 ms
        │  └─ primitive.work.execute "b" error 0 ms: 503 Service Unavailable
        ├─ primitive.retry.attempt_2 "b" error 0 ms
        │  └─ primitive.work.execute "b" error 0 ms: 503 Service Unavailable
        ├─ primitive.retry.attempt_3 "b" error 0 ms
        │  └─ primitive.work.execute "b" error 0 ms: 503 Service Unavailable
        ├─ primitive.retry.attempt_4 "b" error 0 ms
        │  └─ primitive.work.execute "b" error 0 ms: 503 Service Unavailable
        ├─ primitive.retry.attempt_5 "b" error 0 ms
        │  └─ primitive.work.execute "b" error 0 ms: 503 Service Unavailable
        └─ primitive.retry.attempt_6 "b" success 0 ms
           └─ primitive.work.execute "b" success 0 ms

      + unexpected"
    `);
  });

  it('knows a retry that repeated nothing from one that did not run', async () => {
    const none = await traceOf(retrying('fetch page', 0));
    expect(checkRetried(none, 'fetch page', 0).pass).toBe(true);
    expect(checkRetried(none, 'fetch page', 0).isVoid).toBe(false);
    expect(checkRetried(none, 'fetch pages', 0)).toMatchObject({ pass: false, isVoid: true });
  });

  it('tells the attempts that are missing', () => {
    expect(checkRetried(twice, 'fetch page', 3).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveRetried("fetch page", 3)
      "fetch page" repeated its step 2 times, not 3.

        primitive.retry.execute "fetch page" success 0 ms
        ├─ primitive.retry.attempt_1 "fetch page" error 0 ms
        │  └─ primitive.work.execute "fetch page" error 0 ms: 503 Service Unavailable
        ├─ primitive.retry.attempt_2 "fetch page" error 0 ms
        │  └─ primitive.work.execute "fetch page" error 0 ms: 503 Service Unavailable
        ├─ primitive.retry.attempt_3 "fetch page" success 0 ms
        │  └─ primitive.work.execute "fetch page" success 0 ms
      - └─ primitive.retry.attempt_4

      - missing"
    `);
  });

  it('tells at most three of them', () => {
    expect(checkRetried(twice, 'fetch page', 300).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveRetried("fetch page", 300)
      "fetch page" repeated its step 2 times, not 300.

        primitive.retry.execute "fetch page" success 0 ms
        ├─ primitive.retry.attempt_1 "fetch page" error 0 ms
        │  └─ primitive.work.execute "fetch page" error 0 ms: 503 Service Unavailable
        ├─ primitive.retry.attempt_2 "fetch page" error 0 ms
        │  └─ primitive.work.execute "fetch page" error 0 ms: 503 Service Unavailable
        ├─ primitive.retry.attempt_3 "fetch page" success 0 ms
        │  └─ primitive.work.execute "fetch page" success 0 ms
      - ├─ primitive.retry.attempt_4
      - ├─ primitive.retry.attempt_5
      - └─ primitive.retry.attempt_6

      - missing"
    `);
  });

  it('tells the attempts that are too many', () => {
    expect(checkRetried(twice, 'fetch page', 0).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveRetried("fetch page", 0)
      "fetch page" repeated its step 2 times, not 0.

        primitive.retry.execute "fetch page" success 0 ms
        ├─ primitive.retry.attempt_1 "fetch page" error 0 ms
        │  └─ primitive.work.execute "fetch page" error 0 ms: 503 Service Unavailable
      + ├─ primitive.retry.attempt_2 "fetch page" error 0 ms
        │  └─ primitive.work.execute "fetch page" error 0 ms: 503 Service Unavailable
      + └─ primitive.retry.attempt_3 "fetch page" success 0 ms
           └─ primitive.work.execute "fetch page" success 0 ms

      + unexpected"
    `);
  });

  it('tells that nothing was repeated', async () => {
    const none = await traceOf(retrying('fetch page', 0));
    expect(checkRetried(none, 'fetch page').message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveRetried("fetch page")
      "fetch page" repeated its step 0 times.

        primitive.retry.execute "fetch page" success 0 ms
        ├─ primitive.retry.attempt_1 "fetch page" success 0 ms
        │  └─ primitive.work.execute "fetch page" success 0 ms
      - └─ primitive.retry.attempt_2

      - missing"
    `);
  });

  it('tells what the retries are called where none has the name', () => {
    expect(checkRetried(twice, 'fetch').message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveRetried("fetch")
      No retry is called "fetch"; is it "fetch page"?

        primitive.retry.execute "fetch page" success 0 ms
        ├─ primitive.retry.attempt_1 "fetch page" error 0 ms
        │  └─ primitive.work.execute "fetch page" error 0 ms: 503 Service Unavailable
        ├─ primitive.retry.attempt_2 "fetch page" error 0 ms
        │  └─ primitive.work.execute "fetch page" error 0 ms: 503 Service Unavailable
        └─ primitive.retry.attempt_3 "fetch page" success 0 ms
           └─ primitive.work.execute "fetch page" success 0 ms"
    `);
  });

  it('tells all names where none is close', async () => {
    const names = Array.from({ length: 12 }, (_, index) => retrying(`step ${index}`, 0));
    expect(
      checkRetried(await traceOf(...names.slice(0, 2)), 'ask')
        .message(noColors)
        .split('\n')[1],
    ).toBe('No retry is called "ask"; there is "step 0", "step 1".');
    expect(checkRetried(await traceOf(...names), 'ask').message(noColors)).toContain('"step 9" and 2 more.');
  });

  it('tells that there is none at all', async () => {
    expect(checkRetried(await traceOf(work('a')), 'a').message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveRetried("a")
      There is no retry in the trace.

        primitive.work.execute "a" success 0 ms"
    `);
    expect(checkRetried(await traceOf(), 'a').message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveRetried("a")
      There is no retry in the trace.

        (no spans: nothing ran where it was observed)"
    `);
  });

  it('tells after .not what was repeated', () => {
    expect(checkRetried(twice, 'fetch page').message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).not.toHaveRetried("fetch page")
      "fetch page" repeated its step 2 times.

        primitive.retry.execute "fetch page" success 0 ms
        ├─ primitive.retry.attempt_1 "fetch page" error 0 ms
        │  └─ primitive.work.execute "fetch page" error 0 ms: 503 Service Unavailable
      + ├─ primitive.retry.attempt_2 "fetch page" error 0 ms
        │  └─ primitive.work.execute "fetch page" error 0 ms: 503 Service Unavailable
      + └─ primitive.retry.attempt_3 "fetch page" success 0 ms
           └─ primitive.work.execute "fetch page" success 0 ms

      + unexpected"
    `);
  });

  it.each<readonly [string, unknown, unknown]>([
    ['toHaveRetried: the name of the retry is ""; it has to be a text that is not empty', '', 1],
    ['toHaveRetried: the name of the retry is 2; it has to be a text that is not empty', 2, undefined],
    ['toHaveRetried: times is -1; it has to be a whole number, 0 or more', 'a', -1],
    ['toHaveRetried: times is 1.5; it has to be a whole number, 0 or more', 'a', 1.5],
    ['toHaveRetried: times is "2"; it has to be a whole number, 0 or more', 'a', '2'],
  ])('refuses: %s', (message, name, times) => {
    expect(() => checkRetried(twice, name as string, times as number)).toThrow(message);
  });
});
