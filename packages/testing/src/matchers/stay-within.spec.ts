import { describe, expect, it } from '@jest/globals';
import { double, stepping, traceOf, waiting } from '../../test/doubles.ts';
import { spanOf } from '../../test/spans.ts';
import { noColors } from '../drawing/marked-tree.ts';
import { isFailure } from './verdict.ts';
import { checkStayWithin, type TraceLimits } from './stay-within.ts';

const llm = (name: string, inputTokens: number, outputTokens: number, costUsd: number) =>
  double('llm', name, (input, scope) => {
    scope.usage({ provider: 'p', model: 'm', inputTokens, outputTokens, costUsd });
    return input;
  });
const review = await traceOf(
  stepping('sequential', 'review', {
    step_0: waiting('fetch page', 320),
    step_1: llm('ask', 1200, 300, 0.1),
    step_2: llm('summarise', 200, 50, 0.2),
    step_3: waiting('save', 10),
  }),
);

describe('toStayWithin', () => {
  it.each<TraceLimits>([
    { ms: 330 },
    { usd: 0.3 },
    { tokens: 1750 },
    { ms: 1000, usd: 1, tokens: 2000 },
    { ms: Number.POSITIVE_INFINITY },
  ])('passes at the limit and below: %p', (limits) => {
    expect(checkStayWithin(review, limits).pass).toBe(true);
  });

  it.each([false, true])('fails where nothing was observed, after .not: %p', async (isNot) => {
    const found = checkStayWithin(await traceOf(), { ms: 0, usd: 0, tokens: 0 });
    expect(isFailure(found, isNot)).toBe(true);
    expect(found.message(noColors, isNot).split('\n')[1]).toBe(
      'The trace has no spans: nothing ran where it was observed.',
    );
  });

  it('tells which spans took the time', () => {
    expect(checkStayWithin(review, { ms: 300 }).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toStayWithin({ ms: 300 })
      It used 330 ms of 300 ms (too much).

        primitive.sequential.execute "review" success 330 ms
        ├─ primitive.sequential.step_0 "fetch page" success 320 ms
      ≠ │  └─ primitive.work.execute "fetch page" success 320 ms
      ≠ │        used 320 ms itself
        ├─ primitive.sequential.step_1 "ask" success 0 ms
        │  └─ primitive.llm.execute "ask" success 0 ms
        ├─ primitive.sequential.step_2 "summarise" success 0 ms
        │  └─ primitive.llm.execute "summarise" success 0 ms
        └─ primitive.sequential.step_3 "save" success 10 ms
           └─ primitive.work.execute "save" success 10 ms

      ≠ different"
    `);
  });

  it('tells which spans used the tokens and the money', () => {
    expect(checkStayWithin(review, { ms: 500, usd: 0.25, tokens: 1000 }).message(noColors))
      .toMatchInlineSnapshot(`
      "expect(trace).toStayWithin({ ms: 500, usd: 0.25, tokens: 1000 })
      It used 330 ms of 500 ms, $0.30 of $0.25 (too much), 1750 tokens of 1000 tokens (too much).

        primitive.sequential.execute "review" success 330 ms
        ├─ primitive.sequential.step_0 "fetch page" success 320 ms
        │  └─ primitive.work.execute "fetch page" success 320 ms
        ├─ primitive.sequential.step_1 "ask" success 0 ms
      ≠ │  └─ primitive.llm.execute "ask" success 0 ms
      ≠ │        used $0.10 itself
      ≠ │        used 1500 tokens itself
        ├─ primitive.sequential.step_2 "summarise" success 0 ms
      ≠ │  └─ primitive.llm.execute "summarise" success 0 ms
      ≠ │        used $0.20 itself
      ≠ │        used 250 tokens itself
        └─ primitive.sequential.step_3 "save" success 10 ms
           └─ primitive.work.execute "save" success 10 ms

      ≠ different"
    `);
  });

  it('is not within any time while a span is open', () => {
    const trace = { spans: [spanOf('a'), spanOf('b', { endMs: undefined })], lines: [], points: [] };
    expect(checkStayWithin(trace, { tokens: 1 }).pass).toBe(true);
    expect(checkStayWithin(trace, { ms: 100 }).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toStayWithin({ ms: 100 })
      It used 0 ms of 100 ms, and 1 span has not ended.

        a success 0 ms
      ≠ b open
      ≠    it has not ended

      ≠ different"
    `);
  });

  it('counts time once where spans overlap', () => {
    const spans = [
      spanOf('root', { endMs: 100 }),
      spanOf('left', { parentSpanId: 'root', startMs: 10, endMs: 60 }),
      spanOf('right', { parentSpanId: 'root', startMs: 20, endMs: 90 }),
      spanOf('late', { parentSpanId: 'root', startMs: 95, endMs: 120 }),
    ];
    expect(checkStayWithin({ spans, lines: [], points: [] }, { ms: 50 }).message(noColors))
      .toMatchInlineSnapshot(`
      "expect(trace).toStayWithin({ ms: 50 })
      It used 120 ms of 50 ms (too much).

        root success 100 ms
        │  used 15 ms itself
        ├─ left success 50 ms
        │     used 50 ms itself
      ≠ ├─ right success 70 ms
      ≠ │     used 70 ms itself
        └─ late success 25 ms
              used 25 ms itself

      ≠ different"
    `);
  });

  it('tells after .not what was used', () => {
    expect(checkStayWithin(review, { ms: 500, tokens: 2000 }).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).not.toStayWithin({ ms: 500, tokens: 2000 })
      It used 330 ms of 500 ms, 1750 tokens of 2000 tokens.

        primitive.sequential.execute "review" success 330 ms
        ├─ primitive.sequential.step_0 "fetch page" success 320 ms
        │  └─ primitive.work.execute "fetch page" success 320 ms
        ├─ primitive.sequential.step_1 "ask" success 0 ms
        │  └─ primitive.llm.execute "ask" success 0 ms
        ├─ primitive.sequential.step_2 "summarise" success 0 ms
        │  └─ primitive.llm.execute "summarise" success 0 ms
        └─ primitive.sequential.step_3 "save" success 10 ms
           └─ primitive.work.execute "save" success 10 ms"
    `);
  });

  it.each<readonly [string, unknown]>([
    ['toStayWithin: nothing is expected; it takes at least one of { ms, usd, tokens }', {}],
    ['toStayWithin: nothing is expected; it takes at least one of { ms, usd, tokens }', { ms: undefined }],
    ['toStayWithin: 500 says nothing of what is expected; it takes at least one of { ms, usd, tokens }', 500],
    [
      'toStayWithin: there is no "seconds" to expect; it takes at least one of { ms, usd, tokens }',
      { seconds: 1 },
    ],
    ['toStayWithin: ms is -1; it has to be a number, 0 or more', { ms: -1 }],
    ['toStayWithin: usd is NaN; it has to be a number, 0 or more', { usd: Number.NaN }],
    ['toStayWithin: tokens is "9"; it has to be a number, 0 or more', { tokens: '9' }],
  ])('refuses: %s', (message, limits) => {
    expect(() => checkStayWithin(review, limits as TraceLimits)).toThrow(message);
  });
});
