import { propagation, trace } from '@opentelemetry/api';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { attributeNames as names, CancelledError, stateKey } from '@tta/obs-context';
import { type Outcome, pause, type RunScope } from '@tta/obs-instrumentation';
import { observe, type Trace } from '@tta/obs-testing';
import { lambda } from './lambda.ts';
import { parallel } from './parallel.ts';
import { sequential } from './sequential.ts';
import { timeout } from './timeout.ts';

const runs = 10_000;
const tenant = stateKey<number>('tenant');

/** What code that knows nothing of primitives sees around itself. */
const surroundings = () => ({
  tenant: propagation.getActiveBaggage()?.getEntry('tenant')?.value,
  traceId: trace.getActiveSpan()?.spanContext().traceId,
  spanId: trace.getActiveSpan()?.spanContext().spanId,
});

/** All that a step can tell of the run that it is in. */
const seenIn = ({ context: own, signal }: RunScope) => ({
  workflowId: own.workflowId,
  correlationId: own.correlationId,
  baggage: own.baggage['tenant'],
  state: own.get(tenant),
  isAborted: signal.aborted,
  traceId: own.traceId,
  spanId: own.spanId,
  around: surroundings(),
});

/** Begun by `execute`, not by `scope.step`: it finds the run that it is in by what is active. */
const inside = lambda('inside', async (index: number, scope: RunScope) => {
  await pause(scope, 1);
  return [index, seenIn(scope)] as const;
});

/** Waits at each turn, so that all runs are in the midst of each other: each begins before any of them ends. */
const workflow = sequential(
  lambda('remember', async (index: number, { context: own }: RunScope) => {
    own.set(tenant, index);
    await Promise.resolve();
    return index;
  }),
  parallel({
    slow: timeout(
      async (index: number, scope: RunScope) => {
        await pause(scope, 1 + (index % 7));
        return [index, seenIn(scope)] as const;
      },
      { ms: 600_000 },
    ),
    nested: async (index: number) => inside.execute(index),
  }),
  ({ slow, nested }, scope: RunScope) => ({ slow, nested, last: seenIn(scope) }),
);

const start = (index: number, { signal }: AbortController) =>
  workflow.tryExecute(index, {
    workflowId: `workflow ${index}`,
    correlationId: `correlation ${index}`,
    baggage: { tenant: `${index}` },
    signal,
  });

describe(`${runs} runs at once, of which each third is cancelled`, () => {
  const callers = Array.from({ length: runs }, () => new AbortController());
  const reasons = callers.map((_, index) => new CancelledError(`caller ${index} hung up`));
  const isCancelled = (index: number): boolean => index % 3 === 0;
  let outcomes: readonly Awaited<ReturnType<typeof start>>[];
  let seen: Pick<Trace, 'spans'>;
  let outside: ReturnType<typeof surroundings>;

  beforeAll(
    () =>
      observe(async (observation) => {
        const running = callers.map((caller, index) => start(index, caller));
        outside = surroundings();
        await Promise.resolve();
        for (const [index, caller] of callers.entries()) {
          if (isCancelled(index)) caller.abort(reasons[index]);
        }
        outcomes = await Promise.all(running);
        seen = { spans: observation.spans };
      }),
    120_000,
  );

  it('end as their own caller wanted, whatever the others did', () => {
    const wrong = outcomes.filter((outcome: Outcome<unknown>, index) =>
      isCancelled(index) ? outcome.ok || outcome.error !== reasons[index] : !outcome.ok,
    );
    expect(wrong).toEqual([]);
  });

  it('see their own ids, baggage, state, signal and span, in every step, branch and nested run', () => {
    const wrong = outcomes.filter((outcome, index) => {
      if (!outcome.ok) return false;
      const { slow, nested, last } = outcome.value;
      const isOwn = ({ around, ...found }: ReturnType<typeof seenIn>): boolean =>
        found.workflowId === `workflow ${index}` &&
        found.correlationId === `correlation ${index}` &&
        found.baggage === `${index}` &&
        found.state === index &&
        found.traceId === outcome.traceId &&
        !found.isAborted &&
        around.tenant === `${index}` &&
        around.traceId === outcome.traceId &&
        around.spanId === found.spanId;
      return slow[0] !== index || nested[0] !== index || ![slow[1], nested[1], last].every(isOwn);
    });
    expect(wrong).toEqual([]);
    expect(outside).toEqual({ tenant: undefined, traceId: undefined, spanId: undefined });
  });

  it('have a trace each, of spans that say the same run and lead to one root', () => {
    const traceOf = new Map(seen.spans.map(({ spanId, traceId }) => [spanId, traceId]));
    const runsOf = new Map<string, Set<unknown>>();
    for (const { traceId, attributes } of seen.spans) {
      runsOf.set(traceId, (runsOf.get(traceId) ?? new Set()).add(attributes[names.workflowId]));
    }
    const roots = seen.spans.filter(({ parentSpanId }) => parentSpanId === undefined);
    const strays = seen.spans.filter(
      ({ traceId, parentSpanId }) => parentSpanId !== undefined && traceOf.get(parentSpanId) !== traceId,
    );
    expect(strays).toEqual([]);
    expect(roots).toHaveLength(runs);
    expect(outcomes.map(({ traceId = '' }) => [...(runsOf.get(traceId) ?? [])])).toEqual(
      outcomes.map((_, index) => [`workflow ${index}`]),
    );
  });
});
