import type { Context } from '@opentelemetry/api';

import { instrumentationScope } from '@tta/obs-context';
import { type AiSdkObservation, hearerOf, type ModelCallHearer } from '@tta/obs-instrumentation';
import { isTimed, isTool, modelCallOf } from './model-call-of-span.ts';
import type { ReadableSpan, Span, SpanProcessor } from './span-types.ts';

/** Spans that have begun and not ended, of which something may be told. Of more than these, the oldest are forgotten. */
const spanLimit = 10_000;

interface OpenSpan {
  /** `undefined` of one that repeats what others tell, as all below it do. */
  readonly hear: ModelCallHearer | undefined;
  /** A call below has been told: this span repeats it, or adds up several. */
  hasTold: boolean;
}

/**
 * Hears from the spans of other instrumentations what calls of models used that were made in our executions. It changes no
 * span. Of calls inside of each other the innermost is told.
 */
export class ModelCallProcessor implements SpanProcessor {
  readonly #spanBegan: AiSdkObservation['spanBegan'];
  readonly #open = new Map<string, OpenSpan>();
  #isOver = false;

  /** @param spanBegan - Is told of every span that is not ours. */
  constructor(spanBegan: AiSdkObservation['spanBegan']) {
    this.#spanBegan = spanBegan;
  }

  onStart(span: Span, active: Context): void {
    // Tracers outlive their provider.
    if (this.#isOver || isOurs(span)) return;
    const isRepeated = this.#spanBegan(span.attributes, active);
    const hear = hearerOf(active);
    if (!hear) return;
    const above = this.#open.get(parentIdOf(span));
    const isQuiet = isRepeated || (above !== undefined && !above.hear);
    this.#open.set(idOf(span), { hear: isQuiet ? undefined : hear, hasTold: false });
    if (this.#open.size <= spanLimit) return;
    for (const oldest of this.#open.keys()) {
      this.#open.delete(oldest);
      return;
    }
  }

  onEnd(span: ReadableSpan): void {
    if (isOurs(span)) return;
    const id = idOf(span);
    const open = this.#open.get(id);
    if (!open) return;
    this.#open.delete(id);
    const call = modelCallOf(span);
    if (!call && !open.hasTold) return;
    const above = isTool(span) ? undefined : this.#open.get(parentIdOf(span));
    if (above) above.hasTold = true;
    if (call && !open.hasTold) open.hear?.(call, { isTimed: isTimed(span) });
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    this.#isOver = true;
    this.#open.clear();
    return Promise.resolve();
  }
}

function isOurs({ instrumentationScope: { name } }: ReadableSpan): boolean {
  return name === instrumentationScope;
}

function idOf(span: ReadableSpan): string {
  const { traceId, spanId } = span.spanContext();
  return `${traceId}${spanId}`;
}

function parentIdOf({ parentSpanContext }: ReadableSpan): string {
  return parentSpanContext ? `${parentSpanContext.traceId}${parentSpanContext.spanId}` : '';
}
