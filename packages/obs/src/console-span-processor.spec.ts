import { PassThrough } from 'node:stream';
import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { AlwaysOnSampler, BasicTracerProvider, SamplingDecision } from '@opentelemetry/sdk-trace-node';
import { describe, expect, it } from '@jest/globals';
import { consoleSpanProcessor } from './console-span-processor.ts';

describe('consoleSpanProcessor', () => {
  it('writes each sampled span as one line', async () => {
    const stream = new PassThrough({ encoding: 'utf8' });
    const always = new AlwaysOnSampler();
    const provider = new BasicTracerProvider({
      spanProcessors: [consoleSpanProcessor(stream)],
      sampler: {
        shouldSample: (...span) =>
          span[2] === 'recorded only' ? { decision: SamplingDecision.RECORD } : always.shouldSample(),
        toString: () => 'spec',
      },
    });
    const tracer = provider.getTracer('spec');
    const parent = tracer.startSpan('parent');
    const span = tracer.startSpan(
      'child\nof two lines',
      {
        attributes: { a: 1 },
        startTime: [1_700_000_000, 500_000_000],
        links: [{ context: parent.spanContext() }],
      },
      trace.setSpan(ROOT_CONTEXT, parent),
    );
    span.addEvent('half', { b: 'x' }, [1_700_000_000, 750_000_000]).setStatus({ code: SpanStatusCode.ERROR });
    span.end([1_700_000_001, 750_000_000]);
    tracer.startSpan('recorded only').end();
    await provider.forceFlush();
    const lines = (stream.read() as string).trimEnd().split('\n');
    const { traceId, spanId } = parent.spanContext();
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        name: 'child\nof two lines',
        traceId,
        spanId: span.spanContext().spanId,
        parentSpanId: spanId,
        start: '2023-11-14T22:13:20.500Z',
        durationMs: 1_250,
        status: { code: 2 },
        attributes: { a: 1 },
        events: [{ name: 'half', time: '2023-11-14T22:13:20.750Z', attributes: { b: 'x' } }],
        links: [{ traceId, spanId }],
      },
    ]);
    await provider.shutdown();
  });
});
