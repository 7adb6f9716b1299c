import type { ErrorCategory } from './obs-error.ts';
import type { ProcessUse } from './process-meter.ts';

/** How an execution ended. `suspended`: it waits for a decision, and goes on in a run that is begun with that. */
export type ExecutionStatus = 'success' | 'error' | 'timeout' | 'cancelled' | 'suspended';

/** One execution of a primitive, as a listener sees it. */
export interface ExecutionInfo {
  readonly type: string;
  readonly name: string;
  readonly action: string;
  /** Which edge of its parent led here: `step_0`, `attempt_2`, …; `inner` for what a step executes by itself; `undefined` at the root. */
  readonly edge: string | undefined;
  /** Of its span; `undefined` when nothing records. */
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly workflowName: string | undefined;
  readonly agentType: string | undefined;
}

/** One execution of a primitive that has ended. */
export interface ExecutionResult extends ExecutionInfo {
  readonly status: ExecutionStatus;
  /** From begin to end, in milliseconds. */
  readonly durationMs: number;
  /** The thrown value, untouched; `undefined` on success, and where it is suspended. */
  readonly error: unknown;
  readonly errorCategory: ErrorCategory | undefined;
  /** Spent by this execution itself, in US dollars; `undefined` where nothing was told. */
  readonly costUsd: number | undefined;
  /** Spent by this execution and its steps, in US dollars; `undefined` where nothing was told. */
  readonly totalCostUsd: number | undefined;
  /** What this execution itself avoided to spend, in US dollars; `undefined` where nothing was told. */
  readonly savedUsd: number | undefined;
  /** What the process used meanwhile; `undefined` where it is not measured. */
  readonly processUse: ProcessUse | undefined;
}

/**
 * Hears of every execution. Called in line with the run, so it has to be quick; what it throws is
 * swallowed and counted, never passed on to the run.
 */
export interface ExecutionListener {
  /** An execution begins. */
  onStart?(execution: ExecutionInfo): void;
  /** An execution has ended. */
  onEnd?(execution: ExecutionResult): void;
}
