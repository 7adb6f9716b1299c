import { type Context, trace } from '@opentelemetry/api';

import { attributeNames, instrumentationScope } from '@tta/obs-context';
import { type AiSdkObservation, hearerOf, type ModelCallHearer, spanBegan } from '@tta/obs-instrumentation';
import { isTool, modelCallOf } from './model-call-of-span.ts';
import type { ReadableSpan, Span, SpanProcessor } from './span-types.ts';

interface OpenSpan {
  above: OpenSpan | undefined;
  /** `undefined` of one that repeats what others tell, as all below it do, up to the tools that they run. */
  readonly hear: ModelCallHearer | undefined;
  /** What has been told of a call below: this span repeats it, or adds up several. */
  told?: 'call' | 'tokens';
}

/**
 * Hears from the spans of other instrumentations what calls of models used that were made in our executions. It changes no
 * span. Of calls inside of each other the innermost is told, with the tokens of the innermost that has some.
 */
export class ModelCallProcessor implements SpanProcessor {
  readonly #spanBegan: AiSdkObservation['spanBegan'];
  /** By the spans themselves: some are never ended, and may not keep the runs that they were begun in. */
  readonly #open = new WeakMap<object, OpenSpan>();
  #isOver = false;

  /** @param aiSdkSpanBegan - Is told of every span that is not ours. */
  constructor(aiSdkSpanBegan: AiSdkObservation['spanBegan']) {
    this.#spanBegan = aiSdkSpanBegan;
  }

  onStart(span: Span, active: Context): void {
    // Tracers outlive their provider.
    if (this.#isOver) return;
    if (isOurs(span)) {
      const isCall = span.attributes[attributeNames.primitiveType] === 'llm';
      return spanBegan(span, active, isCall ? 'llm' : 'other');
    }
    const isOfTool = isTool(span);
    const isRepeated = this.#spanBegan(span.attributes, active);
    const hear = hearerOf(active);
    spanBegan(span, active, isOfTool ? 'tool' : 'other');
    if (!hear) return;
    const parent = trace.getSpan(active);
    const above = parent && this.#open.get(parent);
    const isQuiet = !isOfTool && (isRepeated || (above !== undefined && !above.hear));
    this.#open.set(span, { above, hear: isQuiet ? undefined : hear });
  }

  onEnd(span: ReadableSpan): void {
    const open = this.#open.get(span);
    if (!open) return;
    this.#open.delete(span);
    const { above, hear, told } = open;
    // Spans that follow each other without end may each begin before the one before has ended.
    open.above = undefined;
    const call = told === 'tokens' ? undefined : modelCallOf(span);
    const hasTokens = call?.inputTokens !== undefined || call?.outputTokens !== undefined;
    if (call && (!told || hasTokens)) hear?.(call, { isTimed: told === 'call' });
    const now = hasTokens ? 'tokens' : (told ?? (call && 'call'));
    if (above && now && above.told !== 'tokens' && !isTool(span)) above.told = now;
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    this.#isOver = true;
    return Promise.resolve();
  }
}

function isOurs({ instrumentationScope: { name } }: ReadableSpan): boolean {
  return name === instrumentationScope;
}
