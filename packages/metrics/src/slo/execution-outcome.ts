import type { ExecutionResult } from '@tta/obs-context';
import type { SloDefinition } from './slo-definition.ts';

/** Whether an execution is good or bad for an SLO; `undefined` when it is not about it or it is neither. */
export function executionOutcome(slo: SloDefinition, execution: ExecutionResult): 'good' | 'bad' | undefined {
  const { selection, indicator } = slo;
  const { primitiveName, primitiveType, workflowName } = selection;
  if (primitiveName === undefined && primitiveType === undefined) {
    if (execution.edge !== undefined) return undefined;
  } else if (
    (primitiveName !== undefined && execution.name !== primitiveName) ||
    (primitiveType !== undefined && execution.type !== primitiveType)
  ) {
    return undefined;
  }
  if (workflowName !== undefined && execution.workflowName !== workflowName) return undefined;
  const { status } = execution;
  if (status === 'cancelled' || status === 'suspended') return undefined;
  switch (indicator.kind) {
    case 'availability':
      return status === 'success' ? 'good' : 'bad';
    case 'latency':
      if (status !== 'success' || !(execution.durationMs >= 0)) return undefined;
      return execution.durationMs <= indicator.thresholdMs ? 'good' : 'bad';
    case 'cost':
      if (execution.totalCostUsd === undefined) return undefined;
      return execution.totalCostUsd <= indicator.maxUsd ? 'good' : 'bad';
  }
}
