import type { ExecutionInfo, ExecutionResult } from '@tta/obs-context';

/** An execution that begins. */
export function started(name: string, type = 'lambda'): ExecutionInfo {
  return {
    type,
    name,
    action: 'execute',
    edge: undefined,
    traceId: undefined,
    spanId: undefined,
    workflowName: undefined,
    agentType: undefined,
  };
}

/** An execution that has ended, with success and after 1 ms unless said otherwise. */
export function ended(name: string, is: Partial<ExecutionResult> = {}): ExecutionResult {
  return {
    ...started(name),
    status: 'success',
    durationMs: 1,
    error: undefined,
    errorCategory: undefined,
    costUsd: undefined,
    totalCostUsd: undefined,
    savedUsd: undefined,
    processUse: undefined,
    ...is,
  };
}
