import { TraceFlags } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-node';
import type { Clock } from '@tta/obs-context';
import type { Batch } from './backlog.ts';
import { Delivery, type DeliveryOptions } from './delivery.ts';
import type { ExportCounts } from './export-counts.ts';
import { spanSizeBytes } from '../span-size.ts';

export interface SpanQueueOptions<B> extends Omit<DeliveryOptions<B>, 'take'> {
  readonly encode: (spans: ReadableSpan[]) => B;
  /** How long an ended span waits for others to share its request, in milliseconds. */
  readonly flushMs: number;
  /** Spans that may wait. */
  readonly queueSpans: number;
  /** Most spans in one request. */
  readonly batchSpans: number;
  /** Also spans of traces that were not sampled. */
  readonly everything: boolean;
}

/** Of the spans that wait in memory, about. */
const queueLimitBytes = 16 * 2 ** 20;
/** Receivers of OTLP over gRPC take 4 MiB by default; a single larger span is sent alone. */
const batchLimitBytes = 2 * 2 ** 20;
const defaultStopLimitMs = 3_000;

/**
 * The queue of one destination: collects ended spans and hands them to its delivery in batches. One request
 * is under way at a time; what ends meanwhile goes into the next, so that a busy destination gets fewer,
 * larger requests.
 */
export class SpanQueue<B> implements SpanProcessor {
  readonly #options: SpanQueueOptions<B>;
  readonly #clock: Clock;
  readonly #delivery: Delivery<B>;
  readonly #waiting: ReadableSpan[] = [];
  readonly #sizes: number[] = [];
  #bytes = 0;
  #cancelTimer: (() => void) | undefined;
  /** Spans that were let in, and those of them that made room for others. */
  #admitted = 0;
  #pushedOut = 0;
  #encodingMs = 0;

  constructor(options: SpanQueueOptions<B>) {
    this.#options = options;
    this.#clock = options.clock;
    this.#delivery = new Delivery({ ...options, take: (onlyFull) => this.#take(onlyFull) });
  }

  /** Counts spans of this queue's backlog that are gone. */
  drop(spans: number, error: Error): void {
    this.#delivery.drop(spans, error);
  }

  get counts(): ExportCounts {
    return this.#delivery.counts;
  }

  /** Time that this queue took from the program so far to encode spans, in milliseconds. */
  get encodingMs(): number {
    return this.#encodingMs;
  }

  /** From now on the queue also sends what earlier processes have left. */
  start(): void {
    this.#delivery.start();
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if (!this.#options.everything && (span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
    if (this.#delivery.isStopped) return this.#delivery.drop(1, new Error('it ended after the shutdown'));
    const bytes = spanSizeBytes(span);
    while (this.#waiting.length >= this.#options.queueSpans || this.#bytes + bytes > queueLimitBytes) {
      if (this.#waiting.length === 0) break;
      this.#makeRoom();
    }
    this.#waiting.push(span);
    this.#sizes.push(bytes);
    this.#bytes += bytes;
    this.#admitted++;
    if (this.#waiting.length >= this.#options.batchSpans || this.#bytes >= batchLimitBytes) {
      this.#wake();
    } else {
      this.#wakeLater();
    }
  }

  /** Resolves when everything that has ended so far was sent, kept or dropped; what ends meanwhile is not waited for. */
  forceFlush(): Promise<void> {
    const goal = this.#admitted;
    return this.#delivery.flush(() => this.#delivery.settled + this.#pushedOut >= goal);
  }

  shutdown(): Promise<void> {
    return this.stop(defaultStopLimitMs);
  }

  /** Sends what is queued, within `limitMs`, and closes. */
  async stop(limitMs: number): Promise<void> {
    await this.#delivery.stop(limitMs);
    this.#cancelTimer?.();
  }

  /** The same while the process is ending and waits for nothing. */
  finishNow(limitMs: number): void {
    this.#delivery.finishNow(limitMs);
    this.#cancelTimer?.();
  }

  #wakeLater(): void {
    this.#cancelTimer ??= this.#clock.timer(this.#options.flushMs, () => this.#wake());
  }

  #wake(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#delivery.wake();
  }

  /** On disk there is more room; in memory the oldest span goes. */
  #makeRoom(): void {
    if (this.#options.backlog.isDurable) return this.#delivery.spill(new Error('its queue is full'));
    this.#waiting.shift();
    this.#bytes -= this.#sizes.shift() ?? 0;
    this.#pushedOut++;
    this.#delivery.drop(1, new Error('its queue is full'));
  }

  #take(onlyFull = false): Batch<B> | undefined {
    const { batchSpans, encode } = this.#options;
    if (onlyFull && this.#waiting.length < batchSpans && this.#bytes < batchLimitBytes) {
      if (this.#waiting.length > 0) this.#wakeLater();
      return undefined;
    }
    for (;;) {
      let count = 0;
      let bytes = 0;
      for (const size of this.#sizes) {
        if (count >= batchSpans || (count > 0 && bytes + size > batchLimitBytes)) break;
        bytes += size;
        count++;
      }
      if (count === 0) return undefined;
      const spans = this.#waiting.splice(0, count);
      this.#sizes.splice(0, count);
      this.#bytes -= bytes;
      const startedAt = this.#clock.monotonic();
      try {
        return { body: encode(spans), spans: count };
      } catch (error) {
        this.#pushedOut += count;
        this.#delivery.drop(count, error instanceof Error ? error : new Error(String(error)));
      } finally {
        this.#encodingMs += this.#clock.monotonic() - startedAt;
      }
    }
  }
}
