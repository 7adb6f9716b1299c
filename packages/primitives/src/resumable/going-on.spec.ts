import { describe, expect, it } from '@jest/globals';
import type { RunScope } from '@tta/obs-instrumentation';
import { approval } from '../approval/approval.ts';
import type { Decision } from '../approval/decision.ts';
import { forEach } from '../for-each.ts';
import { loop } from '../loop.ts';
import { parallel } from '../parallel.ts';
import { sagaStep } from '../saga/saga-step.ts';
import { saga } from '../saga/saga.ts';
import { sequential } from '../sequential.ts';
import { resumable } from './resumable.ts';
import { SuspendedError } from './suspended-error.ts';

const yes: Decision = { kind: 'continue' };
const isNumber = (value: unknown): value is number => typeof value === 'number';
const gate = (name = 'gate') => approval((n: number) => n, { name });

async function suspensionOf(run: Promise<unknown>): Promise<SuspendedError> {
  const error: unknown = await run.catch((thrown: unknown) => thrown);
  if (error instanceof SuspendedError) return error;
  throw new Error('it was not suspended', { cause: error });
}

/** A signal from one step to another. */
function later<T = void>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve: (value: T) => resolve(value) };
}

describe('a run that goes on', () => {
  it('gives each step what it returned, in whatever order a function comes to its steps', async () => {
    let first = 'a';
    const priced: string[] = [];
    const workflow = resumable(async (_: number, { step }: RunScope) => {
      const turn = later();
      const prices = ['a', 'b'].map(async (item) => {
        if (item !== first) await turn.promise;
        const price = await step(
          'inner',
          (one: string) => {
            priced.push(one);
            return `price of ${one}`;
          },
          item,
        );
        turn.resolve();
        return `${item}: ${price}`;
      });
      const found = await Promise.all(prices);
      await step('inner', gate(), 1);
      return found;
    });
    const { token } = await suspensionOf(workflow.execute(0));
    first = 'b';
    expect(await workflow.resume(token, yes)).toEqual(['a: price of a', 'b: price of b']);
    expect(priced).toEqual(['a', 'b']);
  });

  it('runs nothing where a step is given something else than what was decided about, or than it has answered', async () => {
    let rate = 1;
    const paid: number[] = [];
    const pay = approval((n: number) => paid.push(n), { name: 'pay' });
    const asked = resumable((n: number, { step }: RunScope) => step('inner', pay, n * rate));
    const answered = resumable(async (n: number, { step }: RunScope) => {
      const known = await step('inner', (m: number) => m, n * rate).catch(() => -1);
      return step('inner', pay, known);
    });
    for (const workflow of [asked, answered]) {
      rate = 1;
      const { token } = await suspensionOf(workflow.execute(100));
      rate = 50;
      await expect(workflow.resume(token, yes)).rejects.toMatchObject({
        code: 'OBS_ERR_RUN_CHANGED',
        message: expect.stringContaining('the step "inner › inner" is given something else than before'),
      });
      expect(paid).toEqual([]);
      rate = 1;
      await workflow.resume(token, yes);
      expect(paid.splice(0)).toEqual([100]);
    }
  });

  it('asks about what there was when it asked, and goes on with that', async () => {
    const given = { amount: 1 };
    const pay = approval((order: { amount: number }) => `paid ${order.amount}`, { name: 'pay' });
    const workflow = resumable(
      parallel({ pay, tax: (order: { amount: number }) => (order.amount = order.amount + 1) }),
    );
    const { token, requests } = await suspensionOf(workflow.execute(given));
    expect(requests).toMatchObject([{ input: { amount: 1 } }]);
    expect(await workflow.resume(token, yes)).toEqual({ pay: 'paid 1', tax: 2 });
    const hasty = approval((order: { amount: number }) => order.amount, {
      ask: async ({ input }) => {
        await Promise.resolve();
        input.amount = 1000;
        return yes;
      },
    });
    expect(await hasty.execute({ amount: 5 })).toBe(5);
  });

  it('has what was edited come out as it was, whatever a step does to it', async () => {
    const list = sequential(
      (all: string[]) => {
        all.push('more');
        return all;
      },
      approval((all: string[]) => all, { name: 'second' }),
    );
    const workflow = resumable(
      approval(list, { name: 'first', input: (value: unknown): value is string[] => Array.isArray(value) }),
    );
    const first = await suspensionOf(workflow.execute([]));
    const second = await suspensionOf(workflow.resume(first.token, { kind: 'edit', input: ['e'] }));
    expect(second.requests).toMatchObject([{ input: ['e', 'more'] }]);
    expect(await workflow.resume(second.token, yes)).toEqual(['e', 'more']);
  });

  it('is given what it was begun with, whatever becomes of that', async () => {
    const workflow = resumable(async (order: { items: string[] }, { step }: RunScope) => {
      order.items.push('shipping');
      for (const name of ['a', 'b', 'c']) await step('inner', gate(name), 1);
      return order.items;
    });
    let waiting = await suspensionOf(workflow.execute({ items: ['book'] }));
    for (let times = 0; times < 2; times++) waiting = await suspensionOf(workflow.resume(waiting.token, yes));
    expect(await workflow.resume(waiting.token, yes)).toEqual(['book', 'shipping']);
  });

  it('runs nothing twice that a function had begun beside what waits, and nothing new while it comes to its end', async () => {
    const charging = later<number>();
    const log: string[] = [];
    const noted = (name: string) => (n: number) => {
      log.push(name);
      return n;
    };
    const charge = async (n: number) => {
      await charging.promise;
      return noted('charge')(n);
    };
    const workflow = resumable(async (n: number, { step }: RunScope) =>
      Promise.all([
        step('inner', gate(), n),
        step('inner', sequential(charge, noted('mail')), n),
        step('inner', charge, n + 1).then((m) => step('inner', noted('report'), m)),
      ]),
    );
    const running = suspensionOf(workflow.execute(1));
    setImmediate(() => charging.resolve(0));
    const { token } = await running;
    expect(log).toEqual(['charge', 'charge']);
    expect(await workflow.resume(token, yes)).toEqual([1, 1, 2]);
    expect(log.toSorted()).toEqual(['charge', 'charge', 'mail', 'report']);
  });

  it('is cancelled while what was begun beside it comes to no end', async () => {
    const controller = new AbortController();
    const workflow = resumable(async (n: number, { step }: RunScope) =>
      Promise.all([step('inner', gate(), n), step('inner', () => new Promise<number>(() => undefined), n)]),
    );
    const running = workflow.execute(1, { signal: controller.signal });
    setImmediate(() => controller.abort(new Error('enough')));
    await expect(running).rejects.toThrow('enough');
  });

  it('is cancelled while ask comes to no end', async () => {
    const controller = new AbortController();
    const asks = resumable(approval((n: number) => n, { ask: () => new Promise(() => undefined) }));
    const running = asks.execute(1, { signal: controller.signal });
    setImmediate(() => controller.abort(new Error('enough')));
    await expect(running).rejects.toThrow('enough');
  });

  it('says that a run inside of it which was begun by itself waits alone, also beside what waits in it', async () => {
    const inner = resumable(gate('pay'), { name: 'inner' });
    const alone = resumable((n: number) => inner.execute(n), { name: 'outer' });
    const beside = resumable(parallel([gate(), (n: number) => inner.execute(n)]), { name: 'outer' });
    for (const outer of [alone, beside]) {
      const error: unknown = await outer.execute(1).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: 'OBS_ERR_NOT_SAVABLE',
        message: expect.stringMatching(/a run of its own waits, begun by execute; run its workflow by/),
      });
      const { token } = (error as Error).cause as SuspendedError;
      expect(await inner.resume(token, yes)).toBe(1);
    }
  });

  it('knows a step that is done, however much has been kept', async () => {
    const big = 'x'.repeat(5 * 1024 * 1024);
    let charged = 0;
    const workflow = resumable(
      parallel(
        {
          a: approval(() => big, { name: 'a' }),
          b: (_: number) => {
            charged++;
            return big;
          },
          c: gate('c'),
        },
        { concurrency: 1 },
      ),
    );
    const { token, requests } = await suspensionOf(workflow.execute(1));
    const decisions = Object.fromEntries(requests.map(({ id }) => [id, yes]));
    expect(Object.keys(await workflow.resume(token, decisions))).toEqual(['a', 'b', 'c']);
    expect(charged).toBe(1);
  });

  it('is neither undone nor answered where a decision cannot be carried out: the next one is', async () => {
    const log: string[] = [];
    const ships = approval(
      (n: number) => {
        log.push('ship');
        return n;
      },
      { input: isNumber },
    );
    const workflow = resumable(
      saga(
        sagaStep(
          'charge',
          (n: number) => {
            log.push('charge');
            return n;
          },
          () => void log.push('undo'),
        ),
        sagaStep(
          'ship',
          (n: number, { step }) => step('inner', ships, n),
          () => undefined,
        ),
      ),
    );
    const { token } = await suspensionOf(workflow.execute(1));
    for (const decision of [{ kind: 'edit', input: 'x' }, { kind: 'skip' }] as const)
      await expect(workflow.resume(token, decision)).rejects.toMatchObject({
        code: 'OBS_ERR_INVALID_DECISION',
      });
    expect(log).toEqual(['charge']);
    expect(await workflow.resume(token, { kind: 'edit', input: 7 })).toBe(7);
    expect(log).toEqual(['charge', 'ship']);
  });
});

describe('what a run keeps', () => {
  it('holds nothing in lists, -0 as 0, and texts of whatever characters', async () => {
    const texts = ['\0', '\0\0x', '__proto__', '\\u0000', '\ud800'];
    const workflow = resumable(
      parallel({
        mails: sequential(
          () => [1, 2],
          forEach(() => undefined),
        ),
        zero: () => -0,
        texts: () => ({ texts, [texts[0] as string]: [undefined, null] }),
        gate: gate(),
      }),
    );
    const { token } = await suspensionOf(workflow.execute(1));
    const first = await workflow.resume(token, yes);
    expect(first).toStrictEqual({
      mails: [undefined, undefined],
      zero: 0,
      texts: { texts, '\0': [undefined, null] },
      gate: 1,
    });
  });

  it('holds as many levels as come back, and says of which step there are more', async () => {
    const nested = (levels: number) => {
      let value: unknown = 1;
      for (let level = 0; level < levels; level++) value = [value];
      return value;
    };
    const of = (levels: number) => resumable(parallel([() => nested(levels), gate()]));
    const fine = of(900);
    expect(await fine.resume((await suspensionOf(fine.execute(1))).token, yes)).toEqual([nested(900), 1]);
    await expect(of(999).execute(1)).rejects.toMatchObject({ code: 'OBS_ERR_NOT_SAVABLE' });
    for (const levels of [1001, 4000, 100_000]) {
      await expect(of(levels).execute(1)).rejects.toThrow(
        /"inner › branch_0" returned cannot be kept: the value has more than 1000 levels/,
      );
    }
    const itself: unknown[] = [];
    itself.push(itself);
    await expect(resumable(parallel([() => itself, gate()])).execute(1)).rejects.toThrow('contains itself');
  });

  it.each<[string, unknown, RegExp]>([
    ['NaN', [Number.NaN], /the value\[0\] is NaN, which JSON cannot hold/],
    ['a symbol for a key', { [Symbol('key')]: 1 }, /a property with a symbol for a key/],
    ['a list with more', Object.assign([1], { more: 1 }), /an array with further properties/],
    ['an error', { error: new Error('x') }, /the value\.error is a Error/],
  ])('does not hold %s', async (_, value, why) => {
    await expect(resumable(parallel([() => value, gate()])).execute(1)).rejects.toThrow(why);
  });

  it('holds what another realm made', async () => {
    const { runInNewContext } = await import('node:vm');
    const made: unknown = runInNewContext('({ a: [1], __proto__: null })');
    const listed: unknown = runInNewContext('[{ a: 1 }]');
    const workflow = resumable(parallel([() => made, () => listed, gate()]));
    const { token } = await suspensionOf(workflow.execute(1));
    expect(await workflow.resume(token, yes)).toEqual([{ a: [1] }, [{ a: 1 }], 1]);
  });

  it('holds of a decision what a decision has', async () => {
    const workflow = resumable(approval(gate('second'), { name: 'first', input: isNumber }));
    for (const more of [{ comment: 'fine' }, { to: 'Bob' }, { input: new Map() }]) {
      const first = await suspensionOf(workflow.execute(1));
      const second = await suspensionOf(
        workflow.resume(first.token, { kind: 'continue', by: 'Ann', ...more }),
      );
      expect(await workflow.resume(second.token, yes)).toBe(1);
    }
  });

  it.each<[string, object, object]>([
    ['a tag that is no text', { tags: { n: 1 } }, {}],
    ['a tag of another name', { tags: JSON.parse('{"__proto__":"x"}') }, {}],
    ['an id that is no text', { userId: 7 }, {}],
    ['a message that is none', {}, { message: () => undefined }],
  ])('is no token where it could not be read again, because of %s', async (_, init, options) => {
    const workflow = resumable(approval((n: number) => n, options));
    await expect(workflow.execute(1, init)).rejects.toMatchObject({ code: 'OBS_ERR_NOT_SAVABLE' });
  });

  it('holds the last state of a loop, however many there were', async () => {
    const doc = 'x'.repeat(100_000);
    const calls: number[] = [];
    const body = sequential(
      (state: { n: number; doc: string }) => {
        calls.push(state.n);
        return state;
      },
      approval((state: { n: number; doc: string }) => ({ ...state, n: state.n + 1 }), {
        ask: ({ input }) => (input.n < 200 ? yes : undefined),
      }),
    );
    const workflow = resumable(loop(body, { until: ({ n }) => n === 202, maxIterations: 300 }));
    const first = await suspensionOf(workflow.execute({ n: 0, doc }));
    expect(first.token.length).toBeLessThan(1_000_000);
    const second = await suspensionOf(workflow.resume(first.token, yes));
    expect(await workflow.resume(second.token, yes)).toEqual({ n: 202, doc });
    expect(calls).toHaveLength(202);
  });

  it('is still there where the run waits again before it came to it', async () => {
    let isShort = false;
    const calls: number[] = [];
    const workflow = resumable(async (n: number, { step }: RunScope) => {
      const first = step('inner', gate('first'), n);
      if (isShort) return first;
      const all = await Promise.allSettled([
        first,
        step('inner', (m: number) => calls.push(m), 5),
        step('inner', gate('last'), 9),
      ]);
      for (const one of all) if (one.status === 'rejected') throw one.reason;
      return all.length;
    });
    const { token, requests } = await suspensionOf(workflow.execute(1));
    const [ofFirst, ofLast] = requests.map(({ id }) => id) as [string, string];
    isShort = true;
    const second = await suspensionOf(workflow.resume(token, { [ofLast]: yes }));
    expect(second.requests.map(({ name }) => name)).toEqual(['first', 'last']);
    isShort = false;
    expect(await workflow.resume(second.token, { [ofFirst]: yes, [ofLast]: yes })).toBe(3);
    expect(calls).toEqual([5]);
  });
});
