import { describe, expect, it } from '@jest/globals';
import { lambda } from '../lambda.ts';
import { resumable } from '../resumable/resumable.ts';
import { sequential } from '../sequential.ts';
import type { InputOf, OutputOf } from '../step-types.ts';
import { streaming } from '../streaming.ts';
import { approval } from './approval.ts';
import type { Decision } from './decision.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_T extends true>(): void => undefined;

interface Order {
  readonly amount: number;
}

const pay = lambda('pay', async (order: Order) => `paid ${order.amount}`);
const isOrder = (value: unknown): value is Order => typeof value === 'object';
const yes: Decision = { kind: 'continue' };

describe('the types of approval', () => {
  it('are those of the step, and of what stands in for its output', async () => {
    const plain = approval(pay);
    same<Same<OutputOf<typeof plain>, string>>();
    same<Same<InputOf<typeof plain>, Order>>();
    const skippable = approval(pay, { onSkip: ({ amount }) => amount });
    same<Same<OutputOf<typeof skippable>, string | number>>();
    const asked = approval(pay, { ask: ({ input }) => (input.amount < 5 ? yes : undefined), input: isOrder });
    expect(await asked.execute({ amount: 1 })).toBe('paid 1');
    const chunks = approval(
      streaming('count', async function* (n: number) {
        yield n;
        return `${n}`;
      }),
      { ask: () => yes },
    );
    const stream = chunks.stream(1);
    for await (const chunk of stream) expect(chunk.toFixed()).toBe('1');
    expect((await stream.result).length).toBe(1);
  });

  it('refuse decisions that are none, and options for another input', () => {
    const made = [
      // @ts-expect-error there is no such decision
      approval(pay, { ask: () => ({ kind: 'maybe' }) }),
      // @ts-expect-error an edit has an input
      approval(pay, { ask: () => ({ kind: 'edit' }) }),
      // @ts-expect-error it checks something else
      approval(pay, { input: (value: unknown): value is number => value === 1 }),
      // @ts-expect-error the order has no price
      approval(pay, { message: ({ price }) => `${price}?` }),
      sequential(
        approval(pay, { onSkip: () => undefined }),
        // @ts-expect-error it may have been skipped
        (text) => text.length,
      ),
    ];
    expect(made).toHaveLength(5);
  });
});

describe('the types of resumable', () => {
  it('are those of the workflow', async () => {
    const workflow = resumable(sequential(pay, (text) => text.length));
    same<Same<OutputOf<typeof workflow>, number>>();
    same<Same<InputOf<typeof workflow>, Order>>();
    const resumed = (): Promise<number> => workflow.resume('token', yes);
    const some = (): Promise<number> =>
      workflow.resume('token', { one: yes, two: { kind: 'quit' } }, { userId: 'u' });
    await expect(resumed()).rejects.toThrow();
    await expect(some()).rejects.toThrow();
    // @ts-expect-error there is no such decision
    const wrong = (): unknown => workflow.resume('token', { kind: 'maybe' });
    // @ts-expect-error an order is no number
    const other = (): unknown => workflow.execute(1);
    expect([typeof wrong, typeof other]).toEqual(['function', 'function']);
  });
});
