import {
  type Context,
  type SpanContext,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
  type TraceState,
} from '@opentelemetry/api';
import { isSuppressed, readField, warn } from './propagation-field.ts';
import { formatTraceParent, parseTraceParent } from './trace-parent.ts';
import { W3CTraceState } from './trace-state.ts';

/**
 * Propagates the span of a context as `traceparent` and `tracestate` (W3C Trace Context level 2).
 *
 * The flags sampled and random-trace-id go out as the span context has them. A `traceparent` that is
 * malformed or there twice leaves the context as it is; a malformed `tracestate` is dropped alone. Nothing
 * is injected while tracing is suppressed. Neither method throws.
 */
export class TraceContextPropagator implements TextMapPropagator {
  inject<T>(context: Context, carrier: T, setter: TextMapSetter<T>): void {
    try {
      const spanContext = trace.getSpanContext(context);
      if (spanContext === undefined || isSuppressed(context)) return;
      const traceParent = formatTraceParent(spanContext);
      if (traceParent === undefined) return;
      setter.set(carrier, 'traceparent', traceParent);
      const traceState = spanContext.traceState && serialize(spanContext.traceState);
      if (traceState) setter.set(carrier, 'tracestate', traceState);
    } catch (error) {
      warn('traceparent could not be written to its carrier', error);
    }
  }

  extract<T>(context: Context, carrier: T, getter: TextMapGetter<T>): Context {
    const spanContext: SpanContext | undefined = parseTraceParent(
      readField(getter, carrier, 'traceparent') ?? '',
    );
    if (spanContext === undefined) return context;
    spanContext.isRemote = true;
    const traceState = W3CTraceState.parse(readField(getter, carrier, 'tracestate') ?? '');
    if (traceState !== undefined) spanContext.traceState = traceState;
    return trace.setSpanContext(context, spanContext);
  }

  fields(): string[] {
    return ['traceparent', 'tracestate'];
  }
}

/** Of another implementation only what is well-formed is sent. */
function serialize(traceState: TraceState): string | undefined {
  const own = traceState instanceof W3CTraceState ? traceState : W3CTraceState.parse(traceState.serialize());
  return own?.serialize();
}
