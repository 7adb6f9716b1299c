import { describe, expect, it } from '@jest/globals';
import type { SpanContext } from '@opentelemetry/api';
import { ManualClock } from './manual-clock.ts';
import type { Random } from './random.ts';
import { seededRandom } from './seeded-random.ts';
import { contextAttributes, type ContextInit, stateKey, WorkflowContext } from './workflow-context.ts';

const spanContext = (spanId: string): SpanContext => ({ traceId: 'a'.repeat(32), spanId, traceFlags: 1 });

const everything: ContextInit = {
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
};

describe('WorkflowContext', () => {
  it('tells what the caller said', () => {
    const context = new WorkflowContext(everything);
    const { tags: _tags, ...fields } = everything;
    expect(context).toMatchObject(fields);
    expect(context.tags).toEqual({ team: 'blue' });
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
});

describe('WorkflowContext.child', () => {
  it('inherits what was said, except what it says itself', () => {
    const child = new WorkflowContext(everything).child({ agentId: 'a-2', tags: { team: 'red' } });
    expect(child).toMatchObject({
      workflowId: 'w-1',
      agentId: 'a-2',
      correlationId: 'c-1',
      tags: { team: 'red' },
    });
    expect(child.baggage).toEqual({ tenant: 't-1' });
  });

  it('is caused by the span of its parent, not by what caused the parent', () => {
    const parent = new WorkflowContext(everything, { spanContext: spanContext('1'.repeat(16)) });
    expect(parent.causationId).toBe('cause-1');
    expect(parent.child().causationId).toBe('1'.repeat(16));
    expect(parent.child({ causationId: 'other' }).causationId).toBe('other');
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

describe('contextAttributes', () => {
  it('invents nothing for what was not said', () => {
    expect(contextAttributes({})).toEqual({});
  });
});
