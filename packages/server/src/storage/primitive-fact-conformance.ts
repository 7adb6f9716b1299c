import assert from 'node:assert/strict';
import type { SpanRecord } from '../otlp/trace-batch.ts';
import { same, type ConformanceCase, withStorage, write } from './conformance-case.ts';
import { hexId, sampleSpan } from './sample-records.ts';

const event = (name: string, attributes: SpanRecord['attributes']) => ({
  name,
  timeUnixNano: 1n,
  attributes,
});

/** A run of each kind that tells something, and what neither tells anything nor does harm. */
const RUN: readonly SpanRecord[] = [
  sampleSpan(1, 1, { attributes: { 'primitive.type': 'retry', 'retry.stopped': 'budget' } }),
  sampleSpan(1, 2, {
    attributes: { 'primitive.type': 'cache', 'cache.outcome': 'stale' },
    events: [event('cache.stale', { 'cache.age_ms': 90, 'cache.ttl_ms': 60 })],
  }),
  sampleSpan(1, 3, { attributes: { 'primitive.type': 'lambda', 'step.edge': 'attempt_2' } }),
  sampleSpan(1, 4, { attributes: { 'primitive.type': 'lambda', 'cost.saved_usd': 0.25 } }),
  sampleSpan(1, 5, { attributes: { 'primitive.type': 'lambda', text: 'a "step.edge": that is none' } }),
  sampleSpan(1, 6, { attributes: { 'primitive.type': 'sequential', nested: { 'step.edge': 'then' } } }),
  sampleSpan(1, 7, { attributes: { 'cache.outcome': 'hit' }, name: 'of another program' }),
  sampleSpan(1, 8, { attributes: { 'primitive.type': 'loop', 'loop.iterations': '3' } }),
  sampleSpan(1, 9, {
    attributes: { 'primitive.type': "x' OR 1=1; --", 'hedge.attempts': 2 },
    events: [event('circuit.open', { 'circuit_breaker.recovery_ms': -1 })],
  }),
];

const told = withStorage(
  'tells with the spans of a trace how its primitives went, by what of their attributes makes sense',
  async (storage) => {
    // The last ones first: they stand in the order of the document all the same.
    await write(storage, ...RUN.slice(4));
    await write(storage, ...RUN.slice(0, 4), sampleSpan(2, 1));
    const { primitives, spanId } = (await storage.traces.trace(hexId(1, 32)))!.spans;
    same(
      primitives.span.map((span) => spanId[span]),
      [1, 2, 3, 4, 9].map((span) => hexId(span, 16)),
    );
    same(primitives.facts, [
      { retryStopped: 'budget' },
      { cacheOutcome: 'stale', cacheAgeMs: 90, cacheTtlMs: 60 },
      { edge: 'attempt_2' },
      { savedUsd: 0.25 },
      { hedgeAttempts: 2, circuitChanges: ['open'] },
    ]);
    same((await storage.traces.trace(hexId(2, 32)))!.spans.primitives, { span: [], facts: [] });
  },
);

const bounded = withStorage(
  'reads no more for that than a part of a trace that is large, and that of the small spans',
  async (storage) => {
    const attributes = { 'primitive.type': 'cache', 'cache.outcome': 'hit' };
    const content = Array.from({ length: 10 }, () => 'x'.repeat(1_000_000));
    await write(storage, sampleSpan(1, 1, { attributes: { ...attributes, content } }));
    for (let span = 2; span <= 9; span++) {
      await write(storage, sampleSpan(1, span, { attributes: { ...attributes, content } }));
    }
    await write(
      storage,
      sampleSpan(1, 10, { attributes }),
      sampleSpan(2, 1, { attributes: { ...attributes, content } }),
    );
    const large = (await storage.traces.trace(hexId(1, 32)))!.spans;
    same(
      large.primitives.span.map((span) => large.spanId[span]),
      [hexId(10, 16)],
    );
    assert.equal((await storage.traces.trace(hexId(2, 32)))!.spans.primitives.facts[0]?.cacheOutcome, 'hit');
  },
);

/** What the spans of a trace tell of its primitives. */
export const primitiveFactConformance: readonly ConformanceCase[] = [told, bounded];
