import {
  context as contextApi,
  type Context,
  diag,
  propagation,
  trace,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  NodeTracerProvider,
  ParentBasedSampler,
  type Sampler,
  type SpanLimits,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { type Clock, type Random, systemClock, systemRandom } from '@tta/obs-context';
import { createQueue } from './export/create-queue.ts';
import type { Destination } from './export/destination.ts';
import type { ExportCounts, Trouble } from './export/export-counts.ts';
import { InheritedContextManager } from './inherited-context-manager.ts';
import { createPropagator, type PropagatorName } from './propagator.ts';
import { RandomFlagTracer } from './random-flag.ts';
import { recordUnsampled } from './sampling/record-unsampled.ts';

export interface TracingOptions {
  readonly resource: Resource;
  /** Each has a queue of its own: one that is dead does not slow the others. */
  readonly destinations: readonly Destination[];
  /** Decides when a span begins. @defaultValue as the parent, and all that have none */
  readonly sampler?: Sampler;
  /** @defaultValue the SDK's: 128 attributes, events and links, values of any length */
  readonly spanLimits?: SpanLimits;
  /** In which formats context travels, in this order; none with `[]`. @defaultValue ['tracecontext', 'baggage'] */
  readonly propagators?: readonly PropagatorName[];
  /** Keys of the baggage entries that may leave the process. @defaultValue none */
  readonly baggageKeys?: readonly string[];
  /** Parent of everything that has no other: the context that the process was started in. */
  readonly parent?: Context;
  /** Told when spans do not arrive, and why. */
  readonly onTrouble?: (destination: Destination, trouble: Trouble) => void;
  /** Further processors, e.g. one that keeps spans in memory. */
  readonly spanProcessors?: readonly SpanProcessor[];
  readonly clock?: Clock;
  readonly random?: Random;
}

/** Running tracing. */
export interface Tracing {
  getTracer(name: string, version?: string): Tracer;
  /** What became of the spans so far, by the destinations' names. */
  counts(): ReadonlyMap<string, ExportCounts>;
  /** Sends what is queued. Resolves when every destination has answered or takes nothing now. */
  flush(): Promise<void>;
  /**
   * Sends what is not acknowledged while the process is ending, or leaves it on disk; blocks it until then.
   *
   * @param limitMs - For each destination.
   */
  finishNow(limitMs: number): void;
  /**
   * Sends what is queued and stops.
   *
   * @param limitMs - What is not sent by then stays on disk where a destination has a spool, else it is
   * dropped. @defaultValue 3000
   */
  shutdown(limitMs?: number): Promise<void>;
}

const defaultShutdownLimitMs = 3_000;
/** Attributes of the resource that are still being found out hold up the first request for so long. */
const resourceLimitMs = 500;

/**
 * Starts tracing and registers it with the OpenTelemetry API, so that instrumentation of any origin
 * nests with ours. Spans go to every destination in batches; with none, spans are made for the log lines'
 * trace ids alone.
 */
export function startTracing(options: TracingOptions): Tracing {
  const { resource, clock = systemClock, random = systemRandom } = options;
  const ready = resourceReady(resource, clock);
  const queues = options.destinations.map((destination) => ({
    destination,
    queue: createQueue(destination, {
      clock,
      random,
      ready,
      onTrouble: (trouble) => options.onTrouble?.(destination, trouble),
    }),
  }));
  const takesEverything = options.destinations.some(
    (destination) => 'everything' in destination && destination.everything,
  );
  const sampler = options.sampler ?? new ParentBasedSampler({ root: new AlwaysOnSampler() });
  const provider = new NodeTracerProvider({
    resource,
    sampler: takesEverything ? recordUnsampled(sampler) : sampler,
    spanLimits: options.spanLimits ?? {},
    spanProcessors: [...queues.map(({ queue }) => queue), ...(options.spanProcessors ?? [])],
  });
  const tracers = new TracerSource(provider);
  const isFirst = !isRegistered();
  // Somebody else's set-up stays as it is: its context manager serves our spans as well.
  if (isFirst) register(tracers, options);

  let isDown = false;
  return {
    getTracer: (name, version) => tracers.getTracer(name, version),
    counts: () => new Map(queues.map(({ destination, queue }) => [destination.name, queue.counts])),
    flush: () => provider.forceFlush().catch(sayProcessorFailed),
    finishNow(limitMs) {
      for (const { queue } of queues) queue.finishNow(limitMs);
    },
    async shutdown(limitMs = defaultShutdownLimitMs) {
      if (isFirst && !isDown) for (const api of [trace, contextApi, propagation]) api.disable();
      isDown = true;
      await Promise.all(queues.map(({ queue }) => queue.stop(limitMs)));
      await within(limitMs, clock, provider.shutdown().catch(sayProcessorFailed));
    },
  };
}

/** Hands out the provider's tracers, with spans as W3C wants them. */
class TracerSource implements TracerProvider {
  readonly #provider: TracerProvider;

  constructor(provider: TracerProvider) {
    this.#provider = provider;
  }

  getTracer(...scope: Parameters<TracerProvider['getTracer']>): Tracer {
    return new RandomFlagTracer(this.#provider.getTracer(...scope));
  }
}

function register(tracers: TracerProvider, { parent, propagators, baggageKeys }: TracingOptions): void {
  trace.setGlobalTracerProvider(tracers);
  contextApi.setGlobalContextManager(new InheritedContextManager(parent));
  propagation.setGlobalPropagator(createPropagator(propagators, baggageKeys));
}

/** Our own queues never reject; a processor of the user's may, and its failure is none of the program's. */
function sayProcessorFailed(error: unknown): void {
  diag.warn('@tta/obs: a span processor failed:', error);
}

function resourceReady(resource: Resource, clock: Clock): Promise<unknown> | undefined {
  if (!resource.asyncAttributesPending) return undefined;
  return within(resourceLimitMs, clock, resource.waitForAsyncAttributes?.() ?? Promise.resolve());
}

/** Waits for work to end, but not longer than the limit; what is left then goes on in the background. */
async function within(limitMs: number, clock: Clock, work: Promise<unknown>): Promise<void> {
  let cancel = (): void => {};
  const limit = new Promise<void>((resolve) => {
    cancel = clock.timer(limitMs, resolve, true);
  });
  await Promise.race([work, limit]);
  cancel();
}

/** Whether a provider is registered with the OpenTelemetry API. */
function isRegistered(): boolean {
  const registered: TracerProvider & { getDelegateTracer?(name: string): Tracer | undefined } =
    trace.getTracerProvider();
  return registered.getDelegateTracer === undefined || registered.getDelegateTracer('probe') !== undefined;
}
