import type { StructuredLogger } from '@tta/obs-logging';
import type { SloStatus, StatisticsSnapshot } from '@tta/obs-metrics';
import type { ExportCounts, TailSamplingCounts } from '@tta/obs-tracing';
import type { Addressee } from './addressee.ts';

/** Running observability. */
export interface Observability {
  readonly serviceName: string;
  /** Where traces go. */
  readonly destinations: readonly Addressee[];
  /** Where Prometheus scrapes; `undefined` when it was not asked for or its port was taken. */
  readonly prometheusUrl: Promise<string | undefined>;
  /**
   * For log lines of the program's own. They carry the ids of the run that they are written in, and go where those
   * of primitives go.
   */
  readonly log: StructuredLogger;
  /** What became of the spans so far, by the names of {@link Observability.destinations}. */
  counts(): ReadonlyMap<string, ExportCounts>;
  /**
   * The share of this process's time that went into encoding spans since the last call, 0 to 1: what the
   * adaptive sampler asks for.
   */
  overhead(): number;
  /** What tail sampling kept and dropped so far; `undefined` without it. */
  tailSampling(): TailSamplingCounts | undefined;
  /**
   * How often each primitive of this process ran, how long it took over the last five minutes (p50 to p99.9), how
   * it failed and what it cost. Plain JSON; `mergeSnapshots` of `@tta/obs-metrics` makes one of several processes'.
   */
  primitiveMetrics(): StatisticsSnapshot;
  /** How each SLO of this process stands, in the order they were given. */
  slos(): readonly SloStatus[];
  /** Sends what is queued; bounded in time. */
  flush(): Promise<void>;
  /** Sends what is queued, bounded in time, and takes everything down. Safe to call twice. */
  shutdown(): Promise<void>;
}
