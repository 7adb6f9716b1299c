import { describe, expect, it } from '@jest/globals';
import type { Outcome } from '@tta/obs-instrumentation';
import { lambda } from './lambda.ts';
import { sequential } from './sequential.ts';
import { settle } from './settle.ts';
import type { InputOf, OutputOf } from './step-types.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_T extends true>(): void => undefined;

const count = lambda('count', (document: { text: string }) => document.text.length);
const upper = lambda('upper', async (document: { id: string }) => document.id.toUpperCase());

describe('the types of settle', () => {
  it('keep the shape of the branches and give the outcome of each', async () => {
    const record = settle({ count, upper });
    same<Same<OutputOf<typeof record>, { count: Outcome<number>; upper: Outcome<string> }>>();
    same<Same<InputOf<typeof record>, { text: string } & { id: string }>>();
    const tuple = settle([count, upper], { concurrency: 1 });
    same<Same<OutputOf<typeof tuple>, [Outcome<number>, Outcome<string>]>>();
    const many = settle(['a', 'b'].map((suffix) => (text: string) => text + suffix));
    same<Same<OutputOf<typeof many>, Outcome<string>[]>>();
    const [first] = await tuple.execute({ id: 'a', text: 'abc' });
    expect(first.ok && first.value.toFixed()).toBe('3');
  });

  it('refuse what is no branch, what lacks input, and a value before its outcome is known', () => {
    // @ts-expect-error a number is no branch
    expect(() => settle([count, 1])).toThrow();
    // @ts-expect-error no branch fails the run
    settle([count], { onError: 'wait-all' });
    // @ts-expect-error the branches together need id and text
    void settle({ count, upper }).execute({ id: 'a' });
    sequential(
      settle({ count }),
      // @ts-expect-error it may have failed
      ({ count: outcome }) => outcome.value,
    );
  });
});
