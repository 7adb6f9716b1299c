import { context } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import { stateKey } from '@tta/obs-context';
import {
  InstrumentedPrimitive,
  isSuspension,
  type PrimitiveLike,
  type RunScope,
} from '@tta/obs-instrumentation';
import { mockPrimitive, observed } from '@tta/obs-testing';
import { describeOutcomes } from '../../test/outcomes.ts';
import { approval, type ApprovalOptions } from '../approval/approval.ts';
import type { Decision } from '../approval/decision.ts';
import { conditional } from '../conditional.ts';
import { forEach, skipItem, stopItems } from '../for-each.ts';
import { loop } from '../loop.ts';
import { parallel } from '../parallel.ts';
import { retry } from '../retry.ts';
import { sequential } from '../sequential.ts';
import { streaming } from '../streaming.ts';
import { tool } from '../tool/tool.ts';
import { resumable, type Resumable } from './resumable.ts';
import { SuspendedError } from './suspended-error.ts';

const yes: Decision = { kind: 'continue' };
const isNumber = (value: unknown): value is number => typeof value === 'number';

/** A step that notes each run. */
function noted<I, O>(name: string, run: (input: I, scope: RunScope) => O) {
  const calls: I[] = [];
  const step = {
    [name]: (input: I, scope: RunScope): O => {
      calls.push(input);
      return run(input, scope);
    },
  }[name] as (input: I, scope: RunScope) => O;
  return { step, calls };
}

async function suspensionOf(run: Promise<unknown>): Promise<SuspendedError> {
  const error = await run.then(
    () => new Error('it was not suspended'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof SuspendedError) return error;
  throw error;
}

function jsonOf(token: string): unknown {
  return JSON.parse(Buffer.from(token.split('.')[0] as string, 'base64url').toString());
}

/** Adds one, asks, and doubles. */
function refund(options: ApprovalOptions<number, string> = {}) {
  const plan = noted('plan', (n: number) => n + 1);
  const pay = noted('pay', (n: number) => n * 2);
  const make = (): Resumable<number, number | string> =>
    resumable(sequential(plan.step, approval(pay.step, options)), { name: 'refund' });
  return { plan, pay, make };
}

describe('resumable', () => {
  it(
    'waits for a decision, and goes on in the same trace, without running again what has run',
    observed(
      async (trace) => {
        const { plan, pay, make } = refund({ message: (n) => `Pay ${n}?` });
        const { token, requests, message } = await suspensionOf(
          make().execute(1, { workflowId: 'w-1', workflowName: 'refunds', tags: { tier: 'gold' } }),
        );
        expect(message).toBe('"refund" waits for a decision about "pay": keep the token, and resume with it');
        expect(requests).toEqual([
          { id: expect.any(String), name: 'pay', message: 'Pay 2?', input: 2, level: 0 },
        ]);
        expect(pay.calls).toEqual([]);

        await trace.clock.advance(90_000);
        // Of another process, which knows only what is in the code.
        expect(await make().resume(token, { kind: 'continue', by: 'ada' })).toBe(4);
        expect(plan.calls).toEqual([1]);
        expect(pay.calls).toEqual([2]);
        expect(trace).toHaveSpanTree(`
          primitive.resumable.execute "refund" suspended
          ├─ primitive.sequential.execute "sequential" suspended
          │  ├─ primitive.sequential.step_0 "plan" success
          │  │  └─ primitive.lambda.execute "plan" success
          │  └─ primitive.sequential.step_1 "pay" suspended
          │     └─ primitive.approval.execute "pay" suspended
          └─ primitive.resumable.resume "refund" success
             └─ primitive.sequential.execute "sequential" success
                └─ primitive.sequential.step_1 "pay" success
                   └─ primitive.approval.execute "pay" success
                      └─ primitive.lambda.execute "pay" success
        `);
        const [suspended] = trace.spans;
        const resumed = trace.span('primitive.resumable.resume');
        expect(resumed.links).toMatchObject([
          {
            context: { traceId: suspended?.traceId, spanId: suspended?.spanId },
            attributes: { 'link.type': 'resumed_from' },
          },
        ]);
        for (const { attributes, failed } of trace.spans) {
          expect(attributes).toMatchObject({ 'workflow.id': 'w-1', 'tag.tier': 'gold' });
          expect(Object.keys(attributes).filter((key) => key.startsWith('error.'))).toEqual([]);
          expect(failed).toBe(false);
        }
        expect(trace.spans.at(-2)?.attributes).toMatchObject({
          'decision.choice': 'continue',
          'decision.reason': 'person',
          'approval.by': 'ada',
          'approval.wait_ms': 90_000,
        });
        expect(
          trace.spans.find(({ name }) => name === 'primitive.approval.execute')?.attributes,
        ).toMatchObject({
          'approval.request_id': requests[0]?.id,
        });
        expect(trace).toHaveLogged({ level: 'info', message: 'refund suspended' });
        expect(trace.lines.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
        expect(trace).toHaveMetric('primitive.execution.count', {
          value: 1,
          labels: { 'primitive.type': 'resumable', 'execution.status': 'suspended' },
        });
      },
      { clock: 'manual' },
    ),
  );

  it('runs the step with the edited input', async () => {
    const { pay, make } = refund({ input: isNumber });
    const { token } = await suspensionOf(make().execute(1));
    expect(await make().resume(token, { kind: 'edit', input: 50 })).toBe(100);
    expect(pay.calls).toEqual([50]);
  });

  it('gives what stands in for the output where the step is skipped', async () => {
    const { pay, make } = refund({ onSkip: (n) => `kept ${n}` });
    const { token } = await suspensionOf(make().execute(1));
    expect(await make().resume(token, { kind: 'skip' })).toBe('kept 2');
    expect(pay.calls).toEqual([]);
  });

  it('ends the run where it is refused', async () => {
    const { pay, make } = refund();
    const { token } = await suspensionOf(make().execute(1));
    expect(await make().tryResume(token, { kind: 'quit', reason: 'fraud' })).toMatchObject({
      ok: false,
      error: { code: 'OBS_ERR_APPROVAL_REFUSED', reason: 'fraud' },
      info: { path: ['refund', 'sequential', 'step_1 pay'] },
    });
    expect(pay.calls).toEqual([]);
  });

  it(
    'waits anew where it is handed on, for as long again, under another id and for whom it says',
    observed(
      async (trace) => {
        const { make } = refund({ expiresInMs: 1000 });
        const first = await suspensionOf(make().execute(1));
        const expiresAt = trace.clock.now() + 1000;
        expect(first.requests).toMatchObject([{ level: 0, expiresAt }]);
        await trace.clock.advance(900);
        const second = await suspensionOf(
          make().resume(first.token, { kind: 'escalate', to: 'head of sales' }),
        );
        expect(second.requests).toMatchObject([
          { name: 'pay', level: 1, for: 'head of sales', expiresAt: expiresAt + 900 },
        ]);
        const [before] = first.requests;
        await expect(make().resume(second.token, { [before?.id as string]: yes })).rejects.toMatchObject({
          code: 'OBS_ERR_INVALID_DECISION',
        });
        await trace.clock.advance(900);
        expect(await make().resume(second.token, yes)).toBe(4);
        const waits = trace.spans
          .filter(({ name }) => name === 'primitive.approval.execute')
          .map(({ attributes }) => attributes);
        expect(waits).toMatchObject([
          { 'execution.status': 'suspended' },
          { 'approval.wait_ms': 900, 'decision.choice': 'escalate', 'approval.for': 'head of sales' },
          { 'approval.wait_ms': 1800, 'decision.choice': 'continue' },
        ]);
      },
      { clock: 'manual' },
    ),
  );

  it(
    'has expired from the moment on that it says, whatever is decided then',
    observed(
      async (trace) => {
        const { make } = refund({ expiresInMs: 1000 });
        const { token } = await suspensionOf(make().execute(1));
        await trace.clock.advance(999);
        expect(await make().resume(token, yes)).toBe(4);
        await trace.clock.advance(1);
        const outcome = await make().tryResume(token, { kind: 'continue', by: 'ada' });
        expect(outcome).toMatchObject({
          error: {
            code: 'OBS_ERR_APPROVAL_EXPIRED',
            expiredAt: trace.clock.now(),
            message: `"pay" was not decided about by ${new Date(trace.clock.now()).toISOString()}`,
          },
          info: { recoverable: false },
        });
        expect(trace.spans.filter(({ name }) => name === 'primitive.approval.execute').at(-1)).toMatchObject({
          attributes: { 'decision.choice': 'continue', 'approval.by': 'ada' },
        });
      },
      { clock: 'manual' },
    ),
  );

  it('is not suspended where ask decides, and asks nobody twice', async () => {
    let asked = 0;
    const policy = approval((n: number) => n + 1, {
      name: 'small',
      ask: () => {
        asked++;
        return { kind: 'edit', input: 10 };
      },
      input: isNumber,
    });
    const gate = approval(
      sequential(
        policy,
        approval((n: number) => n * 2, { name: 'last' }),
      ),
      { name: 'first' },
    );
    const workflow = resumable(gate);
    const first = await suspensionOf(workflow.execute(1));
    const second = await suspensionOf(workflow.resume(first.token, yes));
    expect(second.requests).toMatchObject([{ name: 'last', input: 11 }]);
    expect(await workflow.resume(second.token, yes)).toBe(22);
    expect(asked).toBe(1);
    const decided = resumable(policy);
    expect(await decided.execute(1)).toBe(11);
  });

  it('runs nothing where one of the decisions cannot be carried out, and goes on from the same token', async () => {
    const work = (name: string) => noted(name, (n: number) => n * 10);
    const [first, tried, eaches] = [work('first'), work('tried'), work('each')] as const;
    const make = () =>
      resumable(
        parallel({
          first: approval(first.step),
          tried: retry(approval(tried.step, { input: isNumber })),
          eaches: sequential(
            (n: number) => [n, n],
            forEach(approval(eaches.step, { onSkip: async () => 0 }), { concurrency: 2 }),
          ),
        }),
        { name: 'branches' },
      );
    const { token, requests } = await suspensionOf(make().execute(1));
    const decisionsOf = (decided: Record<string, Decision>) =>
      Object.fromEntries(requests.map(({ id, name }) => [id, decided[name] ?? yes]));
    const refused = [
      [{ first: { kind: 'edit', input: 2 } }, 'approval "first": its input may not be edited'],
      [{ tried: { kind: 'edit', input: '2' } }, 'approval "tried": the edited input is not valid'],
      [{ tried: { kind: 'skip' } }, 'approval "tried": it may not be skipped'],
      [{ each: { kind: 'edit', input: 2 } }, 'approval "each": its input may not be edited'],
    ] as const;
    for (const [decided, message] of refused) {
      await expect(make().resume(token, decisionsOf(decided))).rejects.toMatchObject({
        code: 'OBS_ERR_INVALID_DECISION',
        message: expect.stringContaining(message),
      });
    }
    expect([first.calls, tried.calls, eaches.calls]).toEqual([[], [], []]);
    const right = decisionsOf({ tried: { kind: 'edit', input: 2 }, each: { kind: 'skip' } });
    expect(await make().resume(token, right)).toEqual({ first: 10, tried: 20, eaches: [0, 0] });
    expect([first.calls, tried.calls, eaches.calls]).toEqual([[1], [2], []]);
  });

  it('refuses what cannot be carried out when the run comes to it, where a function runs the approval', async () => {
    const pay = noted('pay', (n: number) => n * 2);
    const gates = [approval(pay.step), approval(pay.step, { input: isNumber })] as const;
    const workflow = resumable((n: number, { step }: RunScope) => step('inner', gates[n % 2 ? 1 : 0], n), {
      name: 'hidden',
    });
    const { token } = await suspensionOf(workflow.execute(2));
    await expect(workflow.resume(token, { kind: 'edit', input: 3 })).rejects.toMatchObject({
      code: 'OBS_ERR_INVALID_DECISION',
    });
    expect(await workflow.resume(token, yes)).toBe(4);
    expect(pay.calls).toEqual([2]);
  });

  it('leaves it to the run where several steps have the edge of the one that asked', async () => {
    class Either extends InstrumentedPrimitive<number, number> {
      readonly #steps: readonly PrimitiveLike<number, number>[];
      constructor(...steps: readonly PrimitiveLike<number, number>[]) {
        super({ type: 'either', children: steps.map((step) => ({ edge: 'inner', step })) });
        this.#steps = steps;
      }
      protected run(n: number, scope: RunScope): Promise<number> {
        return scope.step('inner', this.#steps[n] as PrimitiveLike<number, number>, n);
      }
    }
    const gate = (name: string, options = {}) => approval((n: number) => n * 2, { name, ...options });
    const workflow = resumable(new Either(gate('strict'), gate('editable', { input: isNumber })));
    const { token } = await suspensionOf(workflow.execute(1));
    expect(await workflow.resume(token, { kind: 'edit', input: 4 })).toBe(8);
    const strict = await suspensionOf(workflow.execute(0));
    await expect(workflow.resume(strict.token, { kind: 'edit', input: 4 })).rejects.toMatchObject({
      code: 'OBS_ERR_INVALID_DECISION',
    });
  });

  it('checks the arguments of a tool before it waits, and when the tool runs', async () => {
    const given: unknown[] = [];
    const input = (value: unknown): value is number => {
      given.push(value);
      return isNumber(value);
    };
    const pay = tool({ name: 'pay', input, execute: (n) => n * 2 });
    const workflow = resumable(approval(pay, { message: (n) => `Pay ${n.toFixed(2)}?` }));
    await expect(workflow.execute('7' as never)).rejects.toMatchObject({ code: 'OBS_ERR_TOOL_INPUT' });
    const { token, requests } = await suspensionOf(workflow.execute(7));
    expect(requests).toMatchObject([{ message: 'Pay 7.00?' }]);
    expect(given).toEqual(['7', 7]);
    expect(await workflow.resume(token, yes)).toBe(14);
    expect(given).toEqual(['7', 7, 7]);
  });

  it('asks nobody again about what a person has decided, also where a step below it waits', async () => {
    const below = approval((n: number) => n + 1, { name: 'below' });
    const inner = noted('inner', (n: number) => n);
    const workflow = resumable(
      approval(sequential(inner.step, below), { name: 'above', input: isNumber, onSkip: () => 0 }),
    );
    const first = await suspensionOf(workflow.execute(1));
    const second = await suspensionOf(workflow.resume(first.token, { kind: 'edit', input: 5 }));
    expect(second.requests).toMatchObject([{ name: 'below', input: 5 }]);
    expect(await workflow.resume(second.token, yes)).toBe(6);
    expect(inner.calls).toEqual([5]);
  });

  it('waits for all branches together, and goes on with any of them, in any order', async () => {
    const steps = ['a', 'b', 'c'].map((name) => noted(name, (n: number) => `${name}${n}`));
    const [a, b, c] = steps as [(typeof steps)[0], (typeof steps)[0], (typeof steps)[0]];
    const after = noted('after', (all: object) => JSON.stringify(all));
    const workflow = resumable(
      sequential(parallel({ a: approval(a.step), b: b.step, c: approval(c.step) }), after.step),
      { name: 'branches' },
    );
    const first = await suspensionOf(workflow.execute(1));
    expect(first.message).toContain('about "a" and 1 more:');
    expect(first.requests.map(({ name }) => name)).toEqual(['a', 'c']);
    expect(b.calls).toEqual([1]);
    await expect(workflow.resume(first.token, yes)).rejects.toThrow(/2 requests wait, say which one/);

    const [ofA, ofC] = first.requests.map(({ id }) => id) as [string, string];
    const second = await suspensionOf(workflow.resume(first.token, { [ofC]: yes }));
    expect(second.requests).toEqual([first.requests[0]]);
    expect(await workflow.resume(second.token, { [ofA]: yes })).toBe('{"a":"a1","b":"b1","c":"c1"}');
    expect([a, b, c, after].map(({ calls }) => calls.length)).toEqual([1, 1, 1, 1]);
    expect(await workflow.resume(first.token, { [ofA]: yes, [ofC]: yes })).toBe(
      '{"a":"a1","b":"b1","c":"c1"}',
    );
  });

  it('resumed twice, runs twice what comes after the decision, and nothing before', async () => {
    const { plan, pay, make } = refund();
    const { token } = await suspensionOf(make().execute(1));
    expect(await Promise.all([make().resume(token, yes), make().resume(token, yes)])).toEqual([4, 4]);
    expect(plan.calls).toHaveLength(1);
    expect(pay.calls).toHaveLength(2);
  });

  it('gives every step an output of its own, whatever the others do with theirs', async () => {
    const workflow = resumable(
      sequential(
        () => ({ list: [1] }),
        (found: { list: number[] }) => {
          found.list.push(2);
          return found;
        },
        approval((found: { list: number[] }) => found.list.push(3)),
      ),
    );
    const { token } = await suspensionOf(workflow.execute(undefined));
    expect(await workflow.resume(token, yes)).toBe(3);
    expect(await workflow.resume(token, yes)).toBe(3);
  });

  it('gives it again as it was, also where the run waits once more after somebody has changed it', async () => {
    const gate = (name: string) => approval((n: number) => n, { name });
    const workflow = resumable(async (_: number, { step }: RunScope) => {
      const found = await step('inner', () => ({ count: 1 }), 0);
      found.count++;
      await step('inner', gate('first'), found.count);
      return step('inner', gate('second'), found.count);
    });
    const first = await suspensionOf(workflow.execute(1));
    const second = await suspensionOf(workflow.resume(first.token, yes));
    expect(await workflow.resume(second.token, yes)).toBe(2);
  });

  it('knows what a step returned by the time it returned, not what became of it', async () => {
    const held = { count: 1 };
    const workflow = resumable(
      parallel([
        (_: number) => held,
        sequential(
          async (_: number) => {
            await Promise.resolve();
            held.count = 2;
          },
          approval(() => 'done', { name: 'gate' }),
        ),
      ]),
    );
    const { token } = await suspensionOf(workflow.execute(0));
    expect(await workflow.resume(token, yes)).toEqual([{ count: 1 }, 'done']);
  });

  it('keeps failures that were answered: category, code and message', async () => {
    const seen: unknown[] = [];
    const limited = Object.assign(new Error('429 Too Many Requests'), {
      code: 'E_LIMIT',
      status: 429,
      retryAfterMs: 20,
    });
    const fails = mockPrimitive<number, number>('fails').fails(limited);
    const handled = noted('handled', async (n: number, scope: RunScope) => {
      for (const step of [fails, fails, mockPrimitive<number, number>('bare').fails(new Error('no'))])
        await scope.step('inner', step, n).catch((error: unknown) => seen.push(error));
      return scope.step(
        'inner',
        approval((m: number) => m, { name: 'gate' }),
        n,
      );
    });
    const workflow = resumable(handled.step);
    const { token } = await suspensionOf(workflow.execute(1));
    seen.length = 0;
    expect(await workflow.resume(token, yes)).toBe(1);
    expect(fails.calls).toHaveLength(2);
    expect(seen).toMatchObject([
      {
        name: 'RestoredError',
        code: 'E_LIMIT',
        message: '429 Too Many Requests',
        category: 'rate_limit',
        recoverable: true,
        retryAfterMs: 20,
      },
      { code: 'E_LIMIT' },
      { code: 'OBS_ERR_STEP_FAILED', message: 'no', category: 'unknown', severity: 'medium' },
    ]);
  });

  it('tells steps with the same edge apart by how often it was taken', async () => {
    const ask = approval((n: number) => n * 10, { name: 'ask' });
    const workflow = resumable(async (n: number, scope: RunScope) => {
      const plain = await scope.step('inner', (m: number) => m + 1, n);
      const [one, two] = await Promise.allSettled([
        scope.step('inner', ask, plain),
        scope.step('inner', ask, plain + 1),
      ]);
      for (const each of [one, two]) if (each.status === 'rejected') throw each.reason;
      return [one, two].map((each) => each.status === 'fulfilled' && each.value);
    });
    const { token, requests } = await suspensionOf(workflow.execute(1));
    expect(requests).toMatchObject([{ input: 2 }, { input: 3 }]);
    const second = await suspensionOf(workflow.resume(token, { [requests[1]?.id as string]: yes }));
    expect(second.requests).toEqual([requests[0]]);
    expect(await workflow.resume(second.token, yes)).toEqual([20, 30]);
  });

  it('keeps items that were skipped, and where it was to stop', async () => {
    const items = noted('items', (n: number): number | typeof skipItem | typeof stopItems =>
      n === 2 ? skipItem : n === 4 ? stopItems : n,
    );
    const gate = approval((n: number) => n, { name: 'odd' });
    const isOdd = (n: number): boolean => n === 3;
    const workflow = resumable(forEach(conditional(isOdd, gate, items.step)));
    const { token } = await suspensionOf(workflow.execute([1, 2, 3, 4, 5]));
    expect(await workflow.resume(token, yes)).toEqual([1, 3]);
    expect(items.calls).toEqual([1, 2, 4]);
  });

  it('keeps the iterations of a loop, and the state of the run', async () => {
    const total = stateKey<number>('total');
    const body = noted('body', (n: number, { context: at }: RunScope) => {
      at.set(total, (at.get(total) ?? 0) + n);
      return n + 1;
    });
    const workflow = resumable(
      sequential(
        loop(body.step, { until: (n) => n === 4, maxIterations: 9 }),
        approval((n: number, { context: at }: RunScope) => `${n} ${at.get(total)}`, { name: 'gate' }),
      ),
    );
    const { token } = await suspensionOf(workflow.execute(1));
    expect(await workflow.resume(token, yes)).toBe('4 6');
    expect(body.calls).toEqual([1, 2, 3]);
  });

  it('keeps no more of what has ended than what is needed', async () => {
    const big = (): string => 'x'.repeat(1000);
    const workflow = resumable(
      sequential(
        loop(big as (s: string) => string, { until: (_, i) => i === 9, maxIterations: 10 }),
        parallel([big, big]),
        (all: string[]) => all.length,
        approval((n: number) => n, { name: 'gate' }),
      ),
    );
    const { token } = await suspensionOf(workflow.execute(''));
    expect(token.length).toBeLessThan(1200);
    expect(await workflow.resume(token, yes)).toBe(2);
  });

  it('says of the rest of a run what is said then, and keeps the rest of what was said', async () => {
    const said: unknown[] = [];
    const controller = new AbortController();
    const workflow = resumable(
      approval((_: number, { context: at, signal }: RunScope) => {
        said.push([
          at.workflowId,
          at.userId,
          at.sessionId,
          at.baggage,
          at.metadata,
          signal.aborted,
          at.correlationId,
        ]);
      }),
    );
    const { token } = await suspensionOf(
      workflow.execute(1, {
        workflowId: 'w',
        userId: 'ada',
        sessionId: 's',
        correlationId: 'c-1',
        baggage: { region: 'eu' },
        metadata: { secret: () => 1 },
        signal: controller.signal,
      }),
    );
    expect(JSON.stringify(jsonOf(token))).not.toContain('secret');
    controller.abort();
    await workflow.resume(token, yes, { userId: 'bob', metadata: { db: 1 } });
    expect(said).toEqual([['w', 'bob', 's', { region: 'eu' }, { db: 1 }, false, 'c-1']]);
  });

  it('is cancelled like every run, also where a branch waits', async () => {
    const controller = new AbortController();
    const hangs = mockPrimitive<number, number>('hangs').hangs();
    const workflow = resumable(parallel([approval((n: number) => n, { name: 'gate' }), hangs]));
    const running = workflow.tryExecute(1, { signal: controller.signal });
    await Promise.resolve();
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await running).toMatchObject({ ok: false, error: reason });
  });

  it(
    'keeps nothing of what was left behind, whatever comes of it',
    observed(
      async (trace) => {
        const slow = async (_: number, { step, clock }: RunScope): Promise<string> => {
          await new Promise<void>((resolve) => clock.timer(10, resolve, true));
          return step('inner', () => 'x'.repeat(100), 0);
        };
        const quick = (n: number, { step }: RunScope): number => {
          void step('inner', slow, n);
          return n;
        };
        const gate = approval((n: number) => n, { name: 'gate' });
        const pauses = (n: number, { clock }: RunScope): Promise<number> =>
          new Promise((resolve) => clock.timer(20, () => resolve(n), true));
        const workflow = resumable(sequential(quick, pauses, gate));
        const running = suspensionOf(workflow.execute(1));
        await trace.clock.advance(10);
        await trace.clock.advance(10);
        const { token } = await running;
        expect(JSON.stringify(jsonOf(token))).not.toContain('xxx');
        expect(await workflow.resume(token, yes)).toBe(1);
      },
      { clock: 'manual' },
    ),
  );

  it('is part of the one that it is inside of', async () => {
    const { plan, make } = refund();
    const outer = resumable(
      sequential(make(), (n: number | string) => `total ${n}`),
      { name: 'outer' },
    );
    const { token } = await suspensionOf(outer.execute(1));
    await expect(make().resume(token, yes)).rejects.toMatchObject({ code: 'OBS_ERR_INVALID_TOKEN' });
    expect(await outer.resume(token, yes)).toBe('total 4');
    expect(plan.calls).toHaveLength(1);
  });

  it(
    'has the trace around it wait as well, where it is a step of a run that is none',
    observed(async (trace) => {
      const { make } = refund();
      const { token } = await suspensionOf(sequential(make()).execute(1));
      expect(trace.spans.map(({ attributes }) => attributes['execution.status'])).toContain('suspended');
      expect(await make().resume(token, yes)).toBe(4);
    }),
  );

  it('streams what its steps emit until it waits', async () => {
    const emits: PrimitiveLike<number, number, string> = mockPrimitive<number, number>('quiet').returns(1);
    const workflow = resumable(
      sequential(
        emits,
        approval((n: number) => n, { name: 'gate' }),
      ),
    );
    const stream = workflow.stream(1);
    const { token } = await suspensionOf(stream.result);
    expect(await workflow.resume(token, yes)).toBe(1);
  });

  it.each<[string, unknown, RegExp]>([
    ['a Map', new Map(), /what the step "inner › step_0" returned cannot be kept: the value is a Map, /],
    ['a function', () => 1, /"inner › step_0" returned cannot be kept: the value is of type function, /],
    ['an own symbol', Symbol('mine'), /the value is of type symbol/],
    ['a date inside', { at: new Date(0) }, /the value\.at is a Date/],
    ['a prototype', JSON.parse('{"a":{"__proto__":1}}'), /a property is called __proto__/],
    ['too much', 'x'.repeat(8 * 1024 * 1024), /the run has kept 8388608 characters of outputs already/],
  ])(
    'says which step it was that returned %s, which cannot be kept, and only where it has to be',
    async (_, made, why) => {
      const gate = approval((value: unknown) => value, { name: 'gate' });
      const bad = resumable(
        sequential(() => made, gate),
        { name: 'bad' },
      );
      await expect(bad.execute(1)).rejects.toMatchObject({
        code: 'OBS_ERR_NOT_SAVABLE',
        message: expect.stringMatching(why),
      });
      const fine = resumable(
        sequential(
          () => made,
          () => 1,
          gate,
        ),
      );
      expect(await fine.resume((await suspensionOf(fine.execute(1))).token, yes)).toBe(1);
      const unneeded = resumable(
        sequential(
          () => made,
          (value: unknown) => value === made,
        ),
      );
      expect(await unneeded.execute(1)).toBe(true);
    },
  );

  it('says that it is what the run was given, what the approval is given, or the state, that cannot be kept', async () => {
    const gate = approval((n: unknown) => n, { name: 'gate' });
    const given = resumable((n: number, { step }: RunScope) => step('inner', gate, new Map([[n, n]])));
    await expect(given.execute(1)).rejects.toThrow(
      /the step "inner › inner" is given cannot be kept: the value\.request\.input is a Map/,
    );
    await expect(resumable(sequential(() => 1, gate)).execute(new Map())).rejects.toThrow(
      'the run cannot be saved: what it was given cannot be kept: the value is a Map',
    );
    const odd = resumable(
      sequential((n: number, { context: at }: RunScope) => {
        at.set(stateKey<unknown>('when'), new Date(0));
        return n;
      }, gate),
    );
    await expect(odd.execute(1)).rejects.toThrow(
      'what is in its state cannot be kept: the value.when is a Date',
    );
    const big = resumable(gate);
    await expect(big.execute('x'.repeat(13_000_000))).rejects.toThrow(
      /^the run cannot be saved: its token would have \d+ characters/,
    );
  });

  it('runs with nothing for an input, and with nothing for outputs', async () => {
    const workflow = resumable(
      sequential(
        () => undefined,
        approval((n: undefined) => [n], { name: 'gate' }),
      ),
    );
    const { token, requests } = await suspensionOf(workflow.execute(undefined));
    expect(requests[0]?.input).toBeUndefined();
    expect(await workflow.resume(token, yes)).toEqual([undefined]);
  });

  it('goes on outside of a run that is active', async () => {
    const { make } = refund();
    const { token } = await suspensionOf(make().execute(1));
    const server = sequential(async () => make().resume(token, yes));
    expect(await server.execute(0)).toBe(4);
    expect(context.active()).toBeDefined();
  });

  it('is known as a suspension, whoever asks', async () => {
    const { make } = refund();
    expect(isSuspension(await suspensionOf(make().execute(1)))).toBe(true);
    expect(await make().tryExecute(1)).toMatchObject({
      ok: false,
      error: { code: 'OBS_ERR_SUSPENDED' },
      info: { category: 'cancelled', recoverable: false },
    });
    for (const other of [undefined, null, 'OBS_ERR_SUSPENDED', new Error('x'), { code: 'OBS_ERR_SUSPENDED' }])
      expect(isSuspension(other)).toBe(false);
  });

  it('is named after its workflow, or as it is told', () => {
    expect(resumable((n: number) => n).name).toBe('resumable');
    expect(resumable(sequential((n: number) => n)).name).toBe('sequential');
    expect(resumable((n: number) => n, { name: 'refund' }).name).toBe('refund');
  });

  it('streams the rest of a run, once token and decision are what they have to be', async () => {
    const tell = (name: string) =>
      streaming(name, async function* (n: number) {
        yield `${name} ${n}`;
        return n + 1;
      });
    const workflow = resumable(sequential(tell('plan'), approval(tell('pay'))), { name: 'told' });
    const { token } = await suspensionOf(workflow.execute(1));
    await expect(workflow.resumeStream('x', yes)).rejects.toMatchObject({ code: 'OBS_ERR_INVALID_TOKEN' });
    await expect(workflow.resumeStream(token, { kind: 'skip' })).rejects.toMatchObject({
      code: 'OBS_ERR_INVALID_DECISION',
    });
    const stream = await workflow.resumeStream(token, yes);
    const chunks: string[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect([chunks, await stream.result]).toEqual([['pay 2'], 3]);
  });

  it('cannot be made of what is no step, or with what are no options', () => {
    expect(() => resumable(1 as never)).toThrow('resumable: the workflow is a number');
    expect(() => resumable((n: number) => n, 'refund' as never)).toThrow(
      'resumable: the options are of type string',
    );
  });
});

describeOutcomes('resumable', (step) => resumable(step), {
  output: 2,
  success: `
    primitive.resumable.execute "step" success
    └─ primitive.mock.execute "step" success
  `,
  error: `
    primitive.resumable.execute "step" error
    └─ primitive.mock.execute "step" error
  `,
  timeout: `
    primitive.resumable.execute "step" timeout
    └─ primitive.timeout.execute "step" timeout
       └─ primitive.mock.execute "step" cancelled
  `,
  cancelled: `
    primitive.resumable.execute "step" cancelled
    └─ primitive.mock.execute "step" cancelled
  `,
});
