import { describe, expect, it } from '@jest/globals';
import { fallingBack, retrying, traceOf, work } from '../../test/doubles.ts';
import { spanOf } from '../../test/spans.ts';
import { noColors } from '../drawing/marked-tree.ts';
import { isFailure } from './verdict.ts';
import { checkNoErrors } from './no-errors.ts';

const answered = await traceOf(fallingBack('ask', 'small model'), retrying('fetch page', 0));
const fine = await traceOf(work('a'), retrying('b', 0));

describe('toHaveNoErrors', () => {
  it('passes where no span failed', () => {
    expect(checkNoErrors(fine).pass).toBe(true);
  });

  it.each([false, true])('fails where nothing was observed, after .not: %p', async (isNot) => {
    const found = checkNoErrors(await traceOf());
    expect(isFailure(found, isNot)).toBe(true);
    expect(found.message(noColors, isNot).split('\n')[1]).toBe(
      'The trace has no spans: nothing ran where it was observed.',
    );
  });

  it('tells every span that failed, also where the failure was answered', () => {
    expect(checkNoErrors(answered).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveNoErrors()
      2 spans failed, beginning with "ask".

        primitive.fallback.execute "ask" success 0 ms
      ≠ ├─ primitive.fallback.primary "ask" error 0 ms
      ≠ │  └─ primitive.work.execute "ask" error 0 ms: overloaded
        └─ primitive.fallback.fallback_1 "small model" success 0 ms
           └─ primitive.work.execute "small model" success 0 ms
        primitive.retry.execute "fetch page" success 0 ms
        └─ primitive.retry.attempt_1 "fetch page" success 0 ms
           └─ primitive.work.execute "fetch page" success 0 ms

      ≠ different"
    `);
  });

  it('tells the names of spans that are no primitives', () => {
    const failed = spanOf('GET /about', { failed: true, statusMessage: '503' });
    expect(checkNoErrors({ spans: [failed], lines: [], points: [] }).message(noColors))
      .toMatchInlineSnapshot(`
      "expect(trace).toHaveNoErrors()
      1 span failed, beginning with "GET /about".

      ≠ GET /about error 0 ms: 503

      ≠ different"
    `);
  });

  it('tells after .not that none failed', () => {
    expect(checkNoErrors(fine).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).not.toHaveNoErrors()
      No span failed.

        primitive.work.execute "a" success 0 ms
        primitive.retry.execute "b" success 0 ms
        └─ primitive.retry.attempt_1 "b" success 0 ms
           └─ primitive.work.execute "b" success 0 ms"
    `);
  });
});
