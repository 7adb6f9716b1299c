import { diag, TraceFlags } from '@opentelemetry/api';
import { millisToHrTime } from '@opentelemetry/core';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-node';
import { type Clock, InvalidOptionError, systemClock } from '@tta/obs-context';
import { DecisionCache } from './decision-cache.ts';
import { type Decision, DecisionRule } from './decision-rule.ts';
import { goDurationMs } from './go-duration.ts';
import { OpenTrace, OpenTraceQueue } from './open-trace.ts';
import type { TraceView } from './policy.ts';
import { spanMemoryBytes } from '../span-size.ts';
import { parseTailSamplingConfig, type TailSamplingConfig } from './tail-sampling-config.ts';

/** What a {@link TailSampler} decides by, and for whom. */
export interface TailSamplerOptions {
  readonly config: TailSamplingConfig;
  /** Is told of the end of spans that are kept, and of nothing else. It is flushed and shut down with the sampler. */
  readonly next: SpanProcessor;
  /** @defaultValue systemClock */
  readonly clock?: Clock;
  /** Memory for spans that wait for a decision, in bytes; estimated. @defaultValue 67108864, which is 64 MiB */
  readonly limitBytes?: number;
}

/** What became of the traces so far, and what waits for a decision now. */
export interface TailSamplingCounts {
  /** Of which something was kept. A trace of which only a later part was kept counts as dropped, too. */
  readonly keptTraces: number;
  readonly droppedTraces: number;
  readonly keptSpans: number;
  readonly droppedSpans: number;
  /** How often a trace was decided, or forgotten, while open, because there was no room. */
  readonly evictedTraces: number;
  readonly openTraces: number;
  readonly waitingSpans: number;
  /** Estimated. */
  readonly waitingBytes: number;
}

const defaultLimitBytes = 64 * 1024 * 1024;
const defaultDecisionWait = '30s';
const defaultNumTraces = 50_000;
/** Traces that stay open are looked at again and again; not more often than this, also with a `decision_wait` of 0. */
const shortestWaitMs = 100;

/**
 * Decides about whole traces when they are over, by the policies of the Collector's tail sampling processor.
 *
 * - A trace is over when none of its spans in this process is open; it is decided in that moment.
 * - It may go on all the same: with a retry by the caller, a second run under one `TRACEPARENT`, work that outlives
 *   the request. After a part that was kept all that follows is kept, after a `drop` policy nothing is. After any
 *   other part that was dropped, the next one, up to the moment in which again no span is open, is held and decided
 *   as if it were a trace of its own. What was dropped before is gone.
 * - A trace that stays open is looked at every `decision_wait`, and kept as soon as a policy matches that further
 *   spans cannot turn round (an error, the latency, an attribute); a `drop` that matches only later comes too late.
 *   Otherwise its spans wait on.
 * - `num_traces` and `limitBytes` bound what waits. The trace that was not looked at for the longest time makes
 *   room: it is decided with what is known.
 * - The spans that are open then are decided with the next part if they end while it is open. Otherwise they follow
 *   the decision; one that such a policy would keep by itself turns it, unless a `drop` policy made it: that span
 *   and all that comes after it are kept.
 *
 * With a `status_code` policy for `ERROR`, every failed span is kept with the whole of its part of the trace, from a
 * moment without open spans to the next, and with all parts that follow, whatever limits the other policies have;
 * unless a `drop` policy matches, `maximum_trace_size_bytes` is passed or the trace was evicted before the span
 * ended. Of an evicted trace the failed span and all that ends after it are kept, among them its local ancestors;
 * spans that had ended before the eviction are not.
 *
 * Adjusted counts are not written, and no attribute says which policy matched: ended spans do not change.
 */
export class TailSampler implements SpanProcessor {
  readonly #config: TailSamplingConfig;
  readonly #next: SpanProcessor;
  readonly #clock: Clock;
  readonly #limitBytes: number;
  readonly #limitTraces: number;
  readonly #waitMs: number;
  readonly #rule: DecisionRule;
  readonly #decisions: DecisionCache;
  readonly #traces = new Map<string, OpenTrace>();
  readonly #queue = new OpenTraceQueue();
  readonly #decideComplete = (trace: OpenTrace): Decision => this.#rule.decide(trace);
  readonly #decideOpen = (trace: OpenTrace): Decision => this.#rule.decide(this.#viewOpen(trace));
  #cancelTimer: (() => void) | undefined;
  #isDown = false;
  #waitingSpans = 0;
  #waitingBytes = 0;
  #keptTraces = 0;
  #droppedTraces = 0;
  #keptSpans = 0;
  #droppedSpans = 0;
  #evictedTraces = 0;

  /** @throws InvalidOptionError as {@link parseTailSamplingConfig} does, and when `limitBytes` is not positive. */
  constructor(options: TailSamplerOptions) {
    const { limitBytes = defaultLimitBytes, clock = systemClock } = options;
    if (!Number.isFinite(limitBytes) || limitBytes <= 0)
      throw new InvalidOptionError(`limitBytes is ${limitBytes}; give the memory for waiting spans in bytes`);
    const config = parseTailSamplingConfig(options.config);
    this.#config = config;
    this.#next = options.next;
    this.#clock = clock;
    this.#limitBytes = limitBytes;
    this.#limitTraces = config.num_traces ?? defaultNumTraces;
    this.#waitMs = Math.max(goDurationMs(config.decision_wait ?? defaultDecisionWait) ?? 0, shortestWaitMs);
    this.#rule = new DecisionRule({
      policies: config.policies,
      sampleOnFirstMatch: config.sample_on_first_match ?? false,
      clock,
    });
    this.#decisions = new DecisionCache(
      Math.max(config.decision_cache?.sampled_cache_size ?? 0, this.#limitTraces),
      Math.max(config.decision_cache?.non_sampled_cache_size ?? 0, this.#limitTraces),
    );
  }

  get counts(): TailSamplingCounts {
    return {
      keptTraces: this.#keptTraces,
      droppedTraces: this.#droppedTraces,
      keptSpans: this.#keptSpans,
      droppedSpans: this.#droppedSpans,
      evictedTraces: this.#evictedTraces,
      openTraces: this.#traces.size,
      waitingSpans: this.#waitingSpans,
      waitingBytes: this.#waitingBytes,
    };
  }

  onStart(span: ReadableSpan): void {
    const { traceId, spanId, traceFlags } = span.spanContext();
    if (!isSampled(traceFlags)) return;
    const trace = this.#traces.get(traceId) ?? this.#open(traceId, span);
    trace?.openSpans.add(spanId);
  }

  onEnd(span: ReadableSpan): void {
    const { traceId, spanId, traceFlags } = span.spanContext();
    if (!isSampled(traceFlags)) return;
    const trace = this.#traces.get(traceId);
    if (trace === undefined) return this.#endWithoutRecord(traceId, span);
    trace.openSpans.delete(spanId);
    if (trace.isSampled) this.#keep(span);
    else this.#wait(trace, span);
    if (trace.openSpans.size === 0) this.#close(trace, this.#decideComplete);
    else if (!trace.isSampled) this.#checkSize(trace);
  }

  /** Open traces go on waiting; the others are decided already. */
  forceFlush(): Promise<void> {
    return this.#next.forceFlush();
  }

  async shutdown(): Promise<void> {
    if (this.#config.drop_pending_traces_on_shutdown === true) this.#closeAll(drop);
    else this.decideOpenTraces();
    this.#isDown = true;
    await this.#next.shutdown();
  }

  /**
   * Decides every open trace with what is known of it, in this very call: for a process that is about to end. Its
   * spans that end afterwards follow the decision.
   */
  decideOpenTraces(): void {
    this.#closeAll(this.#decideOpen);
  }

  /** Begins to hold a trace. One that is kept or dropped for good needs no record: its spans just follow. */
  #open(traceId: string, { startTime }: ReadableSpan): OpenTrace | undefined {
    const decision = this.#decisions.get(traceId);
    if (this.#isDown || decision === 'sampled' || decision === 'dropped') return undefined;
    const oldest = this.#queue.first;
    if (oldest && this.#traces.size >= this.#limitTraces) this.#evict(oldest);
    const trace = new OpenTrace(traceId, startTime, this.#clock.now() - this.#clock.monotonic());
    this.#traces.set(traceId, trace);
    this.#enqueue(trace);
    return trace;
  }

  /** A span that was started before its trace was decided, or was forgotten, or before the sampler was. */
  #endWithoutRecord(traceId: string, span: ReadableSpan): void {
    if (this.#isDown) return void this.#droppedSpans++;
    const decision = this.#decisions.get(traceId);
    const alone = { traceId, spans: [span] };
    if (decision === undefined) return this.#carryOut(traceId, alone.spans, this.#rule.decide(alone));
    const isTurned = decision === 'not_sampled' && this.#rule.decidePart(alone) === 'sampled';
    if (isTurned) this.#remember(traceId, 'sampled');
    if (isTurned || decision === 'sampled') this.#keep(span);
    else this.#droppedSpans++;
  }

  #wait(trace: OpenTrace, span: ReadableSpan): void {
    trace.spans.push(span);
    this.#waitingSpans++;
    // The last span is decided in the same call and needs no room.
    if (trace.openSpans.size === 0) return;
    const sizeBytes = spanMemoryBytes(span);
    trace.sizeBytes += sizeBytes;
    this.#waitingBytes += sizeBytes;
    this.#armTimer();
  }

  /** Lets a trace go: what waits is kept or dropped, and what ends later does the same. */
  #close(trace: OpenTrace, decide: (trace: OpenTrace) => Decision): void {
    this.#traces.delete(trace.traceId);
    this.#queue.remove(trace);
    if (trace.isSampled) this.#decisions.set(trace.traceId, 'sampled');
    // Without a span nothing is known yet: those that end later are decided when they do.
    else if (trace.spans.length > 0) this.#settle(trace, decide(trace));
  }

  #closeAll(decide: (trace: OpenTrace) => Decision): void {
    for (let trace = this.#queue.first; trace; trace = this.#queue.first) this.#close(trace, decide);
  }

  #evict(trace: OpenTrace): void {
    if (!trace.isSampled) this.#evictedTraces++;
    this.#close(trace, this.#decideOpen);
  }

  #checkSize(trace: OpenTrace): void {
    const { maximum_trace_size_bytes: limitBytes = 0 } = this.#config;
    if (limitBytes > 0 && trace.sizeBytes > limitBytes) this.#close(trace, drop);
    for (
      let oldest = this.#queue.first;
      oldest && this.#waitingBytes > this.#limitBytes;
      oldest = this.#queue.first
    ) {
      if (oldest.sizeBytes === 0) this.#requeue(oldest);
      else this.#evict(oldest);
    }
  }

  /** Looks at the traces that have been open for so long, and sees to it that the next ones are looked at in time. */
  #lookAtOpenTraces(): void {
    this.#cancelTimer = undefined;
    const nowMs = this.#clock.monotonic();
    for (let trace = this.#queue.first; trace && trace.lookAtMs <= nowMs; trace = this.#queue.first) {
      this.#requeue(trace);
      if (trace.sizeBytes === 0 || this.#rule.decidePart(this.#viewOpen(trace)) !== 'sampled') continue;
      trace.isSampled = true;
      this.#settle(trace, 'sampled');
    }
    this.#armTimer();
  }

  #requeue(trace: OpenTrace): void {
    this.#queue.remove(trace);
    this.#enqueue(trace);
  }

  #enqueue(trace: OpenTrace): void {
    trace.lookAtMs = this.#clock.monotonic() + this.#waitMs;
    this.#queue.add(trace);
  }

  #armTimer(): void {
    const { first } = this.#queue;
    if (this.#cancelTimer || !first || this.#waitingBytes === 0) return;
    const waitMs = first.lookAtMs - this.#clock.monotonic();
    this.#cancelTimer = this.#clock.timer(waitMs, () => this.#lookAtOpenTraces());
  }

  /** Keeps or drops what waits of a trace. */
  #settle(trace: OpenTrace, decision: Decision): void {
    const { spans } = trace;
    this.#waitingSpans -= spans.length;
    this.#waitingBytes -= trace.sizeBytes;
    trace.spans = [];
    trace.sizeBytes = 0;
    if (this.#waitingBytes === 0) {
      this.#cancelTimer?.();
      this.#cancelTimer = undefined;
    }
    this.#carryOut(trace.traceId, spans, decision);
  }

  #carryOut(traceId: string, spans: readonly ReadableSpan[], decision: Decision): void {
    this.#remember(traceId, decision);
    if (decision === 'sampled') for (const span of spans) this.#keep(span);
    else this.#droppedSpans += spans.length;
  }

  #remember(traceId: string, decision: Decision): void {
    const before = this.#decisions.get(traceId);
    this.#decisions.set(traceId, decision);
    if (decision === 'sampled') this.#keptTraces++;
    else if (before === undefined) this.#droppedTraces++;
  }

  #keep(span: ReadableSpan): void {
    this.#keptSpans++;
    try {
      this.#next.onEnd(span);
    } catch (error) {
      diag.warn('@tta/obs: the span processor behind tail sampling failed:', error);
    }
  }

  /** Not by the time of day: one that is set while the trace is open would make it slow. */
  #viewOpen({ traceId, spans, startTime, clockOffsetMs }: OpenTrace): TraceView {
    const until = millisToHrTime(this.#clock.monotonic() + clockOffsetMs);
    return { traceId, spans, open: { from: startTime, until } };
  }
}

/** What was not sampled at its start is recorded for a destination that takes everything; there is nothing to decide. */
function isSampled(traceFlags: number): boolean {
  return (traceFlags & TraceFlags.SAMPLED) !== 0;
}

function drop(): Decision {
  return 'dropped';
}
