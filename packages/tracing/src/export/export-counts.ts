import type { Signal } from './signal.ts';

/** What became of what one destination was to get: spans, log records or data points of metrics. */
export interface ExportCounts {
  /** Those that it has acknowledged, also those that an earlier process had spooled. */
  readonly exported: number;
  /** Those that this process wrote to disk because it could not be reached. */
  readonly spooled: number;
  /** Those that it did not take and that are gone. */
  readonly dropped: number;
}

/** Telemetry that did not arrive. */
export interface Trouble {
  /** What it is. */
  readonly signal: Signal;
  /** `kept`: it waits and is sent later. `dropped`: it is gone. */
  readonly kind: 'kept' | 'dropped';
  /** Where it waits; `undefined` when it is gone. */
  readonly keptOn: 'disk' | 'memory' | undefined;
  /** How many spans, log records or data points; 0 where that is not known. */
  readonly count: number;
  /** Why. */
  readonly error: Error;
}
