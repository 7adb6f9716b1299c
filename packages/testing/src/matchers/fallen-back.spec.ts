import { describe, expect, it } from '@jest/globals';
import { fallingBack, stepping, traceOf, work } from '../../test/doubles.ts';
import { noColors } from '../drawing/marked-tree.ts';
import { checkFallenBack } from './fallen-back.ts';

const toCache = await traceOf(fallingBack('ask', 'small model', 'cached answer'));
const unneeded = await traceOf(fallingBack('ask'));

describe('toHaveFallenBack', () => {
  it.each([undefined, 'small model', 'cached answer'])(
    'passes for an alternative that was used: %p',
    (to) => {
      expect(checkFallenBack(toCache, 'ask', to).pass).toBe(true);
    },
  );

  it('passes for an alternative that failed as well', async () => {
    const failed = stepping('fallback', 'ask', { primary: work('ask', 'a'), fallback_1: work('small', 'b') });
    expect(checkFallenBack(await traceOf(failed), 'ask', 'small').pass).toBe(true);
  });

  it('tells that the first step sufficed', () => {
    expect(checkFallenBack(unneeded, 'ask').message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveFallenBack("ask")
      "ask" used no alternative in 1 run.

        primitive.fallback.execute "ask" success 0 ms
        ├─ primitive.fallback.primary "ask" success 0 ms
        │  └─ primitive.work.execute "ask" success 0 ms
      - └─ primitive.fallback.fallback_1

      - missing"
    `);
    expect(checkFallenBack(unneeded, 'ask', 'small model').message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveFallenBack("ask", "small model")
      "ask" used no alternative in 1 run.

        primitive.fallback.execute "ask" success 0 ms
        ├─ primitive.fallback.primary "ask" success 0 ms
        │  └─ primitive.work.execute "ask" success 0 ms
      - └─ primitive.fallback.fallback_1 "small model"

      - missing"
    `);
  });

  it('tells which alternatives were used in place of the expected one', () => {
    expect(checkFallenBack(toCache, 'ask', 'large model').message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveFallenBack("ask", "large model")
      "ask" fell back to "small model", then "cached answer", not to "large model".

        primitive.fallback.execute "ask" success 0 ms
        ├─ primitive.fallback.primary "ask" error 0 ms
        │  └─ primitive.work.execute "ask" error 0 ms: overloaded
      ≠ ├─ primitive.fallback.fallback_1 "small model" error 0 ms
      ≠ │  │  expected "large model"
        │  └─ primitive.work.execute "small model" error 0 ms: overloaded
      ≠ └─ primitive.fallback.fallback_2 "cached answer" success 0 ms
      ≠    │  expected "large model"
           └─ primitive.work.execute "cached answer" success 0 ms

      ≠ different"
    `);
  });

  it('tells what the fallbacks are called where none has the name', () => {
    expect(checkFallenBack(unneeded, 'asks').isVoid).toBe(true);
    expect(checkFallenBack(unneeded, 'ask').isVoid).toBe(false);
    expect(checkFallenBack(unneeded, 'asks').message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveFallenBack("asks")
      No fallback is called "asks"; is it "ask"?

        primitive.fallback.execute "ask" success 0 ms
        └─ primitive.fallback.primary "ask" success 0 ms
           └─ primitive.work.execute "ask" success 0 ms"
    `);
  });

  it('tells after .not what was used', () => {
    expect(checkFallenBack(toCache, 'ask').message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).not.toHaveFallenBack("ask")
      "ask" fell back to "small model", then "cached answer".

        primitive.fallback.execute "ask" success 0 ms
        ├─ primitive.fallback.primary "ask" error 0 ms
        │  └─ primitive.work.execute "ask" error 0 ms: overloaded
      + ├─ primitive.fallback.fallback_1 "small model" error 0 ms
        │  └─ primitive.work.execute "small model" error 0 ms: overloaded
      + └─ primitive.fallback.fallback_2 "cached answer" success 0 ms
           └─ primitive.work.execute "cached answer" success 0 ms

      + unexpected"
    `);
    expect(checkFallenBack(toCache, 'ask', 'small model').message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).not.toHaveFallenBack("ask", "small model")
      "ask" fell back to "small model".

        primitive.fallback.execute "ask" success 0 ms
        ├─ primitive.fallback.primary "ask" error 0 ms
        │  └─ primitive.work.execute "ask" error 0 ms: overloaded
      + ├─ primitive.fallback.fallback_1 "small model" error 0 ms
        │  └─ primitive.work.execute "small model" error 0 ms: overloaded
        └─ primitive.fallback.fallback_2 "cached answer" success 0 ms
           └─ primitive.work.execute "cached answer" success 0 ms

      + unexpected"
    `);
  });

  it('refuses names that are none', () => {
    expect(() => checkFallenBack(toCache, '')).toThrow(
      'toHaveFallenBack: the name of the fallback is ""; it has to be a text that is not empty',
    );
    expect(() => checkFallenBack(toCache, 'ask', '')).toThrow(
      'toHaveFallenBack: the name of the alternative is ""; it has to be a text that is not empty',
    );
  });
});
