import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import { inSequence } from '../../test/compositions.ts';
import { retrying, work } from '../../test/doubles.ts';
import { noColors } from '../marked-tree.ts';
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
      No span is called "primitive.retry.attempt_3"; is it "primitive.retry.attempt_1" or "primitive.retry.attempt_2" or "primitive.retry.execute"?

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

        (no spans: nothing ran inside observe)"
    `);
  });

  it('rejects a pattern that every span has', async () => {
    const trace = await reviewed();
    expect(() => checkSpan(trace, {})).toThrow(InvalidOptionError);
  });
});
