import { ROOT_CONTEXT, type SpanContext, trace, TraceFlags } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AlwaysOffSampler,
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { context } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RandomFlagTracer } from './random-flag.ts';

const remote = (traceFlags: number): SpanContext => ({
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags,
  isRemote: true,
});

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const tracer = new RandomFlagTracer(provider.getTracer('spec'));

beforeEach(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager()));
afterEach(() => {
  context.disable();
  exporter.reset();
});

describe('RandomFlagTracer', () => {
  it('sets the flag on a trace that begins here, for its exporters too', () => {
    tracer.startSpan('root', {}, ROOT_CONTEXT).end();
    expect(exporter.getFinishedSpans().map((span) => span.spanContext().traceFlags)).toEqual([0x03]);
  });

  it('sets it on a trace that is not sampled', () => {
    const off = new NodeTracerProvider({ sampler: new AlwaysOffSampler() });
    const span = new RandomFlagTracer(off.getTracer('spec')).startSpan('root', {}, ROOT_CONTEXT);
    expect(span.spanContext().traceFlags).toBe(0x02);
  });

  it.each([0x00, 0x01, 0x02, 0x03])('keeps of a continued trace with flags %i what it came with', (flags) => {
    const parent = trace.setSpanContext(ROOT_CONTEXT, remote(flags));
    const child = tracer.startSpan('child', {}, parent);
    const grandchild = tracer.startSpan('grandchild', {}, trace.setSpan(ROOT_CONTEXT, child));
    for (const span of [child, grandchild]) expect(span.spanContext().traceFlags).toBe(flags);
  });

  it('takes a span that asks to be a root for a trace that begins here', () => {
    const parent = trace.setSpanContext(ROOT_CONTEXT, remote(TraceFlags.SAMPLED));
    const span = tracer.startSpan('root', { root: true }, parent);
    expect(span.spanContext().traceId).not.toBe(remote(0).traceId);
    expect(span.spanContext().traceFlags).toBe(0x03);
  });

  it('takes a parent without an id for none', () => {
    const parent = trace.setSpanContext(ROOT_CONTEXT, { ...remote(0x00), traceId: '0'.repeat(32) });
    expect(tracer.startSpan('root', {}, parent).spanContext().traceFlags).toBe(0x03);
  });

  it('makes the span current in each form of startActiveSpan and returns what the body returns', () => {
    const parent = trace.setSpanContext(ROOT_CONTEXT, remote(0x01));
    const body = (span: { spanContext(): SpanContext }): [boolean, number] => [
      trace.getActiveSpan() === span,
      span.spanContext().traceFlags,
    ];
    expect(tracer.startActiveSpan('a', body)).toEqual([true, 0x03]);
    expect(tracer.startActiveSpan('a', { attributes: { x: 1 } }, body)).toEqual([true, 0x03]);
    expect(tracer.startActiveSpan('a', {}, parent, body)).toEqual([true, 0x01]);
    // As the SDK takes it, although its types do not.
    expect(tracer.startActiveSpan('a', {}, undefined as never, body)).toEqual([true, 0x03]);
  });
});
