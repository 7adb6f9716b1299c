import {
  context as contextApi,
  diag,
  propagation,
  trace,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  NodeTracerProvider,
  ParentBasedSampler,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { systemClock } from '@tta/obs-context';
import type { Destination } from './export/destination.ts';
import { OtlpSender } from './export/otlp-sender.ts';
import { type ExportCounts, SpanQueue } from './export/span-queue.ts';

export interface TracingOptions {
  readonly resource: Resource;
  /** Each has a queue of its own: one that is dead does not slow the others. */
  readonly destinations: readonly Destination[];
  /** Told of spans that a destination did not take. */
  readonly onLost?: (destination: Destination, lost: number, error: Error | undefined) => void;
  /** Further processors, e.g. one that keeps spans in memory. */
  readonly spanProcessors?: readonly SpanProcessor[];
}

/** Running tracing. */
export interface Tracing {
  getTracer(name: string, version?: string): Tracer;
  /** What arrived so far, by the destinations' names. */
  counts(): ReadonlyMap<string, ExportCounts>;
  /** Sends what is queued. Resolves when every destination has answered or given up. */
  flush(): Promise<void>;
  /**
   * Sends what is not acknowledged while the process is ending; blocks it until then.
   *
   * @param limitMs - For each destination.
   */
  finishNow(limitMs: number): void;
  /**
   * Sends what is queued and stops.
   *
   * @param limitMs - What is not sent by then is lost. @defaultValue 3000
   */
  shutdown(limitMs?: number): Promise<void>;
}

const defaultShutdownLimitMs = 3_000;

/**
 * Starts tracing and registers it with the OpenTelemetry API, so that instrumentation of any origin
 * nests with ours. Spans go to every destination in batches; with none, spans are made for the log lines'
 * trace ids alone.
 */
export function startTracing(options: TracingOptions): Tracing {
  const queues = options.destinations.map((destination) => {
    const sender = new OtlpSender({
      url: destination.tracesUrl,
      headers: destination.headers,
      timeoutMs: destination.timeoutMs ?? 10_000,
    });
    const queue = new SpanQueue({
      send: (spans) => sender.send(spans),
      flushMs: destination.flushMs ?? 5_000,
      onLost: (lost, error) => options.onLost?.(destination, lost, error),
    });
    return { name: destination.name, queue, sender };
  });
  const provider = new NodeTracerProvider({
    resource: options.resource,
    sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    spanProcessors: [...queues.map(({ queue }) => queue), ...(options.spanProcessors ?? [])],
  });
  let isDown = false;
  const isFirst = !isRegistered();
  // Somebody else's set-up stays as it is: its context manager serves our spans as well.
  if (isFirst)
    provider.register({
      propagator: new CompositePropagator({
        propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
      }),
    });
  return {
    getTracer: (name, version) => provider.getTracer(name, version),
    counts: () => new Map(queues.map(({ name, queue }) => [name, queue.counts])),
    flush: () => provider.forceFlush().catch(sayProcessorFailed),
    finishNow(limitMs) {
      for (const { queue, sender } of queues)
        queue.finishNow((spans) => sender.sendBeforeExit(spans, limitMs));
    },
    async shutdown(limitMs = defaultShutdownLimitMs) {
      if (isFirst && !isDown) for (const api of [trace, contextApi, propagation]) api.disable();
      isDown = true;
      for (const { sender } of queues) sender.finish();
      const giveUp = (): void => queues.forEach(({ sender }) => sender.abort());
      const cancel = systemClock.timer(limitMs, giveUp, true);
      await provider.shutdown().catch(sayProcessorFailed);
      cancel();
      giveUp();
    },
  };
}

/** Our own queues never reject; a processor of the user's may, and its failure is none of the program's. */
function sayProcessorFailed(error: unknown): void {
  diag.warn('@tta/obs: a span processor failed:', error);
}

/** Whether a provider is registered with the OpenTelemetry API. */
function isRegistered(): boolean {
  const registered: TracerProvider & { getDelegateTracer?(name: string): Tracer | undefined } =
    trace.getTracerProvider();
  return registered.getDelegateTracer === undefined || registered.getDelegateTracer('probe') !== undefined;
}
