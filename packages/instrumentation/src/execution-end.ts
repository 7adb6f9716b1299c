import type { ExecutionStatus, ProcessUse } from '@tta/obs-context';
import type { ErrorInfo } from './error-info.ts';

/** Why an execution failed. */
export interface Failure {
  readonly error: unknown;
  readonly info: ErrorInfo;
  /** Whether the error came from this execution itself, not from one of its children. */
  readonly arose: boolean;
}

/** What an execution emitted before its result. */
export interface StreamEnd {
  readonly chunks: number;
  readonly timeToFirstChunkMs: number;
}

/** How an execution ended: all that spans, metrics, log lines and listeners are told of it. */
export interface ExecutionEnd {
  readonly status: ExecutionStatus;
  /** On the monotonic clock, in milliseconds. */
  readonly endedAt: number;
  /** In milliseconds; of no meaning in a run that is not observed. */
  readonly durationMs: number;
  readonly failure: Failure | undefined;
  /** Whether it was closed while its body still runs. */
  readonly abandoned: boolean;
  readonly processUse: ProcessUse | undefined;
  /** `undefined` where it emitted nothing. */
  readonly stream: StreamEnd | undefined;
}

/** Milliseconds to the microsecond, as they are shown. */
export function toMicrosecond(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
