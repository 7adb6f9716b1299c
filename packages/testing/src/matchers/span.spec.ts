import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import { inSequence } from '../../test/compositions.ts';
import { caching, double, retrying, type Step, traceOf, work } from '../../test/doubles.ts';
import { spanOf } from '../../test/spans.ts';
import { noColors } from '../drawing/marked-tree.ts';
import { observe } from '../observe.ts';
import type { Trace } from '../trace.ts';
import type { SpanPattern } from './span-pattern.ts';
import { checkSpan } from './span.ts';

const reviewed = (): Promise<Trace> =>
  observe(
    async (trace) => {
      await inSequence('review', retrying('fetch page', 1), work('parse')).execute('x');
      return { spans: trace.spans, lines: [], points: [] };
    },
    { clock: new ManualClock() },
  );

async function messageOf(pattern: SpanPattern): Promise<string> {
  return checkSpan(await reviewed(), pattern).message(noColors);
}

describe('checkSpan', () => {
  it.each<readonly [SpanPattern, boolean]>([
    ['primitive.retry.attempt_2', true],
    ['primitive.retry.attempt_3', false],
    [{ name: 'fetch page', outcome: 'error', attributes: { 'error.category': 'transient' } }, true],
    [{ name: 'parse', outcome: 'error' }, false],
    [{ events: ['exception'] }, true],
  ])('%p: %p', async (pattern, pass) => {
    expect(checkSpan(await reviewed(), pattern).pass).toBe(pass);
  });

  it('shows what differs about the closest span', async () => {
    expect(
      await messageOf({ span: 'primitive.retry.attempt_1', attributes: { 'error.category': 'network' } }),
    ).toMatchInlineSnapshot(`
      "expect(trace).toHaveSpan({ span: 'primitive.retry.attempt_1', attributes: { 'error.category': 'network' } })
      None of 9 spans is like that.

        primitive.sequential.execute "review" success 0 ms
        ├─ primitive.sequential.step_0 "fetch page" success 0 ms
        │  └─ primitive.retry.execute "fetch page" success 0 ms
      ≠ │     ├─ primitive.retry.attempt_1 "fetch page" error 0 ms
      ≠ │     │  │  error.category: expected "network", is "transient"
        │     │  └─ primitive.work.execute "fetch page" error 0 ms: 503 Service Unavailable
        │     └─ primitive.retry.attempt_2 "fetch page" success 0 ms
        │        └─ primitive.work.execute "fetch page" success 0 ms
        └─ primitive.sequential.step_1 "parse" success 0 ms
           └─ primitive.work.execute "parse" success 0 ms

      ≠ different"
    `);
  });

  it('names the closest names', async () => {
    expect(await messageOf('primitive.retry.attempt_3')).toMatchInlineSnapshot(`
      "expect(trace).toHaveSpan("primitive.retry.attempt_3")
      No span is called "primitive.retry.attempt_3"; is it "primitive.retry.attempt_1" or "primitive.retry.attempt_2"?

        primitive.sequential.execute "review" success 0 ms
        ├─ primitive.sequential.step_0 "fetch page" success 0 ms
        │  └─ primitive.retry.execute "fetch page" success 0 ms
      ≠ │     ├─ primitive.retry.attempt_1 "fetch page" error 0 ms
      ≠ │     │  │  span: expected "primitive.retry.attempt_3", is "primitive.retry.attempt_1"
        │     │  └─ primitive.work.execute "fetch page" error 0 ms: 503 Service Unavailable
        │     └─ primitive.retry.attempt_2 "fetch page" success 0 ms
        │        └─ primitive.work.execute "fetch page" success 0 ms
        └─ primitive.sequential.step_1 "parse" success 0 ms
           └─ primitive.work.execute "parse" success 0 ms

      ≠ different"
    `);
  });

  it('says when a name is that of a primitive, not of a span', async () => {
    expect((await messageOf('fetch page')).split('\n')[1]).toMatchInlineSnapshot(
      `"No span is called "fetch page", but a primitive or step is: { name: "fetch page" }."`,
    );
  });

  it('proposes the closest name of a primitive', async () => {
    expect(await messageOf({ name: 'parser', outcome: 'success' })).toMatchInlineSnapshot(`
      "expect(trace).toHaveSpan({ name: 'parser', outcome: 'success' })
      No primitive or step is called "parser"; is it "parse"?

        primitive.sequential.execute "review" success 0 ms
        ├─ primitive.sequential.step_0 "fetch page" success 0 ms
        │  └─ primitive.retry.execute "fetch page" success 0 ms
        │     ├─ primitive.retry.attempt_1 "fetch page" error 0 ms
        │     │  └─ primitive.work.execute "fetch page" error 0 ms: 503 Service Unavailable
        │     └─ primitive.retry.attempt_2 "fetch page" success 0 ms
        │        └─ primitive.work.execute "fetch page" success 0 ms
      ≠ └─ primitive.sequential.step_1 "parse" success 0 ms
      ≠    │  name: expected "parser", is "parse"
           └─ primitive.work.execute "parse" success 0 ms

      ≠ different"
    `);
  });

  it('marks nothing where no span is close', async () => {
    expect(await messageOf({ name: /^publish/ })).toMatchInlineSnapshot(`
      "expect(trace).toHaveSpan({ name: /^publish/ })
      None of 9 spans is like that.

        primitive.sequential.execute "review" success 0 ms
        ├─ primitive.sequential.step_0 "fetch page" success 0 ms
        │  └─ primitive.retry.execute "fetch page" success 0 ms
        │     ├─ primitive.retry.attempt_1 "fetch page" error 0 ms
        │     │  └─ primitive.work.execute "fetch page" error 0 ms: 503 Service Unavailable
        │     └─ primitive.retry.attempt_2 "fetch page" success 0 ms
        │        └─ primitive.work.execute "fetch page" success 0 ms
        └─ primitive.sequential.step_1 "parse" success 0 ms
           └─ primitive.work.execute "parse" success 0 ms"
    `);
  });

  it('marks what is there, where it is not to be', async () => {
    expect(await messageOf({ span: /attempt/, outcome: 'error' })).toMatchInlineSnapshot(`
      "expect(trace).not.toHaveSpan({ span: /attempt/, outcome: 'error' })
      1 span is like that.

        primitive.sequential.execute "review" success 0 ms
        ├─ primitive.sequential.step_0 "fetch page" success 0 ms
        │  └─ primitive.retry.execute "fetch page" success 0 ms
      + │     ├─ primitive.retry.attempt_1 "fetch page" error 0 ms
        │     │  └─ primitive.work.execute "fetch page" error 0 ms: 503 Service Unavailable
        │     └─ primitive.retry.attempt_2 "fetch page" success 0 ms
        │        └─ primitive.work.execute "fetch page" success 0 ms
        └─ primitive.sequential.step_1 "parse" success 0 ms
           └─ primitive.work.execute "parse" success 0 ms

      + unexpected"
    `);
  });

  it('tells a trace without spans', () => {
    expect(checkSpan({ spans: [], lines: [], points: [] }, 'a').message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveSpan("a")
      No span is called "a".

        (no spans: nothing ran where it was observed)"
    `);
  });

  it.each(['failed', 'failed 3 ms: no answer'])('tells what outcomes there are in place of "%s"', (end) => {
    const chat = spanOf('primitive.llm.chat', { attributes: { 'primitive.name': 'large' }, failed: true });
    const line = `primitive.llm.chat "large" ${end}`;
    const { message } = checkSpan({ spans: [spanOf('a'), chat], lines: [], points: [] }, line);
    expect(message(noColors).split('\n').slice(1)).toEqual([
      '"failed" is no outcome; there are success, error, timeout, cancelled, suspended, open.',
      '',
      '  a success 0 ms',
      '≠ primitive.llm.chat "large" error 0 ms',
      '≠    outcome: expected "failed", is "error"',
      '',
      '≠ different',
    ]);
  });

  it('takes no word for an outcome where the rest means nothing', () => {
    const { message } = checkSpan({ spans: [spanOf('GET')], lines: [], points: [] }, 'fetch page failed');
    expect(message(noColors)).toContain('No span is called "fetch page failed".');
  });

  it('counts spans', async () => {
    const trace = await reviewed();
    const attempt = { span: /attempt/ };
    expect(checkSpan(trace, attempt, 2).pass).toBe(true);
    expect(checkSpan(trace, attempt, 1).pass).toBe(false);
    expect(checkSpan(trace, attempt, 3).pass).toBe(false);
    expect(checkSpan(trace, 'primitive.cache.execute', 0).pass).toBe(true);
    expect(checkSpan(trace, 'primitive.cache.execute', 0).message(noColors).split('\n', 2)).toEqual([
      'expect(trace).not.toHaveSpan("primitive.cache.execute", 0)',
      'No span is like that.',
    ]);
    expect(() => checkSpan(trace, attempt, -1)).toThrow('toHaveSpan: times is -1');
  });

  it('tells which spans are like that where there are too few', async () => {
    expect(checkSpan(await reviewed(), { name: 'fetch page', outcome: 'error' }, 3).message(noColors))
      .toMatchInlineSnapshot(`
      "expect(trace).toHaveSpan({ name: 'fetch page', outcome: 'error' }, 3)
      2 spans are like that, not 3.

        primitive.sequential.execute "review" success 0 ms
      ≠ ├─ primitive.sequential.step_0 "fetch page" success 0 ms
      ≠ │  │  outcome: expected "error", is "success"
        │  └─ primitive.retry.execute "fetch page" success 0 ms
        │     ├─ primitive.retry.attempt_1 "fetch page" error 0 ms
        │     │  │  is like that
        │     │  └─ primitive.work.execute "fetch page" error 0 ms: 503 Service Unavailable
        │     │        is like that
        │     └─ primitive.retry.attempt_2 "fetch page" success 0 ms
        │        └─ primitive.work.execute "fetch page" success 0 ms
        └─ primitive.sequential.step_1 "parse" success 0 ms
           └─ primitive.work.execute "parse" success 0 ms

      ≠ different"
    `);
  });

  it('marks all where there are too many', async () => {
    expect(checkSpan(await reviewed(), { span: /attempt/ }, 1).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveSpan({ span: /attempt/ }, 1)
      2 spans are like that, not 1.

        primitive.sequential.execute "review" success 0 ms
        ├─ primitive.sequential.step_0 "fetch page" success 0 ms
        │  └─ primitive.retry.execute "fetch page" success 0 ms
      + │     ├─ primitive.retry.attempt_1 "fetch page" error 0 ms
        │     │  └─ primitive.work.execute "fetch page" error 0 ms: 503 Service Unavailable
      + │     └─ primitive.retry.attempt_2 "fetch page" success 0 ms
        │        └─ primitive.work.execute "fetch page" success 0 ms
        └─ primitive.sequential.step_1 "parse" success 0 ms
           └─ primitive.work.execute "parse" success 0 ms

      + unexpected"
    `);
  });

  it('marks the span that has an attribute with another value, not the one that lacks it', async () => {
    const usage = (value: number): Step =>
      double('llm', 'ask', (input, scope) => {
        scope.attr('gen_ai.usage.input_tokens', value);
        return input;
      });
    const trace = await traceOf(
      double('llm', 'ask', (input: string) => input),
      usage(900),
    );
    const pattern = { name: 'ask', attributes: { 'gen_ai.usage.input_tokens': 901 } };
    expect(checkSpan(trace, pattern).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveSpan({ name: 'ask', attributes: { 'gen_ai.usage.input_tokens': 901 } })
      None of 2 spans is like that.

        primitive.llm.execute "ask" success 0 ms
      ≠ primitive.llm.execute "ask" success 0 ms
      ≠    gen_ai.usage.input_tokens: expected 901, is 900

      ≠ different"
    `);
  });

  it('tells what differs about an event', async () => {
    const trace = await traceOf(caching('pages', 'miss', 'hit'));
    const events = [{ name: 'cache.hit', attributes: { 'cache.type': 'redis' } }];
    expect(checkSpan(trace, { name: 'pages', events }).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveSpan({ name: 'pages', events: [ { name: 'cache.hit', attributes: { 'cache.type': 'redis' } } ] })
      None of 1 span is like that.

      ≠ primitive.cache.execute "pages" success 0 ms
      ≠    event cache.hit, cache.type: expected "redis", is "memory"

      ≠ different"
    `);
  });

  it('rejects a pattern that every span has', async () => {
    const trace = await reviewed();
    expect(() => checkSpan(trace, {})).toThrow(InvalidOptionError);
  });
});
