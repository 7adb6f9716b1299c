import { context, diag, ROOT_CONTEXT, TraceFlags } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-node';
import { type Clock, systemClock } from '@tta/obs-context';
import type { SendResult } from './otlp-sender.ts';

export interface ExportCounts {
  /** Spans that the destination has acknowledged. */
  readonly exported: number;
  /** Spans that it did not take and that are gone. */
  readonly lost: number;
}

export interface SpanQueueOptions {
  readonly send: (spans: ReadableSpan[]) => Promise<SendResult>;
  /** How long an ended span waits for others to share its request, in milliseconds. */
  readonly flushMs: number;
  /** Told of spans that are gone, and why. */
  readonly onLost: (lost: number, error: Error) => void;
  readonly clock?: Clock;
}

/** Spans that may wait; further ones are lost, and counted. */
const queueLimit = 8_192;
const batchLimit = 512;

/**
 * The queue of one destination. One request is under way at a time; what ends meanwhile goes into the next,
 * so that a busy destination gets fewer, larger requests.
 */
export class SpanQueue implements SpanProcessor {
  readonly #options: SpanQueueOptions;
  readonly #clock: Clock;
  readonly #waiting: ReadableSpan[] = [];
  #cancelTimer: (() => void) | undefined;
  #sending: Promise<void> | undefined;
  #underWay: readonly ReadableSpan[] = [];
  #closed = false;
  /** Spans that were let in, and those of them that were sent or lost since. */
  #admitted = 0;
  #settled = 0;
  #exported = 0;
  #lost = 0;

  constructor(options: SpanQueueOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  get counts(): ExportCounts {
    return { exported: this.#exported, lost: this.#lost };
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
    if (this.#closed) return this.#lose(1, new Error('it ended after the shutdown'));
    if (this.#waiting.length >= queueLimit) return this.#lose(1, new Error('its queue is full'));
    this.#waiting.push(span);
    this.#admitted++;
    if (this.#sending) return;
    if (this.#waiting.length >= batchLimit) void this.#sendBatch();
    else this.#cancelTimer ??= this.#clock.timer(this.#options.flushMs, () => void this.#sendBatch());
  }

  /** Resolves when everything that has ended so far was sent or is lost; what ends meanwhile is not waited for. */
  async forceFlush(): Promise<void> {
    const goal = this.#admitted;
    while (this.#settled < goal) await this.#sendBatch();
  }

  async shutdown(): Promise<void> {
    await this.forceFlush();
    this.#closed = true;
  }

  /**
   * Hands everything that is not acknowledged to `send` and counts it: the process ends, and what is under way
   * may not have arrived. A destination that gets a span twice keeps it once.
   */
  finishNow(send: (spans: ReadableSpan[]) => boolean): void {
    const rest = [...this.#underWay, ...this.#waiting.splice(0)];
    if (rest.length === 0 || this.#closed) return;
    this.#closed = true;
    this.#settled = this.#admitted;
    if (send(rest)) this.#exported += rest.length;
    else this.#lose(rest.length, new Error('the process ended'));
  }

  #sendBatch(): Promise<void> {
    return (this.#sending ??= this.#send());
  }

  async #send(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const batch = this.#waiting.splice(0, batchLimit);
    this.#underWay = batch;
    try {
      // Outside of every run, and unseen by instrumentation of HTTP: sending spans makes no spans.
      const send = (): Promise<SendResult> => this.#options.send(batch);
      const { rejected, message } = await context.with(suppressTracing(ROOT_CONTEXT), send);
      const refused = Math.min(Math.max(rejected, 0), batch.length);
      this.#exported += batch.length - refused;
      if (refused > 0) this.#lose(refused, new Error(message ?? 'it refused a part of them'));
    } catch (error) {
      this.#lose(batch.length, error instanceof Error ? error : new Error(String(error)));
    }
    // In one go, so that no span can end between the last look at the queue and the next timer.
    this.#settled += batch.length;
    this.#underWay = [];
    this.#sending = undefined;
    if (this.#waiting.length > 0) void this.#sendBatch();
  }

  #lose(count: number, error: Error): void {
    this.#lost += count;
    try {
      this.#options.onLost(count, error);
    } catch (fault) {
      diag.warn('@tta/obs: the report of lost spans failed:', fault);
    }
  }
}
