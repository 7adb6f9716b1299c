import { context, createContextKey, propagation, ROOT_CONTEXT, type Tracer } from '@opentelemetry/api';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { stateKey, type WorkflowContext } from '@tta/obs-context';
import { custom } from '../test/custom.ts';
import { enableContexts, Observed } from '../test/observed.ts';
import { withInstrumentation } from './current-instrumentation.ts';
import { describeError } from './error-info.ts';
import { executionOf, executionContext } from './execution-context.ts';
import type { Execution } from './execution.ts';
import { Instrumentation } from './instrumentation.ts';

beforeAll(enableContexts);

const broken = (): never => {
  throw new Error('telemetry is broken');
};
const brokenTracer = { startSpan: broken, startActiveSpan: broken } as unknown as Tracer;

const listening = (): Instrumentation => {
  const instrumentation = new Instrumentation();
  instrumentation.onExecution({ onEnd: () => undefined });
  return instrumentation;
};

describe.each([
  ['spans and metrics are recorded', () => new Observed().instrumentation],
  ['only metrics are recorded', () => new Instrumentation({ meter: new Observed().meter })],
  ['only a listener is told', listening],
  ['the tracer is at fault', () => new Instrumentation({ tracer: brokenTracer })],
  ['nothing is recorded', () => new Instrumentation()],
])('a primitive that is executed inside a run, where %s', (_, make) => {
  const observed = <T>(fn: () => T): T => context.with(withInstrumentation(ROOT_CONTEXT, make()), fn);

  it('has state, tags, baggage and correlation id of the run, and its place in it', async () => {
    const key = stateKey<string>('answer');
    const seen: unknown[] = [];
    const error = new Error('boom');
    const look = ({ context: own }: { readonly context: WorkflowContext }) => {
      seen.push([own.get(key), own.tags, own.baggage, own.correlationId]);
    };
    const inner = custom('inner', (_: number, scope) => {
      look(scope);
      throw error;
    });
    const root = custom('root', (n: number, scope) => {
      scope.context.set(key, 'yes');
      look(scope);
      return scope.step('step_0', (m: number) => inner.execute(m), n);
    });
    const init = { tags: { team: 'blue' }, baggage: { tenant: 't-1' } };
    await expect(observed(() => root.execute(0, init))).rejects.toBe(error);
    expect(seen[0]).toMatchObject(['yes', init.tags, init.baggage, expect.any(String)]);
    expect(seen[1]).toEqual(seen[0]);
    expect(describeError(error)?.path).toEqual(['root', 'step_0', 'inner']);
  });

  it.each([
    ['the run', undefined],
    ['its step alone', new AbortController()],
  ])('does not begin when %s was cancelled', async (_, own) => {
    const controller = new AbortController();
    const reason = new Error('changed my mind');
    let charged = 0;
    const charge = custom('charge', () => charged++);
    const checkout = custom('checkout', (n: number, scope) =>
      scope.step(
        'inner',
        (m: number) => {
          (own ?? controller).abort(reason);
          return charge.execute(m);
        },
        n,
        own ? { signal: own.signal } : {},
      ),
    );
    const running = observed(() => checkout.execute(0, { signal: controller.signal }));
    await expect(running).rejects.toBe(reason);
    expect(charged).toBe(0);
  });

  it('sees what the code around it has put in the context', async () => {
    const key = createContextKey('mine');
    const inner = custom('inner', () => context.active().getValue(key));
    const root = custom('root', (n: number, scope) =>
      context.with(context.active().setValue(key, 'mine'), async () => [
        await inner.execute(n),
        await scope.step('step_0', inner, n),
        context.active().deleteValue(key).getValue(key),
      ]),
    );
    expect(await observed(() => root.execute(0))).toEqual(['mine', 'mine', undefined]);
  });
});

describe('a run', () => {
  it.each([
    ['spans and metrics', new Observed()],
    ['metrics alone', undefined],
  ])('inside another is no further active workflow, with %s', async (_, full) => {
    const meters = full ?? new Observed();
    const instrumentation = full ? full.instrumentation : new Instrumentation({ meter: meters.meter });
    let during: unknown;
    const inner = custom('inner', async () => {
      during = await meters.points('agent.workflows.active');
    });
    await context.with(withInstrumentation(ROOT_CONTEXT, instrumentation), () =>
      custom('outer', (n: number) => inner.execute(n)).execute(0),
    );
    expect(during).toEqual({ '': 1 });
  });
});

describe('executionContext', () => {
  const [one, two] = [{}, {}] as [Execution, Execution];

  it('leads to the execution, through every value that is set and deleted after', () => {
    const key = createContextKey('mine');
    const other = createContextKey('other');
    const within = executionContext(ROOT_CONTEXT.setValue(key, 1), one);
    expect([executionOf(ROOT_CONTEXT), executionOf(within), within.getValue(key)]).toEqual([
      undefined,
      one,
      1,
    ]);
    const further = within.setValue(other, 2).deleteValue(key);
    expect(executionOf(further)).toBe(one);
    expect([further.getValue(key), further.getValue(other)]).toEqual([undefined, 2]);
    expect(executionOf(executionContext(further, two))).toBe(two);
    const baggage = propagation.createBaggage({ tenant: { value: 't-1' } });
    expect(propagation.getBaggage(propagation.setBaggage(within, baggage))).toBe(baggage);
  });

  it('makes no chain, however deep the executions nest', () => {
    const key = createContextKey('mine');
    let deep = ROOT_CONTEXT.setValue(key, 1);
    for (let depth = 0; depth < 100_000; depth++) deep = executionContext(deep, one);
    expect(deep.getValue(key)).toBe(1);
  });
});
