import type { Attributes } from '@opentelemetry/api';
import { attributeNames as names } from '@tta/obs-context';
import type { BoundedValues } from './bounded-values.ts';
import { countCall } from './call-metrics.ts';
import type { ExecutionEnd } from './execution-end.ts';
import type { Execution } from './execution.ts';
import type { Instruments } from './instruments.ts';

/** Records that an execution began. */
export function countBegin(execution: Execution, instruments: Instruments): void {
  changeLevels(execution, instruments, 1);
  const { parent, unit, options } = execution;
  if (!parent || !execution.edge) return;
  const source = options?.follows ? parent.previousStep?.name : parent.unit.name;
  if (source === undefined) return;
  instruments.connectionCount.add(1, {
    [names.connectionSource]: source,
    [names.connectionTarget]: unit.name,
    [names.connectionType]: parent.unit.type,
  });
}

/** Records how an execution ended. */
export function countEnd(
  execution: Execution,
  instruments: Instruments,
  end: ExecutionEnd,
  errorTypes: BoundedValues,
): void {
  changeLevels(execution, instruments, -1);
  const { unit, run } = execution;
  const { agentType, workflowName } = run.init;
  const labels: Attributes = {
    [names.primitiveName]: unit.name,
    [names.primitiveType]: unit.type,
    [names.executionStatus]: end.status,
  };
  if (workflowName !== undefined) labels[names.workflowName] = workflowName;
  if (agentType !== undefined) labels[names.agentType] = agentType;
  if (end.failure) {
    labels[names.errorType] = errorTypes.admit(end.failure.info.type);
    labels[names.errorCategory] = end.failure.info.category;
  }
  instruments.executionCount.add(1, labels);
  instruments.executionDuration.record(end.durationMs, labels);
  countCall(execution, instruments, end, errorTypes);
  if (end.stream) {
    instruments.timeToFirstChunk.record(end.stream.timeToFirstChunkMs, {
      [names.primitiveName]: unit.name,
      [names.primitiveType]: unit.type,
    });
  }
}

function changeLevels(execution: Execution, instruments: Instruments, change: 1 | -1): void {
  const { unit, run, parent, edge } = execution;
  instruments.inFlightOf(unit).value += change;
  if (!parent && edge === undefined) instruments.workflowsActiveOf(run.init).value += change;
}
