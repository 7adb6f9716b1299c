import { TraceFlags } from '@opentelemetry/api';
import type { TracingOptions } from '@tta/obs-tracing';
import { isoTime } from './iso-time.ts';

type SpanProcessor = NonNullable<TracingOptions['spanProcessors']>[number];
type ReadableSpan = Parameters<SpanProcessor['onEnd']>[0];

/**
 * Writes each span that ends as one line of JSON, for a look without any backend.
 *
 * @param stream - Where to. @defaultValue standard output
 */
export function consoleSpanProcessor(stream: NodeJS.WritableStream = process.stdout): SpanProcessor {
  return {
    onStart: () => {},
    onEnd(span) {
      if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0) stream.write(`${line(span)}\n`);
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}

function line(span: ReadableSpan): string {
  const { traceId, spanId } = span.spanContext();
  return JSON.stringify({
    name: span.name,
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId,
    start: isoTime(span.startTime),
    durationMs: span.duration[0] * 1_000 + span.duration[1] / 1_000_000,
    status: span.status,
    attributes: span.attributes,
    events: span.events.map(({ name, time, attributes }) => ({ name, time: isoTime(time), attributes })),
    links: span.links.map(({ context, attributes }) => ({
      traceId: context.traceId,
      spanId: context.spanId,
      attributes,
    })),
  });
}
