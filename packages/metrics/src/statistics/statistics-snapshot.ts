import type { ErrorCategory, ExecutionStatus } from '@tta/obs-context';
import type { LatencySummary } from './durations.ts';
import type { Throughput } from './per-second-counts.ts';

/** What the executions of all primitives were like, of one process or of several. Plain JSON. */
export interface StatisticsSnapshot {
  readonly version: 1;
  /** When it was taken, in milliseconds since the Unix epoch; of several, the latest. */
  readonly takenAtMs: number;
  /** How far `latency` reaches back, in milliseconds; up to a tenth less. */
  readonly windowMs: number;
  /** Which process it is of, as {@link PrimitiveStatisticsOptions.process} says. */
  readonly process?: string;
  readonly primitives: readonly PrimitiveSnapshot[];
}

/** What the executions of one primitive were like. Counts and sums are since the start of the process. */
export interface PrimitiveSnapshot {
  readonly type: string;
  readonly name: string;
  /** Executions that have begun and not ended. */
  readonly inFlight: number;
  /** Executions that have ended, by how. */
  readonly executions: Readonly<Record<ExecutionStatus, number>>;
  /** Executions that ended with `error` or `timeout`, by what kind of failure. */
  readonly errors: Readonly<Record<ErrorCategory, number>>;
  /** Over the window, of executions however they ended. */
  readonly latency: LatencySnapshot;
  /** Executions whose duration was no finite number from 0: counted, but not in `latency`. */
  readonly unmeasured: number;
  readonly throughput: Throughput;
  /** Spent by the executions themselves, without their steps, in US dollars. */
  readonly costUsd: number;
  /** What the executions themselves avoided to spend, in US dollars. */
  readonly savedUsd: number;
  readonly processUse: ProcessUseSums;
}

/** How long executions took, and the histogram that says so. */
export interface LatencySnapshot extends LatencySummary {
  /** HdrHistogram of microseconds with two significant digits: encoding V2, compressed, base64. */
  readonly histogram: string;
}

/** What the process used while executions ran, their steps included. */
export interface ProcessUseSums {
  /** How many executions `cpuMs` and `heapDeltaBytes` are of: those that no other one overlapped with. */
  readonly executions: number;
  readonly cpuMs: number;
  /** How much the heap grew; garbage collection makes it less. */
  readonly heapDeltaBytes: number;
  /** Measured executions that another one overlapped with, and that are therefore in no sum. */
  readonly inexact: number;
}

export function noExecutions(): Record<ExecutionStatus, number> {
  return { success: 0, error: 0, timeout: 0, cancelled: 0, suspended: 0 };
}

export function noErrors(): Record<ErrorCategory, number> {
  return {
    network: 0,
    timeout: 0,
    rate_limit: 0,
    resource: 0,
    transient: 0,
    validation: 0,
    auth: 0,
    cancelled: 0,
    permanent: 0,
    unknown: 0,
  };
}
