import { describe, expect, it } from '@jest/globals';
import { retrying, traceOf } from '../../test/doubles.ts';
import { spanOf } from '../../test/spans.ts';
import { noColors } from '../drawing/marked-tree.ts';
import type { TraceSpan } from '../trace.ts';
import { isFailure } from './verdict.ts';
import { checkNoOrphans } from './no-orphans.ts';

const whole = await traceOf(retrying('a', 0));
const traceWith = (...spans: readonly TraceSpan[]) => ({ spans, lines: [], points: [] });
const torn = traceWith(
  spanOf('root'),
  spanOf('child', { parentSpanId: 'root', endMs: undefined }),
  spanOf('orphan', { parentSpanId: '00f067aa0ba902b7' }),
  spanOf('open orphan', { parentSpanId: '00f067aa0ba902b7', endMs: undefined }),
);

describe('toHaveNoOrphans', () => {
  it('passes where every parent is there and every span has ended', () => {
    expect(checkNoOrphans(whole).pass).toBe(true);
  });

  it.each([false, true])('fails where nothing was observed, after .not: %p', async (isNot) => {
    const found = checkNoOrphans(await traceOf());
    expect(isFailure(found, isNot)).toBe(true);
    expect(found.message(noColors, isNot).split('\n')[1]).toBe(
      'The trace has no spans: nothing ran where it was observed.',
    );
  });

  it('passes for a parent in another process', () => {
    const remote = spanOf('server', { parentSpanId: '00f067aa0ba902b7', hasRemoteParent: true });
    expect(checkNoOrphans(traceWith(remote)).pass).toBe(true);
  });

  it('fails for a parent in another trace', () => {
    const other = spanOf('b', { parentSpanId: 'a', traceId: '2'.repeat(32) });
    expect(checkNoOrphans(traceWith(spanOf('a'), other)).pass).toBe(false);
  });

  it('tells whose parents are missing, and what is still open', () => {
    expect(checkNoOrphans(torn).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveNoOrphans()
      2 spans have parents that are not in the trace; 2 spans have not ended.

        root success 0 ms
      ≠ └─ child open
      ≠       it has not ended: is something not awaited?
      ≠ orphan success 0 ms
      ≠    its parent 00f067aa0ba902b7 is not there
      ≠ open orphan open
      ≠    its parent 00f067aa0ba902b7 is not there
      ≠    it has not ended: is something not awaited?

      ≠ different"
    `);
  });

  it.each<readonly [Partial<TraceSpan>, string]>([
    [{ parentSpanId: '00f067aa0ba902b7' }, '1 span has a parent that is not in the trace.'],
    [{ endMs: undefined }, '1 span has not ended.'],
  ])('tells that of one span: %p', (said, sentence) => {
    expect(
      checkNoOrphans(traceWith(spanOf('a', said)))
        .message(noColors)
        .split('\n')[1],
    ).toBe(sentence);
  });

  it('tells after .not that none is an orphan', () => {
    expect(checkNoOrphans(whole).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).not.toHaveNoOrphans()
      Every span has ended, and every parent is in the trace.

        primitive.retry.execute "a" success 0 ms
        └─ primitive.retry.attempt_1 "a" success 0 ms
           └─ primitive.work.execute "a" success 0 ms"
    `);
  });
});
