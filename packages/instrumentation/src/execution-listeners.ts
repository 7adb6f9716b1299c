import {
  type ExecutionInfo,
  type ExecutionListener,
  type ExecutionResult,
  InvalidOptionError,
} from '@tta/obs-context';
import type { ExecutionEnd } from './execution-end.ts';
import type { Execution } from './execution.ts';
import { guarded } from './guarded-logger.ts';

/** Who hears of every execution. The fault of one is kept from the run and from the others. */
export class ExecutionListeners {
  readonly #all = new Set<ExecutionListener>();
  readonly #onFault: (error: unknown) => void;

  constructor(onFault: (error: unknown) => void) {
    this.#onFault = onFault;
  }

  get isEmpty(): boolean {
    return this.#all.size === 0;
  }

  /**
   * @returns Ends it.
   * @throws `OBS_ERR_INVALID_OPTION` for what would never be called.
   */
  add(listener: ExecutionListener): () => void {
    // JavaScript may give a function, which would hear of nothing.
    const given = listener as ExecutionListener | null | undefined;
    if (typeof given?.onStart !== 'function' && typeof given?.onEnd !== 'function')
      throw new InvalidOptionError(
        'onExecution: a listener has onStart or onEnd: { onEnd: (execution) => … }',
      );
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  tellStart(execution: Execution): void {
    if (this.isEmpty) return;
    const { unit, spanContext, run } = execution;
    const info: ExecutionInfo = {
      type: unit.type,
      name: unit.name,
      action: unit.action,
      edge: edgeOf(execution),
      traceId: spanContext?.traceId,
      spanId: spanContext?.spanId,
      workflowName: run.init.workflowName,
      agentType: run.init.agentType,
    };
    for (const listener of this.#all) guarded(() => listener.onStart?.(info), this.#onFault);
  }

  tellEnd(execution: Execution, end: ExecutionEnd): void {
    if (this.isEmpty) return;
    const { unit, spanContext, run, consumptionIfAny: consumed } = execution;
    const { status, durationMs, failure, processUse } = end;
    // Field by field: spread into a literal of this size, they make a dictionary of three times the bytes.
    const result: ExecutionResult = {
      type: unit.type,
      name: unit.name,
      action: unit.action,
      edge: edgeOf(execution),
      traceId: spanContext?.traceId,
      spanId: spanContext?.spanId,
      workflowName: run.init.workflowName,
      agentType: run.init.agentType,
      status,
      durationMs,
      error: failure?.error,
      errorCategory: failure?.info.category,
      costUsd: consumed?.costUsd,
      totalCostUsd: consumed?.totalCostUsd,
      savedUsd: consumed?.savedUsd,
      processUse,
    };
    for (const listener of this.#all) guarded(() => listener.onEnd?.(result), this.#onFault);
  }
}

/** What the code of a step executes by itself is no run either, though nobody said which child it is. */
function edgeOf({ edge, isRoot }: Execution): string | undefined {
  return edge ?? (isRoot ? undefined : 'inner');
}
