import type { Context } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace-node';

/**
 * The door to a destination's queue. A span that finds the queue full is turned away here, because the
 * queue itself would drop it without telling anyone.
 */
export class WaitingSpans implements SpanProcessor {
  readonly #queue: SpanProcessor;
  readonly #limit: number;
  readonly #onFull: () => void;
  #waiting = 0;

  constructor(queue: SpanProcessor, limit: number, onFull: () => void) {
    this.#queue = queue;
    this.#limit = limit;
    this.#onFull = onFull;
  }

  /** Spans that left the queue for a request. */
  taken(count: number): void {
    this.#waiting -= count;
  }

  onStart(span: Span, parent: Context): void {
    this.#queue.onStart(span, parent);
  }

  onEnd(span: ReadableSpan): void {
    if (this.#waiting >= this.#limit) {
      this.#onFull();
      return;
    }
    this.#waiting++;
    this.#queue.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.#queue.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#queue.shutdown();
  }
}
