import { describe, expect, it } from '@jest/globals';
import type { LlmReply } from '@tta/obs-context';
import type { PrimitiveLike, RunScope } from '@tta/obs-instrumentation';
import { observed } from '@tta/obs-testing';
import { agent } from '../agent/agent.ts';
import type { Conversation } from '../agent/conversation.ts';
import { approval } from '../approval/approval.ts';
import type { Decision } from '../approval/decision.ts';
import { cache } from '../cache/cache.ts';
import { dedupe } from '../dedupe.ts';
import { forEach, stopItems } from '../for-each.ts';
import { hedge } from '../hedge.ts';
import { loop } from '../loop.ts';
import { parallel } from '../parallel.ts';
import { retry } from '../retry.ts';
import { router } from '../router/router.ts';
import { sequential } from '../sequential.ts';
import { tool } from '../tool/tool.ts';
import { resumable } from './resumable.ts';
import { SuspendedError } from './suspended-error.ts';

const yes: Decision = { kind: 'continue' };
const busy = Object.assign(new Error('429 Too Many Requests'), { status: 429 });

async function suspensionOf(run: Promise<unknown>): Promise<SuspendedError> {
  const error: unknown = await run.then(
    (value) => new Error(`it was not suspended, and gave ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  if (error instanceof SuspendedError) return error;
  throw error;
}

/** Goes on with the first request that waits, until none does. */
async function toItsEnd<O>(
  workflow: { resume(token: string, decision: Record<string, Decision>): Promise<O> },
  begun: Promise<O>,
): Promise<O> {
  let run = begun;
  for (;;) {
    const error: unknown = await run.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof SuspendedError)) return run;
    run = workflow.resume(error.token, { [error.requests[0]?.id ?? '']: yes });
  }
}

const pass = <T>(value: T): T => value;
const turns = () => new Promise((resolve) => setImmediate(resolve));

describe('a run that goes on', () => {
  it('does not ask a loop again whether iterations were to begin that had begun', async () => {
    const queue = ['a', 'b', 'c'];
    const done: string[] = [];
    const take = (_: string) => queue.shift() ?? 'nothing';
    const work = sequential(
      take,
      approval((item: string) => (done.push(item), item)),
    );
    const asked: number[] = [];
    const workflow = resumable(
      loop(work, {
        while: (_, iteration) => (asked.push(iteration), queue.length > 0),
        maxIterations: 9,
      }),
    );
    await toItsEnd(workflow, workflow.execute(''));
    expect(done).toEqual(['a', 'b', 'c']);
    expect(asked).toEqual([0, 1, 2, 3]);
  });

  it('does not ask a loop again whether iterations were the last that were not', async () => {
    const asked: number[] = [];
    // Asked again about an iteration, it would say something else.
    const until = (_: number, iteration: number) => asked.push(iteration) > 3 || asked.length > 2;
    const step = approval((n: number) => n + 1);
    const workflow = resumable(loop(step, { until, maxIterations: 9 }));
    expect(await toItsEnd(workflow, workflow.execute(0))).toBe(3);
    expect(asked).toEqual([0, 1, 2]);
  });

  it('has the attempts of a retry that were free before be free', async () => {
    const attempts = (gate: PrimitiveLike<number, number>) => {
      let n = 0;
      return async (x: number, { step }: RunScope) => {
        n++;
        if (n <= 3) throw new Error('busy');
        if (n === 4) {
          await step('inner', gate, x).catch((error: unknown) => {
            n--;
            throw error;
          });
        }
        if (n <= 6) throw new Error('again');
        return n;
      };
    };
    const again = (gate: PrimitiveLike<number, number>) =>
      retry(attempts(gate), {
        baseMs: 0,
        maxRetries: 3,
        retryOn: (error) => ((error as Error).message === 'busy' ? { free: true } : true),
      });
    const waits = resumable(again(approval(pass<number>)));
    expect(await again(approval(pass<number>, { ask: () => yes })).execute(1)).toBe(7);
    expect(await toItsEnd(waits, waits.execute(1))).toBe(7);
  });

  it('counts an attempt of a retry whose error cannot be decided about again', async () => {
    let n = 0;
    const step = async (x: number, scope: RunScope) => {
      if (n++ === 0) throw busy;
      await scope.step('inner', approval(pass<number>), x);
      throw busy;
    };
    const retryOn = (error: unknown) => (error as typeof busy).status.toFixed() === '429';
    const waits = resumable(retry(step, { baseMs: 0, maxRetries: 1, retryOn }));
    await expect(toItsEnd(waits, waits.execute(1))).rejects.toMatchObject({ stopped: 'attempts' });
    expect(n).toBe(3);
  });

  it.each(['cheapest', () => 'a' as const] as const)(
    'has the next route of a router take what its route refuses: %s',
    async (select) => {
      const gate = approval(pass<number>);
      const refused = sequential(gate, (): string => {
        throw busy;
      });
      let c = 0;
      const workflow = resumable(
        router({
          routes: { a: refused, b: () => 'b', c: () => `c${++c}` },
          profile: { a: { costUsd: 1 }, b: { costUsd: 2 }, c: { costUsd: 3 } },
          default: 'b',
          select,
        }),
      );
      expect(await toItsEnd(workflow, workflow.execute(1))).toBe('b');
      expect(c).toBe(0);
    },
  );

  it('does not go to a route of a router that had refused before', async () => {
    let refusals = 0;
    const refused = (_: number): string => {
      refusals++;
      throw busy;
    };
    const workflow = resumable(
      router({
        routes: { a: refused, b: sequential(approval(pass<number>), refused) },
        select: 'least-errors',
        cooldownMs: 0,
      }),
    );
    await expect(toItsEnd(workflow, workflow.execute(1))).rejects.toBe(busy);
    expect(refusals).toBe(2);
  });

  it(
    'knows nothing of how long a route took that waited, and what it saved',
    observed(async (trace) => {
      const routes = router({
        routes: { a: approval((_: number) => 'a') },
        select: 'fastest',
      });
      const workflow = resumable(routes);
      expect(await toItsEnd(workflow, workflow.execute(1))).toBe('a');
      expect(routes.stats().a).toMatchObject({ samples: 0 });
      const decisions = trace.spans.flatMap(({ attributes }) => attributes['decision.choice'] ?? []);
      expect(decisions.filter((choice) => choice === 'a')).toHaveLength(1);
    }),
  );

  it('begins no item of forEach behind one that had stopped it', async () => {
    const charged: number[] = [];
    const item = async (n: number, { step }: RunScope) => {
      if (n === 0) {
        await turns();
        await turns();
        return 'zero';
      }
      if (n === 1) return stopItems;
      if (n === 2) return step('inner', approval(pass<number>), n);
      charged.push(n);
      return n;
    };
    const workflow = resumable(forEach(item, { concurrency: 3 }));
    const { token } = await suspensionOf(workflow.execute([0, 1, 2, 3, 4]));
    expect(charged.filter((n) => n > 3)).toEqual([]);
    const before = [...charged];
    expect(await workflow.resume(token, yes)).toEqual(['zero']);
    expect(charged).toEqual(before);
  });

  it(
    'takes a decision on the second attempt of a hedge',
    observed(
      async (trace) => {
        let calls = 0;
        const step = sequential(
          async (n: number, { clock }: RunScope) => {
            const call = ++calls;
            if (call === 1) await new Promise<void>((resolve) => clock.timer(60, resolve, true));
            return n + call;
          },
          approval((n: number) => n),
        );
        const hedged = hedge(step, { idempotent: true, afterMs: 20, budgetRatio: 1 });
        const workflow = resumable(hedged);
        const run = suspensionOf(workflow.execute(10));
        await trace.clock.advance(100);
        const { token, requests } = await run;
        expect(requests).toHaveLength(2);
        const second = requests.find(({ input }) => input === 12)?.id ?? '';
        expect(await workflow.resume(token, { [second]: yes })).toBe(12);
        expect(calls).toBe(2);
      },
      { clock: 'manual' },
    ),
  );

  it('keeps what had ended, and what waits, also where a part has not come back to it', async () => {
    const done: string[] = [];
    const noted = (name: string) => (n: number) => (done.push(name), n);
    const gate = (name: string) => approval(noted(name), { name });
    let parts = 0;
    const workflow = resumable(async (n: number, { step }: RunScope) => {
      // In the second part the first gate waits before the run has come to the others.
      const isLate = ++parts === 2;
      const late = async <T>(begin: () => Promise<T>) => (isLate && (await turns()), begin());
      const all = [
        step('item_0', gate('first'), n),
        late(() => step('item_1', gate('second'), n)),
        late(() => step('item_2', noted('charged'), n)),
      ];
      await Promise.all(all);
      return n;
    });
    const { token, requests } = await suspensionOf(workflow.execute(1));
    expect(requests.map(({ name }) => name)).toEqual(['first', 'second']);
    const [first, second] = requests.map(({ id }) => id) as [string, string];
    const next = await suspensionOf(workflow.resume(token, { [second]: yes }));
    expect(next.requests.map(({ id }) => id)).toEqual([first, second]);
    expect(await workflow.resume(next.token, { [first]: yes, [second]: yes })).toBe(1);
    expect(done.sort()).toEqual(['charged', 'first', 'second']);
  });

  it(
    'tells once how often an agent asked its model, and for which tools that there are not',
    observed(async (trace) => {
      const drop = approval(tool({ name: 'drop', description: 'drops', execute: () => 'dropped' }));
      const usage = { provider: 'fake', model: 'm', inputTokens: 1, outputTokens: 1 };
      const model = ({ messages }: Conversation): LlmReply =>
        messages.at(-1)?.role === 'tool'
          ? { text: 'done', toolCalls: [], usage }
          : {
              text: '',
              toolCalls: [
                { name: 'drop', arguments: {}, id: '1' },
                { name: 'nope', arguments: {}, id: '2' },
              ],
              usage,
            };
      const workflow = resumable(agent({ name: 'x', model, tools: [drop] }));
      expect(await toItsEnd(workflow, workflow.execute('hi'))).toMatchObject({ text: 'done', steps: 2 });
      const agents = trace.spans.filter(({ name }) => name === 'primitive.agent.invoke_agent');
      expect(agents.map(({ attributes }) => attributes['agent.steps'])).toEqual([1, 1]);
      expect(agents.map(({ attributes }) => attributes['agent.tool_calls'])).toEqual([2, 0]);
      const unknown = agents
        .flatMap(({ events }) => events)
        .filter(({ name }) => name === 'agent.unknown_tool');
      expect(unknown).toHaveLength(1);
    }),
  );
});

describe('a run that can wait for nobody', () => {
  const gate = () =>
    sequential(
      async (n: number) => (await turns(), n),
      approval((n: number) => n),
    );

  it('says nothing about a run that can, and shares its work', async () => {
    const shared = dedupe(gate(), { key: String });
    const [alone, waiting] = await Promise.allSettled([shared.execute(1), resumable(shared).execute(1)]);
    expect(alone).toMatchObject({ reason: { code: 'OBS_ERR_NOT_RESUMABLE' } });
    expect(waiting).toMatchObject({ reason: { code: 'OBS_ERR_SUSPENDED' } });
  });

  it('leaves no failure in a cache', async () => {
    const remembered = cache(gate(), { key: String, negativeTtlMs: 60_000, staleIfErrorMs: 60_000 });
    await expect(remembered.execute(1)).rejects.toMatchObject({ code: 'OBS_ERR_NOT_RESUMABLE' });
    await expect(resumable(remembered).execute(1)).rejects.toMatchObject({ code: 'OBS_ERR_SUSPENDED' });
  });

  it('fails alike for all who share it, where none can', async () => {
    const shared = dedupe(gate(), { key: String });
    const both = parallel([shared, shared], { onError: 'wait-all' });
    await expect(both.execute(1)).rejects.toMatchObject({ code: 'OBS_ERR_PARALLEL' });
  });
});
