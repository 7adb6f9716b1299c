import {
  type Baggage,
  baggageEntryMetadataFromString,
  context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
  type SpanContext,
  trace,
} from '@opentelemetry/api';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  type ContextInit,
  InvalidOptionError,
  stateKey,
  W3CPropagator,
  WorkflowContext,
} from '@tta/obs-context';
import { custom, outer } from '../test/custom.ts';
import { enableContexts, Observed } from '../test/observed.ts';
import { withInstrumentation } from './current-instrumentation.ts';
import { Instrumentation } from './instrumentation.ts';

beforeAll(enableContexts);

const propagator = new W3CPropagator();
const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';
const remote: SpanContext = { traceId, spanId, traceFlags: 1 };

/** What a request that is sent now would carry. */
function sent(): Record<string, string> {
  const headers: Record<string, string> = {};
  propagator.inject(context.active(), headers, defaultTextMapSetter);
  return headers;
}

/** Runs `fn` as the handler of a request with these headers. */
const received = <T>(headers: Record<string, string>, fn: () => T): T =>
  context.with(propagator.extract(context.active(), headers, defaultTextMapGetter), fn);

/** What a step knows of its place. */
const seen = (scope: { readonly context: WorkflowContext }) => {
  const { traceId, parentSpanId, causationId, traceFlags, baggage } = scope.context;
  return { traceId, parentSpanId, causationId, traceFlags, baggage: { ...baggage } };
};
const looking = custom('looking', (_: number, scope) => seen(scope));

/** Not in the `import()` itself, where the rules on layers would take the package for one that is loaded lazily. */
const contextPackage: string = '@tta/obs-context';

describe('a run that is handed a context made by hand', () => {
  it('goes on in the trace of that context, and keeps its cause', async () => {
    const observed = new Observed();
    const mine = new WorkflowContext({ causationId: 'message-1' }, { spanContext: remote });
    expect(await observed.run(() => looking.execute(0, mine))).toMatchObject({
      traceId,
      parentSpanId: spanId,
      causationId: 'message-1',
    });
    const root = observed.span('primitive.custom.process');
    expect(root.spanContext().traceId).toBe(traceId);
    expect(root.parentSpanContext).toEqual({ ...remote, isRemote: true });
    expect(root.attributes['causation.id']).toBe('message-1');
  });

  it('is caused by its span where no cause was named, and its steps by their own parents', async () => {
    const observed = new Observed();
    const mine = new WorkflowContext({}, { spanContext: remote }).child({ tags: { team: 'blue' } });
    const causes: (string | undefined)[] = [];
    const root = custom('root', (n: number, scope) => {
      causes.push(scope.context.causationId);
      return scope.step('step_0', (_: number, step) => causes.push(step.context.causationId), n);
    });
    await observed.run(() => root.execute(0, mine));
    const own = observed.span('primitive.custom.process');
    expect(own.parentSpanContext?.spanId).toBe(spanId);
    expect(causes).toEqual([spanId, own.spanContext().spanId]);
  });

  it('follows the decision of that trace not to be sampled', async () => {
    const observed = new Observed();
    const mine = new WorkflowContext({}, { spanContext: { ...remote, traceFlags: 0 } });
    expect(await observed.run(() => looking.execute(0, mine))).toMatchObject({ traceId, traceFlags: 0 });
    expect(observed.spans).toEqual([]);
  });

  it('prefers that trace to the one that is active, and sends it on where nothing records', async () => {
    const active = trace.setSpanContext(ROOT_CONTEXT, { ...remote, spanId: '1'.repeat(16) });
    const mine = new WorkflowContext({}, { spanContext: remote });
    const headers = await context.with(withInstrumentation(active, new Instrumentation()), () =>
      outer(() => sent()).execute(0, mine),
    );
    expect(headers).toEqual({ traceparent: `00-${traceId}-${spanId}-01` });
  });

  it('stays in the trace that is active where that context has none, or one of zeros', async () => {
    const observed = new Observed();
    const active = withInstrumentation(trace.setSpanContext(ROOT_CONTEXT, remote), observed.instrumentation);
    const zeros = { traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 1 };
    for (const mine of [new WorkflowContext(), new WorkflowContext({}, { spanContext: zeros })]) {
      await context.with(active, () => looking.execute(0, mine));
    }
    expect(observed.spans.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual([
      spanId,
      spanId,
    ]);
  });

  it('has the baggage that came in with that trace, under what the caller says, and sends it on', async () => {
    const observed = new Observed({ baggageKeys: ['tenant'] });
    const headers = { traceparent: `00-${traceId}-${spanId}-01`, baggage: 'tenant=acme,region=eu' };
    const otelContext = propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
    const both = custom('both', (_: number, scope) => [scope.context.baggage, sent()['baggage']]);
    const run = (mine: WorkflowContext) => observed.run(() => both.execute(0, mine));
    const extracted = new WorkflowContext({}, { otelContext });
    expect(await run(extracted)).toEqual([{ tenant: 'acme', region: 'eu' }, 'tenant=acme,region=eu']);
    expect(await run(extracted.child({ baggage: { tenant: 'mine' } }))).toEqual([
      { tenant: 'mine', region: 'eu' },
      'tenant=mine,region=eu',
    ]);
    const said = new WorkflowContext({ baggage: { plan: 'pro' } }, { otelContext });
    expect(await run(said.child())).toEqual([
      { tenant: 'acme', region: 'eu', plan: 'pro' },
      'tenant=acme,region=eu,plan=pro',
    ]);
    expect(observed.spans.map(({ attributes }) => attributes['baggage.tenant'])).toEqual([
      'acme',
      'mine',
      'acme',
    ]);
  });

  it('has no baggage where neither that context nor anything around it has some', async () => {
    const look = custom('look', () => propagation.getActiveBaggage());
    expect(await new Observed().run(() => look.execute(0, new WorkflowContext()))).toBeUndefined();
  });

  it('is taken for one also where another copy of the package made it', async () => {
    let mine = new WorkflowContext();
    await jest.isolateModulesAsync(async () => {
      const copy = (await import(contextPackage)) as { WorkflowContext: typeof WorkflowContext };
      const Copied = copy.WorkflowContext;
      mine = new Copied({ tags: { team: 'blue' } }, { spanContext: remote });
    });
    expect(mine instanceof WorkflowContext).toBe(false);
    const observed = new Observed();
    const key = stateKey<string>('answer');
    const inner = custom('inner', () => {
      throw new Error('boom');
    });
    const root = custom('root', (n: number, scope) => {
      scope.context.set(key, 'yes');
      const elsewhere = withInstrumentation(ROOT_CONTEXT, observed.instrumentation);
      return context.with(elsewhere, () => inner.tryExecute(n, scope.context));
    });
    expect(await observed.run(() => root.execute(0, mine))).toMatchObject({
      info: { path: ['root', 'inner'] },
    });
    expect(mine.get(key)).toBe('yes');
    const [span] = observed.spans;
    expect([span?.spanContext().traceId, span?.attributes['correlation.id']]).toEqual([
      traceId,
      mine.correlationId,
    ]);
  });

  it('is found by the correlation id of that context', async () => {
    const observed = new Observed();
    const mine = new WorkflowContext();
    await observed.run(() => looking.execute(0, mine));
    await observed.run(() => looking.execute(0, mine));
    expect(observed.spans.map(({ attributes }) => attributes['correlation.id'])).toEqual([
      mine.correlationId,
      mine.correlationId,
    ]);
  });
});

describe('a run that begins in a request', () => {
  const headers = { traceparent: `00-${traceId}-${spanId}-01`, baggage: 'tenant=t-1,region=eu;prop=1' };

  it('has the span of the request for parent and cause, unless the caller names another', async () => {
    const observed = new Observed();
    const run = (init?: ContextInit | WorkflowContext) =>
      observed.run(() => received(headers, () => looking.execute(0, init)));
    expect(await run()).toMatchObject({ traceId, parentSpanId: spanId, causationId: spanId });
    expect(await run(new WorkflowContext())).toMatchObject({ parentSpanId: spanId, causationId: spanId });
    expect(await run({ causationId: 'message-1' })).toMatchObject({
      parentSpanId: spanId,
      causationId: 'message-1',
    });
  });

  it('reads its baggage, before which that of the caller wins', async () => {
    const observed = new Observed();
    const run = (init?: ContextInit | WorkflowContext) =>
      observed.run(() => received(headers, () => outer(looking).execute(0, init)));
    expect((await run()).baggage).toEqual({ tenant: 't-1', region: 'eu' });
    const baggage = { tenant: 'mine', plan: 'pro' };
    const merged = { tenant: 'mine', region: 'eu', plan: 'pro' };
    expect((await run({ baggage })).baggage).toEqual(merged);
    expect((await run(new WorkflowContext({ baggage }))).baggage).toEqual(merged);
  });

  it('sends its own baggage on over that of the request, of which the properties stay', async () => {
    const observed = new Observed();
    const inside = await observed.run(() =>
      received(headers, async () => {
        const inside = await outer(() => sent()).execute(0, { baggage: { tenant: 'mine' } });
        expect(sent()['baggage']).toBe('tenant=t-1,region=eu;prop=1');
        return inside;
      }),
    );
    expect(inside['baggage']).toBe('tenant=mine,region=eu;prop=1');
  });

  it('does not look at the baggage where nobody says or reads any', async () => {
    const observed = new Observed();
    const untouched = new Proxy({} as Baggage, {
      get: (_, key) => {
        throw new Error(`read: ${String(key)}`);
      },
    });
    const active = propagation.setBaggage(ROOT_CONTEXT, untouched);
    const primitive = outer(custom('p', (_: number, scope) => scope.context.spanId));
    await context.with(withInstrumentation(active, observed.instrumentation), () =>
      primitive.execute(0, { tags: { team: 'blue' } }),
    );
    expect([observed.spans.length, observed.instrumentation.faults]).toEqual([3, 0]);
  });
});

describe('the baggage of a run', () => {
  it.each([
    ['records', () => new Observed().instrumentation],
    ['does not record', () => new Instrumentation()],
  ])('reaches every request from within it where telemetry %s', async (_, make) => {
    const nested = custom('nested', () => sent());
    const primitive = outer((n: number, scope) => nested.execute(n, scope.context));
    const headers = await context.with(withInstrumentation(ROOT_CONTEXT, make()), () =>
      primitive.execute(0, { baggage: { tenant: 't 1' } }),
    );
    expect(headers['baggage']).toBe('tenant=t%201');
  });

  it('is that of the run around it, with its own over it', async () => {
    const observed = new Observed();
    const baggages = async (n: number, init?: ContextInit | WorkflowContext) =>
      custom('nested', (_: number, scope) => [scope.context.baggage, sent()['baggage']]).execute(n, init);
    const root = custom('root', async (n: number, scope) => [
      await baggages(n),
      await baggages(n, { agentType: 'critic' }),
      await baggages(n, { baggage: { plan: 'pro' } }),
      await baggages(n, scope.context.child({ baggage: { tenant: 'other' } })),
      await baggages(n, scope.context),
    ]);
    expect(await observed.run(() => root.execute(0, { baggage: { tenant: 't-1' } }))).toEqual([
      [{ tenant: 't-1' }, 'tenant=t-1'],
      [{ tenant: 't-1' }, 'tenant=t-1'],
      [{ tenant: 't-1', plan: 'pro' }, 'tenant=t-1,plan=pro'],
      [{ tenant: 'other' }, 'tenant=other'],
      [{ tenant: 't-1' }, 'tenant=t-1'],
    ]);
  });

  it('follows what the user puts there in between', async () => {
    const observed = new Observed();
    const inner = custom('inner', async (n: number, scope) => [
      scope.context.baggage,
      (await looking.execute(n, scope.context.child({ tags: { team: 'blue' } }))).baggage,
    ]);
    const root = custom('root', (n: number) => {
      const between = propagation.createBaggage({ tenant: { value: 'between' } });
      return context.with(propagation.setBaggage(context.active(), between), () =>
        inner.execute(n, { agentType: 'critic' }),
      );
    });
    expect(await observed.run(() => root.execute(0, { baggage: { tenant: 't-1' } }))).toEqual([
      { tenant: 'between' },
      { tenant: 'between' },
    ]);
  });

  it.each(['records', 'does not record'])(
    'and its span follow the user between it and the run whose context it is handed, where telemetry %s',
    async (how) => {
      const observed = new Observed();
      const instrumentation = how === 'records' ? observed.instrumentation : new Instrumentation();
      const mine = { ...remote, spanId: '2'.repeat(16) };
      const inner = custom('inner', () => [sent()['baggage'], trace.getActiveSpan() !== undefined]);
      const root = custom('root', (n: number, scope) => {
        const entries = propagation.createBaggage({ tenant: { value: 'between' } });
        const between = trace.setSpanContext(propagation.setBaggage(context.active(), entries), mine);
        return context.with(between, async () => [
          await inner.execute(n, scope.context),
          await inner.execute(n, scope.context.child({ tags: { team: 'blue' } })),
        ]);
      });
      const active = withInstrumentation(ROOT_CONTEXT, instrumentation);
      expect(await context.with(active, () => root.execute(0, { baggage: { tenant: 't-1' } }))).toEqual([
        ['tenant=between', true],
        ['tenant=between', true],
      ]);
      for (const span of observed.spans.filter(({ attributes }) => attributes['primitive.name'] === 'inner'))
        expect(span.parentSpanContext?.spanId).toBe(mine.spanId);
    },
  );

  it('is that of the run whose context is handed in elsewhere', async () => {
    const observed = new Observed();
    const inner = custom('inner', () => sent()['baggage']);
    const root = custom('root', (n: number, scope) => {
      const elsewhere = withInstrumentation(ROOT_CONTEXT, observed.instrumentation);
      return context.with(elsewhere, () => inner.execute(n, scope.context));
    });
    expect(await observed.run(() => root.execute(0, { baggage: { tenant: 't-1' } }))).toBe('tenant=t-1');
  });

  it('takes only text, and any key', async () => {
    const observed = new Observed();
    const baggage = JSON.parse('{"__proto__":"p","count":1,"tenant":"t-1"}') as Record<string, string>;
    const [told, headers] = await observed.run(() =>
      custom('look', (_: number, scope) => [scope.context.baggage, sent()] as const).execute(0, { baggage }),
    );
    expect(headers['baggage']).toBe('__proto__=p,tenant=t-1');
    expect(Object.entries(told)).toContainEqual(['__proto__', 'p']);
  });

  it('shows on no span unless its keys are named', async () => {
    const observed = new Observed();
    await observed.run(() => outer(looking).execute(0, { baggage: { tenant: 't-1' } }));
    for (const { attributes } of observed.spans) {
      expect(Object.keys(attributes).filter((key) => key.startsWith('baggage.'))).toEqual([]);
    }
  });

  it('shows on every span of it for the keys that are named, wherever it came from', async () => {
    const observed = new Observed({ baggageKeys: ['tenant', 'region', 'absent'] });
    const active = { baggage: 'region=eu,secret=s' };
    await observed.run(() =>
      received(active, () => outer(looking).execute(0, { baggage: { tenant: 't-1' }, tags: { a: 'b' } })),
    );
    await observed.run(() => received(active, () => looking.execute(0)));
    const said = { 'baggage.tenant': 't-1', 'baggage.region': 'eu', 'tag.a': 'b' };
    expect(
      observed.spans.map(({ attributes }) =>
        Object.fromEntries(Object.entries(attributes).filter(([key]) => /^(baggage|tag)\./.test(key))),
      ),
    ).toEqual([said, said, said, { 'baggage.region': 'eu' }]);
  });

  it.each([['tenant'], [['']], [[1]], [{}]])('is not shown for keys that are none: %p', (baggageKeys) => {
    const make = () => new Instrumentation({ baggageKeys } as never);
    expect(make).toThrow(InvalidOptionError);
    expect(make).toThrow('baggageKeys has to be a list of names: ["tenant"]');
  });

  it('never fails a run, even where it is broken', async () => {
    const broken = (): never => {
      throw new Error('baggage is broken');
    };
    const baggage = { getEntry: broken, setEntry: broken, getAllEntries: broken } as unknown as Baggage;
    const observed = new Observed({ baggageKeys: ['tenant'] });
    const active = propagation.setBaggage(ROOT_CONTEXT, baggage);
    const value = await context.with(withInstrumentation(active, observed.instrumentation), () =>
      custom('p', () => 'value').execute(0, { baggage: { tenant: 't-1' } }),
    );
    expect([value, observed.instrumentation.faults, observed.spans.length]).toEqual(['value', 2, 1]);
  });

  it('keeps what else OpenTelemetry knows about an entry', async () => {
    const observed = new Observed();
    const metadata = baggageEntryMetadataFromString('ttl=1');
    const active = propagation.setBaggage(
      withInstrumentation(ROOT_CONTEXT, observed.instrumentation),
      propagation.createBaggage({ region: { value: 'eu', metadata } }),
    );
    const entries = await context.with(active, () =>
      custom('p', () => propagation.getActiveBaggage()?.getAllEntries()).execute(0, {
        baggage: { tenant: 't-1' },
      }),
    );
    expect(entries).toEqual([
      ['region', { value: 'eu', metadata }],
      ['tenant', { value: 't-1' }],
    ]);
  });
});

describe('the context of a step', () => {
  it('begins with the step, however late it is read', async () => {
    const observed = new Observed();
    const { clock } = observed;
    const begunAt = clock.now();
    const read = ({ context: own }: { readonly context: WorkflowContext }) => {
      own.checkpoint('read');
      return [own.startTimeMs - begunAt, own.elapsedMs(), own.checkpoints[0]?.atMs];
    };
    const root = custom('root', async (n: number, scope) => {
      clock.spend(30);
      const inner = await scope.step('step_0', (_n: number, step) => (clock.spend(12), read(step)), n);
      return [inner, read(scope)];
    });
    expect(await observed.run(() => root.execute(0))).toEqual([
      [30, 12, 12],
      [0, 42, 42],
    ]);
  });

  it('begins when it is read where nothing is told of the step', async () => {
    const { clock } = new Observed();
    const root = custom('root', (_: number, scope) => {
      clock.spend(30);
      const { startTimeMs } = scope.context;
      clock.spend(12);
      return [clock.now() - startTimeMs, scope.context.elapsedMs()];
    });
    const active = withInstrumentation(ROOT_CONTEXT, new Instrumentation({ clock }));
    expect(await context.with(active, () => root.execute(0))).toEqual([12, 12]);
  });
});

describe('what a run was told', () => {
  it('stays as it was when the caller changes its object while the run goes on', async () => {
    const observed = new Observed();
    const init = { workflowName: 'review', tags: { team: 'blue' }, baggage: { tenant: 't-1' } };
    const running = observed.run(() =>
      custom('waiting', async (n: number, scope) => {
        await Promise.resolve();
        const { workflowName, tags, baggage } = scope.context;
        await scope.step('step_0', () => 1, n);
        return { workflowName, tags, baggage };
      }).execute(0, init),
    );
    init.workflowName = init.tags.team = init.baggage.tenant = 'other';
    expect(await running).toEqual({
      workflowName: 'review',
      tags: { team: 'blue' },
      baggage: { tenant: 't-1' },
    });
    for (const { attributes } of observed.spans) expect(attributes['tag.team']).toBe('blue');
    expect(Object.keys(await observed.points('primitive.execution.count')).join()).not.toContain('other');
  });

  it('is shared, and the state with it, by 10,000 steps without a copy', async () => {
    const observed = new Observed();
    const key = stateKey<string[]>('history');
    let reads = 0;
    const history = new Proxy(['first'], {
      get: (target, name): unknown => (reads++, Reflect.get(target, name)),
      ownKeys: (target) => (reads++, Reflect.ownKeys(target)),
    });
    const metadata = { history };
    let same = 0;
    const root = custom('root', async (n: number, scope) => {
      const { context: own } = scope;
      own.set(key, history);
      const step = (_: number, { context: mine }: { readonly context: WorkflowContext }): void => {
        if (
          Object.is(mine.get(key), history) &&
          mine.init === own.init &&
          mine.baggage === own.baggage &&
          Object.is(mine.metadata['history'], history)
        )
          same++;
      };
      for (let index = 0; index < 10_000; index++) await scope.step('inner', step, n);
    });
    await observed.run(() =>
      root.execute(0, { metadata, tags: { team: 'blue' }, baggage: { tenant: 't-1' } }),
    );
    expect([same, reads]).toEqual([10_000, 0]);
  });
});
