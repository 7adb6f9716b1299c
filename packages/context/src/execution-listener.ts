import type { ErrorCategory } from './obs-error.ts';

/** How an execution ended. */
export type ExecutionStatus = 'success' | 'error' | 'timeout' | 'cancelled';

/** One execution of a primitive, as a listener sees it. */
export interface ExecutionInfo {
  readonly type: string;
  readonly name: string;
  readonly action: string;
  /** Which edge of its parent led here: `step_0`, `attempt_2`, …; `undefined` at the root. */
  readonly edge: string | undefined;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly workflowName: string | undefined;
}

export interface ExecutionResult extends ExecutionInfo {
  readonly status: ExecutionStatus;
  readonly durationMs: number;
  /** The thrown value, untouched; `undefined` on success. */
  readonly error: unknown;
  readonly errorCategory: ErrorCategory | undefined;
}

/**
 * Hears of every execution. Called in line with the run, so it has to be quick; what it throws is
 * swallowed and counted, never passed on to the run.
 */
export interface ExecutionListener {
  onStart?(execution: ExecutionInfo): void;
  onEnd?(execution: ExecutionResult): void;
}
