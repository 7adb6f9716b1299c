import { describe as suite, expect, it } from '@jest/globals';
import type { LlmReply } from '@tta/obs-context';
import type { ManualClock } from '@tta/obs-context/manual';
import { InstrumentedPrimitive, named, type RunScope } from '@tta/obs-instrumentation';
import { observe, observed, type Trace } from '@tta/obs-testing';
import fc from 'fast-check';
import { build } from '../../test/compositions/build.ts';
import { Journal } from '../../test/compositions/journal.ts';
import { scenario } from '../../test/compositions/plan.ts';
import { runScenario } from '../../test/compositions/run-scenario.ts';
import { agent } from '../agent/agent.ts';
import { approval } from '../approval/approval.ts';
import { bulkhead } from '../bulkhead.ts';
import { cache } from '../cache/cache.ts';
import { circuitBreaker } from '../circuit-breaker/circuit-breaker.ts';
import { conditional } from '../conditional.ts';
import { dedupe } from '../dedupe.ts';
import { fallback } from '../fallback.ts';
import { forEach } from '../for-each.ts';
import { hedge } from '../hedge.ts';
import { lambda } from '../lambda.ts';
import { loop } from '../loop.ts';
import { match } from '../match.ts';
import { parallel } from '../parallel.ts';
import { race } from '../race.ts';
import { rateLimit } from '../rate-limit/rate-limit.ts';
import { resilient } from '../resilient.ts';
import { resumable } from '../resumable/resumable.ts';
import type { SuspendedError } from '../resumable/suspended-error.ts';
import { retry } from '../retry.ts';
import { router } from '../router/router.ts';
import { saga } from '../saga/saga.ts';
import { sagaStep } from '../saga/saga-step.ts';
import { sequential } from '../sequential.ts';
import { settle } from '../settle.ts';
import { streaming } from '../streaming.ts';
import { switchOn } from '../switch-on/switch-on.ts';
import { timeout } from '../timeout.ts';
import { tool } from '../tool/tool.ts';
import { describe, type PrimitiveGraph } from './graph.ts';
import { describeRun } from './describe-run.ts';

type Built = InstrumentedPrimitive<never, unknown>;

/** A graph whatever the order in which its parts were come to. */
const sorted = ({ nodes, edges }: PrimitiveGraph): unknown => ({
  nodes: nodes.map((node) => JSON.stringify(node)).sort(),
  edges: edges.map(({ from, label, to }) => `${from} ${label} ${to}`).sort(),
});

const key = (input: unknown): string => String(input);
const same = (input: number): number => input;
/** Throws on odd calls, the first one first. */
function everyOther(): (input: number) => number {
  let calls = 0;
  return function flaky(input) {
    if (calls++ % 2 === 0) throw new Error('503');
    return input;
  };
}
async function slow(input: number, { clock }: RunScope): Promise<number> {
  await new Promise<void>((resolve) => void clock.timer(50, resolve));
  return input;
}
const double = tool({ name: 'double_it', description: 'Doubles', execute: () => 2 });
const half = timeout(tool({ name: 'half', description: 'Halves', execute: () => 1 }), 10);
/** A model that wants all of these called, and then has its answer. */
function asksOnce(...tools: readonly string[]): () => LlmReply {
  let asked = false;
  return function model() {
    const toolCalls = asked ? [] : tools.map((name) => ({ name, arguments: {} }));
    asked = true;
    return { text: '', toolCalls, usage: { provider: 'none', model: 'none' } };
  };
}
const fails = (): never => {
  throw Object.assign(new Error('400'), { status: 400 });
};

/** Each primitive with the inputs that take all of its edges. */
const each: Record<string, () => readonly [Built, ...unknown[]]> = {
  sequential: () => [sequential(same, retry(same), same), 1],
  parallel: () => [parallel({ left: same, 'and / or "right"': lambda('a step', same) }), 1],
  settle: () => [settle([same, fails]), 1],
  race: () => [race({ one: slow, two: same }), 1],
  'for each': () => [forEach(timeout(same, 10), { concurrency: 2 }), [1, 2, 3]],
  loop: () => [loop((state: number) => state + 1, { until: (state) => state > 12, maxIterations: 20 }), 1],
  conditional: () => [conditional((input: number) => input > 0, same, retry(same)), 1, -1],
  'conditional without else': () => [conditional((input: number) => input > 0, same), 1, -1],
  switch: () => [switchOn((input: number) => `${input}`, { 1: same, 2: same }, same), 1, 2, 3],
  match: () => [
    match<{ kind: 'a' } | { kind: 'b' } | { kind: 'c.d' }>().on(
      'kind',
      { a: () => 1, 'c.d': () => 2 },
      () => 3,
    ),
    { kind: 'a' },
    { kind: 'b' },
    { kind: 'c.d' },
  ],
  router: () => [
    router({ routes: { a: same, b: same }, select: (input: number) => (input > 0 ? 'a' : 'b') }),
    1,
    -1,
  ],
  saga: () => [
    saga(sagaStep('reserve', same, same), sagaStep('pay', same, same), sagaStep('check', fails, same)),
    1,
  ],
  retry: () => [retry(everyOther()), 1],
  timeout: () => [timeout(slow, 10), 1],
  fallback: () => [fallback(fails, fails, same), 1],
  dedupe: () => [dedupe(same, { key }), 1],
  'circuit breaker': () => [circuitBreaker(same), 1],
  bulkhead: () => [bulkhead(same, { concurrency: 1 }), 1],
  'rate limit': () => [rateLimit(same, { limit: 1, windowMs: 10 }), 1],
  hedge: () => [hedge(slow, { idempotent: true, afterMs: 5, budgetRatio: 1 }), 1],
  'cache that refreshes': () => [cache(lambda('ask', same), { key, ttlMs: 10, staleMs: 1000 }), 1, 1],
  'named cache that refreshes': () => [
    sequential(named('kept', cache(lambda('ask', same), { key, ttlMs: 10, staleMs: 1000 }))),
    1,
    1,
  ],
  resilient: () => [
    resilient(everyOther(), {
      cache: { key },
      retry: {},
      hedge: { idempotent: true },
      bulkhead: { concurrency: 1 },
      attemptTimeout: 100,
    }),
    1,
  ],
  lambda: () => [lambda('alone', same), 1],
  streaming: () => [streaming('alone', () => [1, 2]), 1],
  tool: () => [tool({ name: 'double', description: 'Doubles', execute: retry((_: unknown) => 2) }), 1],
  agent: () => [
    agent({ name: 'clerk', model: retry(asksOnce('double_it', 'half')), tools: [double, half] }),
    'go',
  ],
  'approval in a resumable': () => [
    resumable(sequential(same, approval(same, { ask: () => ({ kind: 'continue' }) }))),
    1,
  ],
};

/** What only a failure or a slow answer leads to, which the inputs above do not bring about. */
const neverTaken: Record<string, readonly string[]> = {
  saga: ['compensate_check'],
};

async function runAll(primitive: Built, inputs: readonly unknown[], clock: ManualClock): Promise<void> {
  for (const input of inputs) {
    const ended = primitive.tryExecute(input as never);
    await clock.advance(100);
    for (let turn = 0; turn < 20; turn++) await clock.advance(clock.nextTimerInMs ?? 0);
    await ended;
  }
}

suite('the graph of a composition and that of its runs', () => {
  it.each(Object.keys(each))(
    'are the same once all has been taken: %s',
    observed(
      async (trace: Trace & { readonly clock: ManualClock }, name: string) => {
        const [primitive, ...inputs] = (each[name] as () => readonly [Built, ...unknown[]])();
        await runAll(primitive, inputs, trace.clock);
        const missed = neverTaken[name] ?? [];
        const { nodes, edges } = describe(primitive);
        const taken = edges.filter(({ label }) => !missed.includes(label));
        const reached = nodes.filter(({ id }) => id === 'root' || taken.some(({ to }) => to === id));
        expect(sorted(describeRun(trace.spans))).toEqual(sorted({ nodes: reached, edges: taken }));
      },
      { clock: 'manual' },
    ),
  );

  it.each(Object.keys(each))(
    'are the same where steps have no spans of their own: %s',
    observed(
      async (trace: Trace & { readonly clock: ManualClock }, name: string) => {
        const [primitive, ...inputs] = (each[name] as () => readonly [Built, ...unknown[]])();
        await runAll(primitive, inputs, trace.clock);
        const known = sorted(describe(primitive)) as { edges: string[] };
        const run = sorted(describeRun(trace.spans)) as { edges: string[] };
        expect(known.edges).toEqual(expect.arrayContaining(run.edges));
        expect(run.edges.length).toBe(known.edges.length - (neverTaken[name]?.length ?? 0));
      },
      { clock: 'manual', stepSpans: false },
    ),
  );

  it('never differ in what was taken, whatever is composed, fails and is cancelled', () =>
    fc.assert(
      fc.asyncProperty(scenario, (drawn) =>
        observe(
          async (trace) => {
            await runScenario(drawn, trace.clock);
            const known = sorted(describe(build(drawn.plan, new Journal()))) as Record<string, string[]>;
            const run = sorted(describeRun(trace.spans)) as Record<string, string[]>;
            expect(known['nodes']).toEqual(expect.arrayContaining(run['nodes'] as string[]));
            expect(known['edges']).toEqual(expect.arrayContaining(run['edges'] as string[]));
          },
          { clock: 'manual' },
        ),
      ),
      { numRuns: 300 },
    ));
});

suite('describeRun', () => {
  it(
    'has a primitive that a function executes by itself as its inner, also below a span of other instrumentation',
    observed(async (trace) => {
      const asked = lambda('asked', same);
      const asks = lambda('asks', (input: number) =>
        trace.tracer.startActiveSpan('GET /', async (span) => {
          const answer = await asked.execute(input);
          span.end();
          return answer;
        }),
      );
      await asks.execute(1);
      expect(describeRun(trace.spans)).toEqual({
        nodes: [
          { id: 'root', type: 'lambda', name: 'asks' },
          { id: 'root/inner', type: 'lambda', name: 'asked' },
        ],
        edges: [{ from: 'root', to: 'root/inner', label: 'inner' }],
      });
    }),
  );

  it(
    'has a root for each of two workflows, and one for two runs of the same',
    observed(async (trace) => {
      await lambda('a', same).execute(1);
      await lambda('b', same).execute(1);
      await lambda('a', same).execute(1);
      expect(describeRun(trace.spans).nodes).toEqual([
        { id: 'root', type: 'lambda', name: 'a' },
        { id: 'root~2', type: 'lambda', name: 'b' },
      ]);
    }),
  );

  it(
    'begins at the first span that it is given: not above it, whose edge led there',
    observed(async (trace) => {
      await sequential(retry(same)).execute(1);
      const below = trace.spans.filter(({ name }) => !name.startsWith('primitive.sequential'));
      expect(describeRun(below).edges).toEqual([
        { from: 'root', to: 'root/attempt_{n}', label: 'attempt_{n}' },
      ]);
    }),
  );

  it(
    'takes a run that was resumed for one, in its trace as well as apart from what came before',
    observed(async (trace) => {
      const workflow = resumable(sequential(same, approval(lambda('pay', same), {})));
      const { error } = (await workflow.tryExecute(1)) as { error: SuspendedError };
      const before = trace.spans.length;
      await workflow.resume(error.token, { kind: 'continue' });
      expect(sorted(describeRun(trace.spans))).toEqual(sorted(describe(workflow)));
      const rest = describeRun(trace.spans.slice(before));
      expect(rest.nodes.map(({ id }) => id)).toEqual([
        'root',
        'root/inner',
        'root/inner/step_1',
        'root/inner/step_1/inner',
      ]);
    }),
  );

  it('is empty without spans of primitives', () => {
    const foreign = { name: 'GET /', spanId: '1', parentSpanId: undefined, attributes: {}, links: [] };
    expect(describeRun([foreign])).toEqual({ nodes: [], edges: [] });
  });

  it(
    'has both primitives that a function executes by itself, under two ids',
    observed(async (trace) => {
      class Calls extends InstrumentedPrimitive<number, number> {
        constructor() {
          super({ type: 'calls' });
        }
        protected async run(input: number): Promise<number> {
          return (await lambda('one', same).execute(input)) + (await lambda('two', same).execute(input));
        }
      }
      await new Calls().execute(1);
      expect(describeRun(trace.spans).edges.map(({ to }) => to)).toEqual(['root/inner', 'root/inner~2']);
    }),
  );
});
