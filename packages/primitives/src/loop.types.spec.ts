import { describe, expect, it } from '@jest/globals';
import type { InstrumentedPrimitive } from '@tta/obs-instrumentation';
import { lambda } from './lambda.ts';
import { loop } from './loop.ts';
import { sequential } from './sequential.ts';

/* What must and what must not compile: see types.spec.ts. */

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_T extends true>(): void => undefined;

interface Draft {
  readonly text: string;
  readonly score?: number;
}

const improve = lambda('improve', ({ text, score = 0 }: Draft) => ({ text: `${text}!`, score: score + 1 }));
const good = ({ score = 0 }: Draft) => score > 1;
const inc = (n: number) => n + 1;

describe('the types of a loop', () => {
  it('are those of the state that its step takes, though it may give more', async () => {
    const refine = loop(improve, { until: (draft) => (draft.score ?? 0) > 1, maxIterations: 3 });
    same<Same<typeof refine, InstrumentedPrimitive<Draft, Draft, never>>>();
    expect(await refine.execute({ text: 'a' })).toEqual({ text: 'a!!', score: 2 });
    const counting = loop(async (n: number) => n + 1, {
      while: async (n, iteration) => n + iteration < 3,
      maxIterations: 3,
      name: 'count',
    });
    same<Same<typeof counting, InstrumentedPrimitive<number, number, never>>>();
  });

  it('flow into it from the step before, and out of it', async () => {
    const chain = sequential(
      (text: string): Draft => ({ text }),
      loop((draft) => ({ text: draft.text, score: 2 }), { until: good, maxIterations: 2 }),
      (draft) => [draft.score],
    );
    same<Same<typeof chain, InstrumentedPrimitive<string, (number | undefined)[], never>>>();
    expect(await chain.execute('a')).toEqual([2]);
  });

  it('report a step that gives no state, and a predicate that takes another, where it is', () => {
    loop(
      // @ts-expect-error a text is no number
      (n: number) => String(n),
      { until: () => true, maxIterations: 1 },
    );
    loop(
      // @ts-expect-error a text is no number
      lambda('text', (n: number) => String(n)),
      { until: () => true, maxIterations: 1 },
    );
    loop(inc, {
      // @ts-expect-error a number is no draft
      until: good,
      maxIterations: 1,
    });
    loop(inc, {
      // @ts-expect-error neither true nor false
      while: (n) => n,
      maxIterations: 1,
    });
    expect(good({ text: '' })).toBe(false);
  });

  it('report a loop without a limit, without an end, or with two', () => {
    const refused = [
      () =>
        loop(
          inc,
          // @ts-expect-error Property 'maxIterations' is missing
          { until: () => true },
        ),
      () =>
        loop(
          inc,
          // @ts-expect-error neither until nor while
          { maxIterations: 1 },
        ),
      () =>
        loop(
          inc,
          // @ts-expect-error both
          { until: () => true, while: () => true, maxIterations: 1 },
        ),
      // @ts-expect-error nothing at all
      () => loop(inc),
    ];
    for (const make of refused) expect(make).toThrow(/^loop: /);
  });
});
