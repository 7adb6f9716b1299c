import type { Tracer } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { Resource } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  NodeTracerProvider,
  ParentBasedSampler,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import type { Destination } from './destination.ts';
import { WaitingSpans } from './waiting-spans.ts';
import { type ExportCounts, WatchedExporter } from './watched-exporter.ts';

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
  /** Sends what is queued and stops. */
  shutdown(): Promise<void>;
}

/** Spans that wait for one destination; further ones are dropped and counted as lost. */
const queueLimit = 8192;
const batchLimit = 512;

/**
 * Starts tracing and registers it with the OpenTelemetry API, so that instrumentation of any origin
 * nests with ours. Spans go to every destination in batches; with none, spans are made for the log lines'
 * trace ids alone.
 */
export function startTracing(options: TracingOptions): Tracing {
  const watched = new Map<Destination, WatchedExporter>();
  for (const destination of options.destinations) {
    const exporter = new OTLPTraceExporter({
      url: destination.tracesUrl,
      headers: { ...destination.headers },
      timeoutMillis: destination.timeoutMs ?? 10_000,
      concurrencyLimit: 30,
    });
    watched.set(
      destination,
      new WatchedExporter(exporter, (lost, error) => options.onLost?.(destination, lost, error)),
    );
  }
  const queues = [...watched].map(([destination, exporter]) => {
    const batches = new BatchSpanProcessor(exporter, {
      scheduledDelayMillis: destination.flushMs ?? 5_000,
      maxExportBatchSize: batchLimit,
      maxQueueSize: queueLimit,
      exportTimeoutMillis: 30_000,
    });
    const queue = new WaitingSpans(batches, queueLimit, () =>
      exporter.lose(1, new Error('its queue is full')),
    );
    exporter.onTaken = (count) => queue.taken(count);
    return queue;
  });
  const processors = [...queues, ...(options.spanProcessors ?? [])];
  const provider = new NodeTracerProvider({
    resource: options.resource,
    sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    spanProcessors: processors,
  });
  provider.register({
    propagator: new CompositePropagator({
      propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
    }),
  });
  // Each on its own, not through the provider, which gives up on all as soon as one fails. A destination that
  // is down has been told to `onLost`; it is no failure of the program.
  const flush = async (): Promise<void> => {
    await Promise.allSettled(processors.map((processor) => processor.forceFlush()));
    // What had left a queue before is still under way.
    await Promise.allSettled([...watched.values()].map((exporter) => exporter.forceFlush()));
  };
  return {
    getTracer: (name, version) => provider.getTracer(name, version),
    counts: () => new Map([...watched].map(([destination, exporter]) => [destination.name, exporter.counts])),
    flush,
    async shutdown() {
      await flush();
      await Promise.allSettled(processors.map((processor) => processor.shutdown()));
      await provider.shutdown().catch(() => undefined);
    },
  };
}
