/**
 * One primitive against its rivals, with the OpenTelemetry SDK on, in a process of its own. Spans are
 * batched and serialised by nobody: every side ends at the same exporter that throws them away.
 * Prints JSON.
 */
import { readdirSync } from 'node:fs';
import { metrics, SpanStatusCode, trace } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { Instrumentation, setDefaultInstrumentation } from '@tta/obs-instrumentation';
import { fallback, lambda, retry, sequential, timeout } from '@tta/obs-primitives';
import * as cockatiel from 'cockatiel';
import { Effect, Metric } from 'effect';
import { interleave } from './interleave.mjs';

class IdleReader extends MetricReader {
  onForceFlush() {
    return Promise.resolve();
  }
  onShutdown() {
    return Promise.resolve();
  }
}

let exported = 0;
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'bench' }),
  spanProcessors: [
    new BatchSpanProcessor(
      {
        export: (spans, done) => {
          exported += spans.length;
          done({ code: 0 });
        },
        shutdown: () => Promise.resolve(),
      },
      { maxQueueSize: 100_000, maxExportBatchSize: 512, scheduledDelayMillis: 50 },
    ),
  ],
});
provider.register();
const meterProvider = new MeterProvider({ readers: [new IdleReader()] });
metrics.setGlobalMeterProvider(meterProvider);
const tracer = provider.getTracer('bench');
const meter = meterProvider.getMeter('bench');

const bare = async (input) => input + 1;

// What somebody writes who emits the same by hand: one span with five attributes, a counter, a
// histogram, and two levels that are read at collection.
const buckets = { advice: { explicitBucketBoundaries: [10, 50, 100, 250, 500, 1000, 2500, 5000, 10000] } };
const count = meter.createCounter('hand.count');
const duration = meter.createHistogram('hand.duration', { unit: 'ms', ...buckets });
const levels = { inFlight: 0, active: 0 };
for (const level of Object.keys(levels)) {
  meter.createObservableUpDownCounter(`hand.${level}`).addCallback((result) => result.observe(levels[level]));
}
function byHand(input) {
  const startedAt = performance.now();
  const attributes = { 'primitive.name': 'bare', 'primitive.type': 'lambda', 'primitive.action': 'execute' };
  return tracer.startActiveSpan('primitive.lambda.execute', { attributes }, async (span) => {
    levels.inFlight++;
    levels.active++;
    let status = 'success';
    try {
      return await bare(input);
    } catch (error) {
      status = 'error';
      span.recordException(error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
      throw error;
    } finally {
      const ms = performance.now() - startedAt;
      span.setAttribute('execution.status', status);
      span.setAttribute('execution.duration_ms', ms);
      span.end();
      const labels = { 'primitive.name': 'bare', 'primitive.type': 'lambda', 'execution.status': status };
      count.add(1, labels);
      duration.record(ms, labels);
      levels.inFlight--;
      levels.active--;
    }
  });
}

setDefaultInstrumentation(
  new Instrumentation({
    tracer: provider.getTracer('tta.primitives'),
    meter: meterProvider.getMeter('tta.primitives'),
  }),
);
const primitive = lambda('bare', bare);
const guarded = fallback(retry(timeout(bare, { ms: 10_000 })), () => -1);
const chain = sequential(bare, bare, bare);

const policy = cockatiel.wrap(
  cockatiel.retry(cockatiel.handleAll, { maxAttempts: 3 }),
  cockatiel.circuitBreaker(cockatiel.handleAll, {
    halfOpenAfter: 10_000,
    breaker: new cockatiel.ConsecutiveBreaker(5),
  }),
  cockatiel.timeout(10_000, cockatiel.TimeoutStrategy.Cooperative),
);

const effectCount = Metric.counter('effect_count');
const effectDuration = Metric.histogram('effect_duration', {
  boundaries: [10, 50, 100, 250, 500, 1000, 2500, 5000, 10000],
});
const labels = { 'primitive.name': 'bare', 'primitive.type': 'lambda', 'execution.status': 'success' };
const labelledCount = Metric.withAttributes(effectCount, labels);
const labelledDuration = Metric.withAttributes(effectDuration, labels);
const byEffect = (input) => {
  const startedAt = performance.now();
  return Effect.runPromise(
    Effect.promise(() => bare(input)).pipe(
      Effect.tap(() => Metric.update(labelledCount, 1)),
      Effect.tap(() => Metric.update(labelledDuration, performance.now() - startedAt)),
      Effect.withSpan('primitive.lambda.execute', {
        attributes: {
          'primitive.name': 'bare',
          'primitive.type': 'lambda',
          'primitive.action': 'execute',
          'execution.status': 'success',
        },
      }),
    ),
  );
};

const result = await interleave({
  'bare async call': (i) => bare(i),
  'hand-written OpenTelemetry': (i) => byHand(i),
  'lambda, SDK on': (i) => primitive.execute(i),
  'Effect span with the same metrics': (i) => byEffect(i),
  'cockatiel wrap(retry, breaker, timeout)': (i) => policy.execute(() => bare(i)),
  'fallback(retry(timeout(step))), SDK on': (i) => guarded.execute(i),
  'sequential of three, SDK on': (i) => chain.execute(i),
});
// A sample workflow whose five steps work for a millisecond each.
const work = async (input) => {
  const until = performance.now() + 1;
  while (performance.now() < until);
  return input + 1;
};
const sample = sequential(work, work, work, work, work);
const bareSample = async (i) => work(await work(await work(await work(await work(i)))));
const sampleResult = await interleave(
  { 'five steps of 1 ms, bare': bareSample, 'five steps of 1 ms, SDK on': (i) => sample.execute(i) },
  { operations: 20, rounds: 15 },
);

// Each primitive that has a file in `primitives`, around the same step.
const alone = {};
for (const file of readdirSync(new URL('primitives', import.meta.url)).sort()) {
  const { create } = await import(`./primitives/${file}`);
  const measured = create(bare);
  alone[`${file.replace(/\.mjs$/, '')}, SDK on`] = (i) => measured.execute(i);
}
const aloneResult = await interleave(alone);

await provider.forceFlush();
if (exported === 0) throw new Error('no span reached the exporter');
if (trace.getActiveSpan()) throw new Error('a span was left open');
process.stdout.write(JSON.stringify({ ...result, ...sampleResult, ...aloneResult }));
