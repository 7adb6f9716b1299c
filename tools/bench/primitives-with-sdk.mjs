/**
 * One primitive against its rivals, with the OpenTelemetry SDK on, in a process of its own. Spans are
 * batched and serialised by nobody: every side ends at the same exporter that throws them away.
 * Prints JSON.
 */
import { trace } from '@opentelemetry/api';
import { fallback, lambda, retry, sequential, timeout } from '@tta/obs-primitives';
import * as cockatiel from 'cockatiel';
import { Effect, Metric } from 'effect';
import { handWritten } from './by-hand.mjs';
import { interleave } from './interleave.mjs';
import { startRecordingSdk } from './recording-sdk.mjs';

const sdk = startRecordingSdk();
const bare = async (input) => input + 1;

const byHand = handWritten(sdk)(bare);
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

await sdk.flush();
if (sdk.exported() === 0) throw new Error('no span reached the exporter');
if (trace.getActiveSpan()) throw new Error('a span was left open');
process.stdout.write(JSON.stringify({ ...result, ...sampleResult }));
