import type { Attributes } from '@opentelemetry/api';
import type { Execution } from './execution.ts';

/**
 * What an agent says of the call that a tool answers: also where there are other primitives between the two, such as a
 * retry. `undefined` of a tool that no agent called, or that another tool runs.
 */
export function toolCallOf(execution: Execution): Attributes | undefined {
  let at: Execution | undefined = execution;
  while (at?.edge !== undefined && (at === execution || !at.unit.tool)) {
    if (at.edge.startsWith('tool_')) return at.options?.attributes;
    at = at.parent;
  }
  return undefined;
}
