import type { ExportCounts } from '@tta/obs-tracing';

/** One of traces, metrics and log lines while it is recorded and sent. */
export interface RunningSignal {
  /** What became of it so far, by the names of its destinations. */
  counts(): ReadonlyMap<string, ExportCounts>;
  /** Sends what there is. May take longer than the limit when a destination does not answer. */
  flush(limitMs: number): Promise<void>;
  /** Sends what is not acknowledged while the process ends, or leaves it on disk; blocks it until then. */
  finishNow(limitMs: number): void;
  /** Sends what there is within the limit and takes everything down. */
  shutdown(limitMs: number): Promise<void>;
}
