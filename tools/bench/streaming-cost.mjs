/**
 * A stream of chunks, read by `for await`, against others who read the same source: whole streams, and the time to the
 * first chunk. In a process of its own. Prints JSON.
 *
 *   node streaming-cost.mjs none|recording
 */
import { metrics, SpanStatusCode, trace } from '@opentelemetry/api';
import { streaming } from '@tta/obs-primitives';
import { Effect, Metric, Stream } from 'effect';
import { interleave, median } from './interleave.mjs';
import { startRecordingSdk } from './recording-sdk.mjs';

const [, , setting] = process.argv;
const sdk = setting === 'recording' ? startRecordingSdk() : undefined;

async function* source(chunks) {
  for (let chunk = 1; chunk <= chunks; chunk++) yield chunk;
  return chunks;
}

const ours = streaming('chunks', source);

const tracer = trace.getTracer('hand');
const meter = metrics.getMeter('hand');
const count = meter.createCounter('hand.count');
const duration = meter.createHistogram('hand.duration', { unit: 'ms' });
const firstChunk = meter.createHistogram('hand.first_chunk', { unit: 'ms' });
const names = { 'primitive.name': 'chunks', 'primitive.type': 'streaming' };

/** What somebody writes who wants the same span, attributes and points; without back-pressure of its own, or cancel. */
async function* byHand(chunks) {
  const startedAt = performance.now();
  const span = tracer.startSpan('hand.stream', { attributes: names });
  let taken = 0;
  let firstMs = 0;
  let status = 'cancelled';
  try {
    for await (const chunk of source(chunks)) {
      if (taken++ === 0) firstMs = performance.now() - startedAt;
      yield chunk;
    }
    status = 'success';
  } catch (error) {
    status = 'error';
    span.recordException(error);
    span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
    throw error;
  } finally {
    const ms = performance.now() - startedAt;
    span.setAttributes({
      'stream.chunks': taken,
      'stream.time_to_first_chunk_ms': firstMs,
      'execution.status': status,
      'execution.duration_ms': ms,
    });
    span.end();
    const labels = { ...names, 'execution.status': status };
    count.add(1, labels);
    duration.record(ms, labels);
    firstChunk.record(firstMs, names);
  }
}

function throughWebStreams(chunks) {
  let chunk = 0;
  let taken = 0;
  return new ReadableStream(
    {
      pull(controller) {
        if (chunk === chunks) controller.close();
        else controller.enqueue(++chunk);
      },
    },
    { highWaterMark: 0 },
  ).pipeThrough(
    new TransformStream({
      transform(one, controller) {
        taken++;
        controller.enqueue(one);
      },
      flush() {
        if (taken !== chunks) throw new Error(`${taken} chunks of ${chunks}`);
      },
    }),
  );
}

const counted = Metric.counter('effect_chunks');
function throughEffect(chunks) {
  return Stream.toAsyncIterable(
    Stream.fromAsyncIterable(source(chunks), (error) => error).pipe(
      Stream.tap(() => Effect.void),
      Stream.ensuring(Metric.update(counted, chunks)),
      Stream.withSpan('effect.stream', { attributes: names }),
    ),
  );
}

const sides = {
  'bare async generator': source,
  'generator by hand, span and counts': byHand,
  'streaming()': (chunks) => ours.stream(chunks),
  'web streams, counting': throughWebStreams,
  'Effect Stream.withSpan': throughEffect,
};

async function readAll(stream) {
  let sum = 0;
  for await (const chunk of stream) sum += chunk;
  return sum;
}

const whole = {};
for (const [chunks, operations] of [
  [1, 1000],
  [100, 30],
  [10_000, 1],
]) {
  const cases = Object.fromEntries(
    Object.entries(sides).map(([side, open]) => [side, () => readAll(open(chunks))]),
  );
  whole[chunks] = await interleave(cases, { operations });
  await sdk?.flush();
}

/** Microseconds from opening a stream to holding its first chunk; the rest is read outside of the clock. */
async function firstChunkOf(open) {
  const startedAt = process.hrtime.bigint();
  const reader = open(3)[Symbol.asyncIterator]();
  await reader.next();
  const us = Number(process.hrtime.bigint() - startedAt) / 1000;
  while (!(await reader.next()).done);
  return us;
}

const samples = Object.fromEntries(Object.keys(sides).map((side) => [side, []]));
for (let i = -1000; i < 4000; i++) {
  for (const [side, open] of Object.entries(sides)) {
    const us = await firstChunkOf(open);
    if (i >= 0) samples[side].push(us);
  }
}
await sdk?.flush();
if (sdk && sdk.exported() === 0) throw new Error('no span reached the exporter');
const first = Object.fromEntries(Object.entries(samples).map(([side, all]) => [side, median(all)]));
process.stdout.write(JSON.stringify({ whole, first }));
process.exit();
