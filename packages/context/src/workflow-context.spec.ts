import { describe, expect, it, jest } from '@jest/globals';
import { type Context, propagation, ROOT_CONTEXT, type SpanContext, trace } from '@opentelemetry/api';
import { ManualClock } from './manual-clock.ts';
import type { Random } from './random.ts';
import { seededRandom } from './seeded-random.ts';
import type { ContextInit } from './context-init.ts';
import { isWorkflowContext, stateKey, WorkflowContext } from './workflow-context.ts';

const spanContext = (spanId: string): SpanContext => ({ traceId: 'a'.repeat(32), spanId, traceFlags: 1 });

const withBaggage = (entries: Record<string, string>, around: Context = ROOT_CONTEXT): Context =>
  propagation.setBaggage(
    around,
    propagation.createBaggage(
      Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, { value }])),
    ),
  );

const everything: Required<ContextInit> = {
  workflowId: 'w-1',
  workflowName: 'review',
  agentId: 'a-1',
  agentType: 'reviewer',
  sessionId: 's-1',
  userId: 'u-1',
  requestId: 'r-1',
  llmProvider: 'openai',
  llmModelName: 'gpt-5',
  llmModelTier: 'fast',
  correlationId: 'c-1',
  causationId: 'cause-1',
  tags: { team: 'blue' },
  baggage: { tenant: 't-1' },
  metadata: { secret: 'not for telemetry' },
  signal: new AbortController().signal,
};

describe('WorkflowContext', () => {
  it('tells what the caller said', () => {
    const context = new WorkflowContext(everything);
    const { signal, ...fields } = everything;
    expect(context).toMatchObject(fields);
    expect(context.init.signal).toBe(signal);
  });

  it('has empty tags, baggage and metadata and no ids where nothing was said', () => {
    const context = new WorkflowContext();
    expect([context.tags, context.baggage, context.metadata]).toEqual([{}, {}, {}]);
    for (const field of ['workflowId', 'workflowName', 'agentId', 'agentType', 'sessionId'] as const) {
      expect(context[field]).toBeUndefined();
    }
    for (const field of [
      'userId',
      'requestId',
      'traceId',
      'spanId',
      'parentSpanId',
      'causationId',
    ] as const) {
      expect(context[field]).toBeUndefined();
    }
    expect(context.traceFlags).toBe(0);
  });

  it('makes the correlation id when it is read first, and keeps it', () => {
    let made = 0;
    const { uuid, next } = seededRandom(1);
    const random: Random = {
      next,
      uuid: () => {
        made++;
        return uuid();
      },
    };
    const context = new WorkflowContext({}, { random });
    const child = context.child();
    expect(made).toBe(0);
    expect(child.correlationId).toBe(context.correlationId);
    expect(context.correlationId).toBe(context.correlationId);
    expect(made).toBe(1);
  });

  it('knows its place in the trace from the span it is given', () => {
    const parent = new WorkflowContext({}, { spanContext: spanContext('1'.repeat(16)) });
    const child = parent.child({}, { spanContext: spanContext('2'.repeat(16)) });
    expect(child).toMatchObject({
      parent,
      traceId: 'a'.repeat(32),
      spanId: '2'.repeat(16),
      parentSpanId: '1'.repeat(16),
      traceFlags: 1,
    });
  });

  it('keeps a copy of what the caller said, and a frozen one of its maps', () => {
    const init = {
      workflowName: 'review',
      tags: { team: 'blue' },
      baggage: { tenant: 't-1' },
      metadata: { retries: 3 } as Record<string, unknown>,
    };
    const context = new WorkflowContext(init);
    init.workflowName = 'other';
    init.tags.team = init.baggage.tenant = 'other';
    init.metadata['retries'] = 0;
    expect(context).toMatchObject({
      workflowName: 'review',
      tags: { team: 'blue' },
      baggage: { tenant: 't-1' },
      metadata: { retries: 3 },
    });
    for (const map of [context.tags, context.baggage, context.metadata])
      expect(Object.isFrozen(map)).toBe(true);
  });

  it.each([
    ['zeros', { traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 1 }],
    ['what is no id', { traceId: 'trace', spanId: 'span', traceFlags: 1 }],
  ])('has no place in a trace where the ids are %s', (_, nowhere) => {
    const parent = new WorkflowContext({}, { spanContext: nowhere });
    for (const context of [parent, parent.child()]) {
      const { traceId, spanId, parentSpanId, causationId, traceFlags } = context;
      expect([traceId, spanId, parentSpanId, causationId, traceFlags]).toEqual([
        undefined,
        undefined,
        undefined,
        undefined,
        0,
      ]);
    }
  });

  it('begins at a whole millisecond', () => {
    const startedAtMs = new ManualClock(5_000).monotonic() - 0.4;
    const { startTimeMs } = new WorkflowContext({}, { clock: new ManualClock(5_000), startedAtMs });
    expect(startTimeMs).toBe(5_000);
  });

  it('is one, whatever copy of the package made it', async () => {
    let foreign: WorkflowContext | undefined;
    await jest.isolateModulesAsync(async () => {
      foreign = new (await import('./workflow-context.ts')).WorkflowContext();
    });
    expect(foreign instanceof WorkflowContext).toBe(false);
    for (const context of [foreign, new WorkflowContext(), new WorkflowContext().child()]) {
      expect(isWorkflowContext(context)).toBe(true);
    }
    for (const other of [{}, { init: {} }, null, undefined, 'text', () => 1]) {
      expect(isWorkflowContext(other)).toBe(false);
    }
  });

  it('goes on in the trace around it where it has no span of its own', () => {
    const remote = { ...spanContext('7'.repeat(16)), traceFlags: 3, isRemote: true };
    const otelContext = trace.setSpanContext(ROOT_CONTEXT, remote);
    const context = new WorkflowContext({}, { otelContext });
    expect(context).toMatchObject({
      traceId: remote.traceId,
      spanId: undefined,
      parentSpanId: remote.spanId,
      parentSpanContext: remote,
      traceFlags: 3,
      causationId: remote.spanId,
    });
    expect(new WorkflowContext({ causationId: 'message-1' }, { otelContext }).causationId).toBe('message-1');
  });

  it('takes a span of zeros around it for none', () => {
    const otelContext = trace.setSpanContext(ROOT_CONTEXT, {
      traceId: '0'.repeat(32),
      spanId: '0'.repeat(16),
      traceFlags: 0,
    });
    expect(new WorkflowContext({}, { otelContext })).toMatchObject({
      traceId: undefined,
      parentSpanId: undefined,
      causationId: undefined,
    });
  });

  it.each([0, 1, 3])('has the trace flags of its span as the number %d', (traceFlags) => {
    const of = { ...spanContext('1'.repeat(16)), traceFlags };
    const parent = new WorkflowContext({}, { spanContext: of });
    expect(parent.traceFlags).toBe(traceFlags);
    expect(parent.child().child().traceFlags).toBe(traceFlags);
  });

  it('reads the baggage around it, before which the own entries of the caller win', () => {
    const otelContext = withBaggage({ tenant: 'theirs', region: 'eu' });
    const context = new WorkflowContext({ baggage: { tenant: 'mine' } }, { otelContext });
    expect(context.baggage).toEqual({ tenant: 'mine', region: 'eu' });
    expect(context.baggage).toBe(context.baggage);
    expect(Object.isFrozen(context.baggage)).toBe(true);
    expect(new WorkflowContext({}, { otelContext: ROOT_CONTEXT }).baggage).toEqual({});
  });

  it('reads no baggage before someone asks', () => {
    let reads = 0;
    const counting = {
      getValue: () => {
        reads++;
        return undefined;
      },
    } as unknown as Context;
    const context = new WorkflowContext({}, { otelContext: counting });
    const before = reads;
    context.child().toAttributes();
    expect(reads).toBe(before);
    expect(context.baggage).toEqual({});
    expect(reads).toBe(before + 1);
  });

  it('measures time and marks moments by its clock', () => {
    const clock = new ManualClock(5_000);
    const context = new WorkflowContext({}, { clock });
    clock.spend(40);
    context.checkpoint('fetched');
    clock.spend(2.5);
    expect(context.startTimeMs).toBe(5_000);
    expect(context.elapsedMs()).toBe(42.5);
    expect(context.checkpoints).toEqual([{ name: 'fetched', atMs: 40 }]);
  });

  it('may have begun before it was made', () => {
    const clock = new ManualClock(5_000);
    const startedAtMs = clock.monotonic();
    clock.spend(40.25);
    const context = new WorkflowContext({}, { clock, startedAtMs });
    expect([context.startTimeMs, context.elapsedMs()]).toEqual([5_000, 40.25]);
  });
});

describe('WorkflowContext.child', () => {
  it('inherits all that was said but the cause, except what it says itself', () => {
    const parent = new WorkflowContext(everything);
    const { signal, causationId: _cause, ...inherited } = everything;
    expect(parent.child()).toMatchObject(inherited);
    expect(parent.child().init.signal).toBe(signal);
    expect(parent.child().init.causationId).toBeUndefined();
    expect(parent.child({ agentId: 'a-2' })).toMatchObject({ ...inherited, agentId: 'a-2' });
    for (const field of Object.keys(inherited) as (keyof typeof inherited)[]) {
      const value = typeof inherited[field] === 'string' ? 'own' : { own: 'own' };
      expect(parent.child({ [field]: value })[field]).toEqual(
        typeof value === 'string' ? value : { ...(inherited[field] as object), ...value },
      );
    }
  });

  it.each(['tags', 'baggage', 'metadata'] as const)(
    'merges its %s with those of its parent, which stay as they were',
    (map) => {
      const parent = new WorkflowContext({ [map]: { team: 'blue', level: 'one' } });
      const own: Record<string, string> = { team: 'red', extra: 'yes' };
      const child = parent.child({ [map]: own });
      own['extra'] = 'changed later';
      expect(child[map]).toEqual({ team: 'red', level: 'one', extra: 'yes' });
      expect(child.init[map]).toBe(child[map]);
      expect(child.child()[map]).toBe(child[map]);
      expect(Object.isFrozen(child[map])).toBe(true);
      expect(parent[map]).toEqual({ team: 'blue', level: 'one' });
    },
  );

  it('merges its baggage with what came from outside', () => {
    const parent = new WorkflowContext({}, { otelContext: withBaggage({ tenant: 't-1', region: 'eu' }) });
    expect(parent.child().baggage).toBe(parent.baggage);
    expect(parent.child({ baggage: { region: 'us' } }).child().baggage).toEqual({
      tenant: 't-1',
      region: 'us',
    });
  });

  it('has what came from outside also where its parent was told some, and follows what comes in between', () => {
    const parent = new WorkflowContext(
      { baggage: { tenant: 't-1' } },
      { otelContext: withBaggage({ region: 'eu' }) },
    );
    expect(parent.child().baggage).toEqual({ tenant: 't-1', region: 'eu' });
    const between = { otelContext: withBaggage({ tenant: 'between' }) };
    expect(parent.child({}, between).baggage).toEqual({ tenant: 'between' });
  });

  it('is in the trace of its parent, below its span, before it has a span itself', () => {
    const root = new WorkflowContext({}, { spanContext: { ...spanContext('1'.repeat(16)), traceFlags: 0 } });
    const child = root.child().child();
    expect(child).toMatchObject({
      traceId: 'a'.repeat(32),
      spanId: undefined,
      parentSpanId: '1'.repeat(16),
      causationId: '1'.repeat(16),
      traceFlags: 0,
    });
  });

  it('has the cause of its parent where that has no span', () => {
    const parent = new WorkflowContext({ causationId: 'message-1' });
    expect(parent.child().child().causationId).toBe('message-1');
  });

  it('is caused by the span of its parent, not by what caused the parent', () => {
    const parent = new WorkflowContext(everything, { spanContext: spanContext('1'.repeat(16)) });
    expect(parent.causationId).toBe('cause-1');
    expect(parent.child().causationId).toBe('1'.repeat(16));
    expect(parent.child({ causationId: 'other' }).causationId).toBe('other');
    expect(parent.child().causationId).not.toBe(parent.correlationId);
  });

  it('may begin a correlation of its own, which its children share', () => {
    const parent = new WorkflowContext({ correlationId: 'c-1' });
    const child = parent.child({ correlationId: 'c-2' });
    expect([parent.correlationId, child.child().correlationId]).toEqual(['c-1', 'c-2']);
  });

  it('has a start and marked moments of its own, by the same clock', () => {
    const clock = new ManualClock();
    const parent = new WorkflowContext({}, { clock });
    parent.checkpoint('begun');
    clock.spend(10);
    const child = parent.child();
    expect(child.checkpoints).toEqual([]);
    clock.spend(5);
    child.checkpoint('half');
    expect(child.checkpoints).toEqual([{ name: 'half', atMs: 5 }]);
    expect(parent.checkpoints).toEqual([{ name: 'begun', atMs: 0 }]);
  });

  it('shares one typed state with parent and siblings', () => {
    const total = stateKey<number>('total');
    const parent = new WorkflowContext();
    const [left, right] = [parent.child(), parent.child().child()];
    left.set(total, 1);
    right.set(total, (right.get(total) ?? 0) + 1);
    const seen: number | undefined = parent.get(total);
    expect(seen).toBe(2);
    expect(new WorkflowContext().get(total)).toBeUndefined();
    // @ts-expect-error: the key says that the value is a number.
    parent.set(total, 'two');
  });

  it('gives all of the state by the ids of its keys, as a copy', () => {
    const parent = new WorkflowContext();
    expect(parent.child().entries()).toEqual({});
    parent.set(stateKey<number>('total'), 1);
    const entries = parent.child().entries();
    entries['total'] = 2;
    expect(parent.entries()).toEqual({ total: 1 });
  });

  it('copies neither the state nor what was said, however many there are', () => {
    let reads = 0;
    const counted = <T extends object>(value: T): T =>
      new Proxy(value, {
        get: (target, key): unknown => (reads++, Reflect.get(target, key)),
        ownKeys: (target) => (reads++, Reflect.ownKeys(target)),
      });
    const history = stateKey<string[]>('history');
    const list = counted(['said before']);
    const first = new WorkflowContext(everything).child();
    first.set(history, list);
    let last = first;
    for (let step = 0; step < 10_000; step++) last = last.child();
    expect(Object.is(last.get(history), list)).toBe(true);
    expect(reads).toBe(0);
    expect(last.init).toBe(first.init);
    expect(last.correlationId).toBe('c-1');
  });
});

describe('toAttributes', () => {
  it('names everything by the telemetry names, and neither baggage nor metadata', () => {
    expect(new WorkflowContext(everything).toAttributes()).toEqual({
      'workflow.id': 'w-1',
      'workflow.name': 'review',
      'agent.id': 'a-1',
      'agent.type': 'reviewer',
      'session.id': 's-1',
      'user.id': 'u-1',
      'request.id': 'r-1',
      'llm.provider': 'openai',
      'llm.model_name': 'gpt-5',
      'llm.model_tier': 'fast',
      'correlation.id': 'c-1',
      'causation.id': 'cause-1',
      'tag.team': 'blue',
    });
  });

  it('adds correlation and cause of a child', () => {
    const parent = new WorkflowContext(
      {},
      { spanContext: spanContext('1'.repeat(16)), random: seededRandom(1) },
    );
    expect(parent.child().toAttributes()).toEqual({
      'correlation.id': parent.correlationId,
      'causation.id': '1'.repeat(16),
    });
  });
});
