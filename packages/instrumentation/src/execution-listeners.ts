import type { ExecutionInfo, ExecutionListener, ExecutionResult } from '@tta/obs-context';
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

  /** @returns Ends it. */
  add(listener: ExecutionListener): () => void {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  tellStart(execution: Execution): void {
    if (this.isEmpty) return;
    const info = describe(execution);
    for (const listener of this.#all) guarded(() => listener.onStart?.(info), this.#onFault);
  }

  tellEnd(execution: Execution, end: ExecutionEnd): void {
    if (this.isEmpty) return;
    const { status, durationMs, failure, processUse } = end;
    const consumed = execution.consumptionIfAny;
    const result: ExecutionResult = {
      ...describe(execution),
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

function describe({ unit, edge, spanContext, run }: Execution): ExecutionInfo {
  return {
    type: unit.type,
    name: unit.name,
    action: unit.action,
    edge,
    traceId: spanContext?.traceId,
    spanId: spanContext?.spanId,
    workflowName: run.init.workflowName,
    agentType: run.init.agentType,
  };
}
