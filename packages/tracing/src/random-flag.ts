import {
  type Context,
  context as contextApi,
  INVALID_TRACEID,
  type Span,
  type SpanOptions,
  trace,
  type Tracer,
} from '@opentelemetry/api';

/** W3C Trace Context level 2, §3.2.2.5.2: the last seven bytes of the trace id are random. */
const randomFlag = 0x02;

/**
 * A tracer whose spans carry the flag that W3C Trace Context level 2 asks for, which the SDK drops: a new
 * trace has it, because its id is random, and a continued one keeps what it came with. Samplers downstream
 * may rely on it.
 */
export class RandomFlagTracer implements Tracer {
  readonly #tracer: Tracer;

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  startSpan(name: string, options: SpanOptions = {}, parentContext = contextApi.active()): Span {
    const span = this.#tracer.startSpan(name, options, parentContext);
    // The object is the span's own and nobody has seen it yet, except for its processors.
    const spanContext = span.spanContext();
    if (spanContext.traceId === INVALID_TRACEID) return span;
    const parent = trace.getSpanContext(parentContext);
    const isContinued = parent?.traceId === spanContext.traceId;
    spanContext.traceFlags |= isContinued ? parent.traceFlags & randomFlag : randomFlag;
    return span;
  }

  startActiveSpan<F extends (span: Span) => unknown>(name: string, fn: F): ReturnType<F>;
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    options: SpanOptions,
    fn: F,
  ): ReturnType<F>;
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    options: SpanOptions,
    parentContext: Context,
    fn: F,
  ): ReturnType<F>;
  startActiveSpan(name: string, ...rest: readonly unknown[]): unknown {
    const body = rest.at(-1) as (span: Span) => unknown;
    const options = rest.length > 1 ? (rest[0] as SpanOptions) : {};
    const parentContext =
      (rest.length > 2 ? (rest[1] as Context | undefined) : undefined) ?? contextApi.active();
    const span = this.startSpan(name, options, parentContext);
    return contextApi.with(trace.setSpan(parentContext, span), body, undefined, span);
  }
}
