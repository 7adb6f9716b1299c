import { type Context, type HrTime, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  type ReadableSpan,
  type Span,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { type Clock, instrumentationScope } from '@tta/obs-context';
import type { TraceSpan } from '../trace.ts';
import { clockedTracer } from './clocked-tracer.ts';
import { withoutLost } from './lost-spans.ts';

const unlimited = {
  attributeCountLimit: Infinity,
  attributeValueLengthLimit: Infinity,
  eventCountLimit: Infinity,
  linkCountLimit: Infinity,
  attributePerEventCountLimit: Infinity,
  attributePerLinkCountLimit: Infinity,
};

/** The tracer of the SDK, which keeps every span from its start on, whole, whether or not its parent was sampled. */
export class SpanRecorder implements SpanProcessor {
  readonly tracer: Tracer;
  readonly #spans: ReadableSpan[] = [];
  /** Of spans that have ended: nothing changes them any more. */
  readonly #views = new Map<ReadableSpan, TraceSpan>();
  /** All of them, where none is open, until another begins. */
  #settled: readonly TraceSpan[] | undefined;

  /** @param clock - Where spans take their time from that are not told another. */
  constructor(clock: Clock) {
    // What is not said here, the SDK takes from the environment of the program.
    const provider = new BasicTracerProvider({
      sampler: new AlwaysOnSampler(),
      spanLimits: unlimited,
      spanProcessors: [this],
    });
    this.tracer = clockedTracer(provider.getTracer(instrumentationScope), clock);
  }

  get spans(): readonly TraceSpan[] {
    if (this.#settled) return this.#settled;
    const spans = withoutLost(this.#spans).map((span) => this.#viewOf(span));
    if (spans.every(({ endMs }) => endMs !== undefined)) this.#settled = spans;
    return spans;
  }

  onStart(span: Span, _parentContext: Context): void {
    this.#spans.push(span);
    this.#settled = undefined;
  }

  onEnd(): void {
    // It has been kept since its start.
  }

  async forceFlush(): Promise<void> {
    // Nothing leaves the process.
  }

  async shutdown(): Promise<void> {
    // Nothing is held.
  }

  #viewOf(span: ReadableSpan): TraceSpan {
    let view = this.#views.get(span);
    if (!view) {
      view = toTraceSpan(span);
      if (span.ended) this.#views.set(span, view);
    }
    return view;
  }
}

function toTraceSpan(span: ReadableSpan): TraceSpan {
  const { traceId, spanId } = span.spanContext();
  const { parentSpanContext: parent, status } = span;
  return {
    name: span.name,
    traceId,
    spanId,
    parentSpanId: parent?.spanId,
    hasRemoteParent: parent?.isRemote === true,
    kind: span.kind,
    attributes: span.attributes,
    events: span.events.map(({ name, attributes = {}, time }) => ({ name, attributes, timeMs: toMs(time) })),
    links: span.links.map(({ context, attributes = {} }) => ({ context, attributes })),
    startMs: toMs(span.startTime),
    endMs: span.ended ? toMs(span.endTime) : undefined,
    failed: status.code === SpanStatusCode.ERROR,
    statusMessage: status.message,
  };
}

/** To the microsecond: a number of this size holds no more, and its noise would show. */
function toMs([seconds, nanoseconds]: HrTime): number {
  return seconds * 1000 + Math.round(nanoseconds / 1000) / 1000;
}
