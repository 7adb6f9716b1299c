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
import {
  type Clock,
  InvalidOptionError,
  type Random,
  systemClock,
  systemRandom,
  within,
} from '@tta/obs-context';
import { createQueue } from './export/create-queue.ts';
import type { Destination } from './export/destination.ts';
import type { ExportCounts, Trouble } from './export/export-counts.ts';
import { queueSurroundings } from './export/export-surroundings.ts';
import type { SpanQueue } from './export/span-queue.ts';
import { InheritedContextManager } from './inherited-context-manager.ts';
import { createPropagator, type PropagatorName } from './propagator.ts';
import { RandomFlagTracer } from './random-flag.ts';
import { recordUnsampled } from './sampling/record-unsampled.ts';
import type { TailSamplingConfig } from './tail-sampling/tail-sampling-config.ts';
import { TailSampler, type TailSamplingCounts } from './tail-sampling/tail-sampler.ts';

/** What {@link startTracing} starts. */
export interface TracingOptions {
  /** Who sends: see `createResource`. */
  readonly resource: Resource;
  /** Each has a queue of its own: one that is dead does not slow the others. */
  readonly destinations: readonly Destination[];
  /** Decides when a span begins. @defaultValue as the parent, and all that have none */
  readonly sampler?: Sampler;
  /**
   * Decides once a trace is over, in the words of the Collector's tail sampling processor. A destination that
   * takes everything is not asked about: it gets each span when it ends. @defaultValue every trace is kept
   */
  readonly tailSampling?: TailSamplingConfig;
  /** @defaultValue the SDK's: 128 attributes, events and links, values of any length */
  readonly spanLimits?: SpanLimits;
  /** In which formats context travels, in this order; none with `[]`. @defaultValue ['tracecontext', 'baggage'] */
  readonly propagators?: readonly PropagatorName[];
  /** Keys of the baggage entries that may leave the process. @defaultValue none */
  readonly baggageKeys?: readonly string[];
  /** Parent of everything that has no other: the context that the process was started in. */
  readonly parent?: Context;
  /** Told when spans do not arrive, and why. Spans that end meanwhile are not sent to that destination. */
  readonly onTrouble?: (destination: Destination, trouble: Trouble) => void;
  /** Further processors, e.g. one that keeps spans in memory. */
  readonly spanProcessors?: readonly SpanProcessor[];
  /** @defaultValue the machine's */
  readonly clock?: Clock;
  /** Spreads repetitions over time. @defaultValue the machine's */
  readonly random?: Random;
}

/** Running tracing. */
export interface Tracing {
  /** A tracer; the OpenTelemetry API hands out the same ones. */
  getTracer(name: string, version?: string): Tracer;
  /** What became of the spans so far, by the destinations' names. */
  counts(): ReadonlyMap<string, ExportCounts>;
  /**
   * The share of this process's time that went into encoding spans since the last call, 0 to 1: what the
   * adaptive sampler asks for.
   */
  overhead(): number;
  /** What tail sampling kept and dropped so far; `undefined` without it. */
  tailSampling(): TailSamplingCounts | undefined;
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

/**
 * Starts tracing and registers it with the OpenTelemetry API, so that instrumentation of any origin
 * nests with ours. Spans go to every destination in batches; with none, spans are made for the log lines'
 * trace ids alone.
 *
 * @throws `OBS_ERR_INVALID_OPTION` for a destination that cannot be used, two of one name, or a tail sampling
 * configuration with a mistake in it.
 */
export function startTracing(options: TracingOptions): Tracing {
  const { resource, clock = systemClock, random = systemRandom } = options;
  requireNames(options.destinations);
  const surroundings = queueSurroundings({ resource, clock, random });
  const queues = options.destinations.map((destination) => ({
    destination,
    queue: createQueue(destination, {
      ...surroundings,
      onTrouble: (trouble) => options.onTrouble?.(destination, trouble),
    }),
  }));
  const isOpen = ({ destination }: { destination: Destination }): boolean =>
    !('exporter' in destination) && destination.everything === true;
  const open = queues.filter(isOpen).map(({ queue }) => queue);
  const others = queues.filter((entry) => !isOpen(entry)).map(({ queue }) => queue);
  const tailSampler =
    options.tailSampling && new TailSampler({ config: options.tailSampling, next: allOf(others), clock });
  const sampler = options.sampler ?? new ParentBasedSampler({ root: new AlwaysOnSampler() });
  const provider = new NodeTracerProvider({
    resource,
    sampler: open.length > 0 ? recordUnsampled(sampler) : sampler,
    spanLimits: options.spanLimits ?? {},
    spanProcessors: [...open, ...(tailSampler ? [tailSampler] : others), ...(options.spanProcessors ?? [])],
  });
  const tracers = new TracerSource(provider);
  // Somebody else's set-up stays as it is: its context manager serves our spans as well.
  for (const { queue } of queues) queue.start();
  const unregister = isRegistered() ? (): void => {} : register(tracers, options);

  const stop = async (limitMs: number): Promise<void> => {
    unregister();
    await tailSampler?.shutdown();
    await Promise.all(queues.map(({ queue }) => queue.stop(limitMs)));
    await within(limitMs, clock, shutDownExporters(options.destinations));
    await within(limitMs, clock, provider.shutdown().catch(sayProcessorFailed));
  };
  let stopping: Promise<void> | undefined;
  let asked = { atMs: clock.monotonic(), encodingMs: 0 };
  return {
    getTracer: (name, version) => tracers.getTracer(name, version),
    counts: () => new Map(queues.map(({ destination, queue }) => [destination.name, queue.counts])),
    overhead() {
      const now = { atMs: clock.monotonic(), encodingMs: sum(queues.map(({ queue }) => queue.encodingMs)) };
      const share = (now.encodingMs - asked.encodingMs) / Math.max(now.atMs - asked.atMs, 1);
      asked = now;
      return Math.min(share, 1);
    },
    tailSampling: () => tailSampler?.counts,
    flush: () => provider.forceFlush().catch(sayProcessorFailed),
    finishNow(limitMs) {
      tailSampler?.decideOpenTraces();
      for (const { queue } of queues) queue.finishNow(limitMs);
    },
    shutdown: (limitMs = defaultShutdownLimitMs) => (stopping ??= stop(limitMs)),
  };
}

/** Counts and messages tell destinations by their names. */
function requireNames(destinations: readonly Destination[]): void {
  const names = destinations.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new InvalidOptionError(`two destinations are called "${twice}"; give each a name of its own`);
}

/** What is behind tail sampling; it is stopped by itself, with a limit. */
function allOf(queues: readonly SpanQueue<unknown>[]): SpanProcessor {
  return {
    onStart() {},
    onEnd: (span) => queues.forEach((queue) => queue.onEnd(span)),
    forceFlush: async () => void (await Promise.all(queues.map((queue) => queue.forceFlush()))),
    shutdown: () => Promise.resolve(),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
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

/** Registers what nobody has registered yet; returns what takes down just that, as long as it is still ours. */
function register(tracers: TracerProvider, { parent, propagators, baggageKeys }: TracingOptions): () => void {
  const hasTracers = trace.setGlobalTracerProvider(tracers);
  const hasContext = contextApi.setGlobalContextManager(new InheritedContextManager(parent));
  const hasPropagator = propagation.setGlobalPropagator(createPropagator(propagators, baggageKeys));
  return () => {
    // Somebody who has replaced the provider has replaced the others as well, or uses ours.
    if (!hasTracers || delegateOf(trace.getTracerProvider()) !== tracers) return;
    trace.disable();
    if (hasContext) contextApi.disable();
    if (hasPropagator) propagation.disable();
  };
}

/** The provider that is registered with the API, behind the proxy that the API hands out. */
function delegateOf(provider: TracerProvider & { getDelegate?(): TracerProvider }): TracerProvider {
  return provider.getDelegate?.() ?? provider;
}

/** Exporters that users bring may hold spans themselves, and may do anything. */
async function shutDownExporters(destinations: readonly Destination[]): Promise<void> {
  const shutDown = async (destination: Destination): Promise<void> => {
    if ('exporter' in destination) await destination.exporter.shutdown();
  };
  await Promise.all(destinations.map((destination) => shutDown(destination).catch(sayProcessorFailed)));
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
