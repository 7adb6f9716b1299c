import type { AttributesJson, PrimitiveFacts } from '@tta/obs-protocol';
import { isTraceDocument } from '@tta/obs-protocol';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { recordedSpans } from '../testing/recorded-spans.ts';
import { primitiveFacts } from './primitive-facts.ts';

const event = (name: string, attributes: AttributesJson = {}) => ({ name, attributes });
const factsOf = (attributes: AttributesJson) => primitiveFacts({ attributes, events: [] });
const factsOfEvents = (...events: readonly ReturnType<typeof event>[]) =>
  primitiveFacts({ attributes: {}, events });

describe('primitiveFacts', () => {
  it.each<[AttributesJson, PrimitiveFacts]>([
    [{ 'step.edge': 'attempt_2' }, { edge: 'attempt_2' }],
    [
      { 'cache.outcome': 'hit', 'cost.saved_usd': 0.2 },
      { cacheOutcome: 'hit', savedUsd: 0.2 },
    ],
    [{ 'retry.stopped': 'budget' }, { retryStopped: 'budget' }],
    [
      { 'fallback.depth': 0, 'fallback.stopped': 'streamed' },
      { fallbackDepth: 0, fallbackStopped: 'streamed' },
    ],
    [
      { 'timeout.limit_ms': 2000, 'timeout.overrun_ms': 0.5 },
      { limitMs: 2000, overrunMs: 0.5 },
    ],
    [
      { 'hedge.attempts': 2, 'hedge.winner': 2, 'hedge.withheld': 'budget' },
      { hedgeAttempts: 2, hedgeWinner: 2, hedgeWithheld: 'budget' },
    ],
    [{ 'circuit_breaker.state': 'half_open' }, { circuitState: 'half_open' }],
    [{ 'wait.duration_ms': 160, 'wait.for': 'slot' }, { waitedMs: 160 }],
    [
      { 'shared_run.joined': true, 'shared_run.callers': 5 },
      { sharesRun: true, callers: 5 },
    ],
    [
      {
        'decision.choice': 'quit',
        'decision.reason': 'person',
        'approval.by': 'Grace',
        'approval.wait_ms': 4,
        'approval.reason': 'too dear',
        'approval.for': 'Ada',
      },
      {
        choice: 'quit',
        reason: 'person',
        decidedBy: 'Grace',
        waitedMs: 4,
        remark: 'too dear',
        askedOf: 'Ada',
      },
    ],
    [
      { 'loop.iterations': 3, 'foreach.items': 4 },
      { iterations: 3, items: 4 },
    ],
    [
      { 'parallel.concurrency': 2, 'parallel.effectiveness': 0.75 },
      { concurrency: 2, effectiveness: 0.75 },
    ],
    [
      { 'stream.chunks': 12, 'stream.time_to_first_chunk_ms': 1.5 },
      { chunks: 12, firstChunkMs: 1.5 },
    ],
    [
      { 'agent.steps': 2, 'agent.tool_calls': 0 },
      { agentSteps: 2, toolCalls: 0 },
    ],
    [{ 'execution.abandoned': true }, { isAbandoned: true }],
  ])('of %j are %j', (attributes, facts) => {
    expect(factsOf(attributes)).toEqual(facts);
  });

  it('are none where nothing is told', () => {
    expect(factsOf({ 'primitive.type': 'cache', 'execution.duration_ms': 3 })).toBeNull();
    expect(factsOf({ 'cost.saved_usd': 0, 'shared_run.joined': false })).toBeNull();
    expect(factsOfEvents(event('exception', { 'cache.age_ms': 3 }))).toBeNull();
  });

  it.each<[AttributesJson]>([
    [{ 'cache.outcome': 'constructor' }],
    [{ 'cache.outcome': ['hit'] }],
    [{ 'step.edge': '' }],
    [{ 'step.edge': 7 }],
    [{ 'loop.iterations': '3' }],
    [{ 'loop.iterations': 2.5 }],
    [{ 'loop.iterations': '9223372036854775807' }],
    [{ 'timeout.limit_ms': -1 }],
    [{ 'timeout.limit_ms': 'NaN' }],
    [{ 'parallel.effectiveness': null }],
    [{ 'decision.choice': { a: 'then' } }],
    [{ 'shared_run.joined': 'true' }],
  ])('are none of %j', (attributes) => {
    expect(factsOf(attributes)).toBeNull();
  });

  it('cut long texts between two characters', () => {
    expect(factsOf({ 'decision.choice': 'x'.repeat(200) })).toEqual({ choice: 'x'.repeat(200) });
    const told = factsOf({ 'decision.choice': `${'x'.repeat(198)}\u{1F600}${'y'.repeat(1_000_000)}` });
    expect(told).toEqual({ choice: `${'x'.repeat(198)}…` });
  });

  it('have the waits of a retry at the place of their attempt, whichever are told', () => {
    const wait = (attempt: number, ms: number) =>
      event('recovery.retry', { 'retry.attempt': attempt, 'retry.backoff_ms': ms });
    expect(factsOfEvents(wait(1, 100), wait(2, 200))).toEqual({ backoffMs: [100, 200] });
    expect(factsOfEvents(wait(3, 400), wait(3, 9), wait(1, 0))).toEqual({ backoffMs: [0, null, 400] });
    expect(factsOfEvents(wait(0, 1), wait(1e9, 1), wait(1.5, 1), wait(1, -1))).toBeNull();
    const ofStep = event('recovery.retry', {
      'saga.step': 'pay',
      'retry.attempt': 1,
      'retry.backoff_ms': 5,
    });
    expect(factsOfEvents(ofStep)).toBeNull();
  });

  it('have the first answer of a cache, the changes of a circuit and what a saga undid', () => {
    expect(
      factsOfEvents(
        event('cache.stale', { 'cache.age_ms': 90, 'cache.ttl_ms': 60 }),
        event('cache.hit', { 'cache.age_ms': 1, 'cache.ttl_ms': 2 }),
      ),
    ).toEqual({ cacheAgeMs: 90, cacheTtlMs: 60 });
    expect(
      factsOfEvents(
        event('circuit.half_open'),
        event('circuit.open', { 'circuit_breaker.recovery_ms': 1000 }),
        event('circuit.toString'),
      ),
    ).toEqual({ circuitChanges: ['half_open', 'open'], circuitRecoveryMs: 1000 });
    expect(
      factsOfEvents(
        event('recovery.compensation', { 'saga.step': 'ship' }),
        event('recovery.compensation_failed', { 'saga.step': 'pay' }),
        event('recovery.compensation', { 'saga.step': 7 }),
      ),
    ).toEqual({ undone: ['ship'], notUndone: ['pay'] });
  });

  it('are few of a span that tells without end', () => {
    const events = Array.from({ length: 10_000 }, (_, index) => [
      event('circuit.open'),
      event('recovery.compensation', { 'saga.step': `step ${index}` }),
      event('recovery.retry', { 'retry.attempt': index, 'retry.backoff_ms': 1 }),
    ]).flat();
    const facts = factsOfEvents(...events);
    expect(facts?.circuitChanges).toHaveLength(200);
    expect(facts?.undone).toHaveLength(200);
    expect(facts?.backoffMs).toHaveLength(200);
  });

  it('of a recorded agent are how often it asked its model and what it streamed', () => {
    const facts = recordedSpans('tta-obs').map((span) => [
      span.attributes['primitive.type'],
      primitiveFacts(span),
    ]);
    expect(facts).toEqual([
      ['agent', { agentSteps: 2, toolCalls: 1, chunks: 6, firstChunkMs: 0.25 }],
      ['llm', { edge: 'model' }],
      ['tool', { edge: 'tool_get_weather' }],
      ['llm', { edge: 'model', chunks: 6, firstChunkMs: 0.25 }],
    ]);
  });

  it('pass the guard of the contract, whatever a span holds', () => {
    const names = [
      'step.edge',
      'cache.outcome',
      'cost.saved_usd',
      'hedge.winner',
      'shared_run.joined',
      'parallel.effectiveness',
      'saga.step',
      'cache.age_ms',
      'retry.attempt',
      'retry.backoff_ms',
      'circuit_breaker.recovery_ms',
      '__proto__',
    ];
    const attributes = fc.dictionary(
      fc.constantFrom(...names),
      fc.jsonValue(),
    ) as fc.Arbitrary<AttributesJson>;
    const events = fc.array(
      fc.record({
        name: fc.constantFrom('cache.hit', 'circuit.open', 'recovery.retry', 'recovery.compensation'),
        attributes,
      }),
    );
    fc.assert(
      fc.property(attributes, events, (of, within) => {
        const facts = primitiveFacts({ attributes: of, events: within });
        expect(isTraceDocument(documentOf(facts ?? {}))).toBe(true);
      }),
    );
  });
});

function documentOf(facts: PrimitiveFacts): unknown {
  const row = (value: unknown) => [value];
  return {
    summary: {
      traceId: 'a'.repeat(32),
      name: 'run',
      serviceName: 'shop',
      status: 'success',
      startTimeMs: 0,
      durationMs: 1,
      spanCount: 1,
      errorCount: 0,
      hasRoot: true,
      isPartial: false,
      isPinned: false,
      sessionId: null,
      userId: null,
      usage: null,
      seq: 1,
    },
    services: ['shop'],
    spans: {
      spanId: row('b'.repeat(16)),
      parentIndex: row(-1),
      parentSpanId: row(null),
      name: row('run'),
      kind: row(1),
      startMs: row(0),
      durationMs: row(1),
      status: row('success'),
      statusMessage: row(null),
      primitiveType: row('cache'),
      label: row(null),
      service: row(0),
      ai: {
        span: [],
        operation: [],
        provider: [],
        model: [],
        inputTokens: [],
        outputTokens: [],
        cacheReadTokens: [],
        costUsd: [],
        costSource: [],
        priceTable: [],
        countsTokens: [],
        countsCost: [],
        timeToFirstChunkMs: [],
        finishReasons: [],
        tool: [],
        agent: [],
      },
      primitives: { span: [0], facts: [facts] },
    },
  };
}
