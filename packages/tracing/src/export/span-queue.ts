import { TraceFlags } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-node';
import { spanSizeBytes } from '../span-size.ts';
import { ExportQueue, type ExportQueueOptions } from './export-queue.ts';

export interface SpanQueueOptions<B> extends Omit<
  ExportQueueOptions<ReadableSpan, B>,
  'signal' | 'sizeOf' | 'countOf'
> {
  /** Also spans of traces that were not sampled. */
  readonly everything: boolean;
}

/** The queue of ended spans for one destination. */
export class SpanQueue<B> extends ExportQueue<ReadableSpan, B> implements SpanProcessor {
  readonly #everything: boolean;

  constructor(options: SpanQueueOptions<B>) {
    super({ ...options, signal: 'traces', sizeOf: spanSizeBytes });
    this.#everything = options.everything;
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if (this.#everything || (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0) this.add(span);
  }
}
