import type { Attributes } from '@opentelemetry/api';
import { attributeNames as names, genAiNames } from '@tta/obs-context';
import type { BoundedValues } from './bounded-values.ts';
import type { ExecutionEnd } from './execution-end.ts';
import type { Execution } from './execution.ts';
import type { Instruments } from './instruments.ts';
import { toolCallOf } from './tool-call.ts';

/** Records how long a tool or an agent took, as the GenAI conventions want it; of everything else, nothing. */
export function countCall(
  execution: Execution,
  instruments: Instruments,
  { durationMs, failure }: ExecutionEnd,
  errorTypes: BoundedValues,
): void {
  const { attributes, tool } = execution.unit;
  const isAgent = attributes[genAiNames.operationName] === 'invoke_agent';
  if (!tool && !isAgent) return;
  const labels: Attributes = {};
  if (failure) labels[names.errorType] = errorTypes.admit(failure.info.type);
  const agentName = (tool ? toolCallOf(execution) : attributes)?.[genAiNames.agentName];
  if (agentName !== undefined) labels[genAiNames.agentName] = agentName;
  if (!tool) {
    instruments.invokeAgentDuration.record(durationMs / 1000, labels);
    return;
  }
  labels[genAiNames.toolName] = tool.name;
  labels[genAiNames.toolType] = attributes[genAiNames.toolType];
  instruments.executeToolDuration.record(durationMs / 1000, labels);
}
