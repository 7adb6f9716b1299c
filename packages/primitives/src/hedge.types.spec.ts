import { describe, expect, it } from '@jest/globals';
import type { InstrumentedPrimitive } from '@tta/obs-instrumentation';
import { hedge } from './hedge.ts';
import { lambda } from './lambda.ts';
import { retry } from './retry.ts';
import { sequential } from './sequential.ts';
import { timeout } from './timeout.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_T extends true>(): void => undefined;

const load = lambda('load', async (id: string) => ({ id, text: 'abc' }));

describe('the types of hedge, retry and timeout around a step', () => {
  it('are those of the step', async () => {
    const hedged = hedge(load, { idempotent: true });
    same<Same<typeof hedged, typeof load>>();
    const guarded = timeout(
      retry(hedged, { retryOn: (_, found) => found.recoverable && { afterMs: 1 } }),
      100,
    );
    same<Same<typeof guarded, InstrumentedPrimitive<string, { id: string; text: string }, never>>>();
    const chain = sequential(
      load,
      hedge(({ text }) => text.length, { idempotent: true }),
      timeout((length) => length > 2, 100),
    );
    same<Same<typeof chain, InstrumentedPrimitive<string, boolean, never>>>();
    expect(await chain.execute('a')).toBe(true);
  });

  it('know which options there are', () => {
    const make = () => {
      // @ts-expect-error whether it may run twice is not said
      hedge(load);
      hedge(load, {
        // @ts-expect-error it has to be true
        idempotent: false,
      });
      retry(load, {
        // @ts-expect-error a decision has no such field
        retryOn: () => ({ after: 1 }),
      });
      timeout(load, {
        ms: 1,
        // @ts-expect-error there is no such strategy
        strategy: 'polite',
      });
    };
    expect(make).toBeInstanceOf(Function);
  });
});
