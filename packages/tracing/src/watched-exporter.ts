import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-node';

export interface ExportCounts {
  /** Spans that the destination has acknowledged. */
  readonly exported: number;
  /** Spans that it did not take and that are gone. */
  readonly lost: number;
}

/** An exporter that counts what arrived and what did not, and says so. */
export class WatchedExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #onLost: (lost: number, error: Error | undefined) => void;
  /** Told how many spans each request takes out of the queue. */
  onTaken: (count: number) => void = () => undefined;
  #exported = 0;
  #lost = 0;

  constructor(exporter: SpanExporter, onLost: (lost: number, error: Error | undefined) => void) {
    this.#exporter = exporter;
    this.#onLost = onLost;
  }

  get counts(): ExportCounts {
    return { exported: this.#exported, lost: this.#lost };
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.onTaken(spans.length);
    this.#exporter.export(spans, (result) => {
      if (result.code === ExportResultCode.SUCCESS) {
        this.#exported += spans.length;
      } else {
        this.lose(spans.length, result.error);
      }
      done(result);
    });
  }

  /** Counts spans that are gone, and says so. */
  lose(count: number, error: Error | undefined): void {
    this.#lost += count;
    this.#onLost(count, error);
  }

  forceFlush(): Promise<void> {
    return this.#exporter.forceFlush?.() ?? Promise.resolve();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }
}
