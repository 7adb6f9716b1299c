import type { Execution } from '../execution.ts';

/**
 * Whether a call of a model that is made in an execution is told by it or by one around it: an execution of type `llm` is one
 * call, and tells what that used. A tool that is run in between makes calls of its own.
 */
export function isAnsweredFor(execution: Execution | undefined): boolean {
  for (let at = execution; at && at.unit.type !== 'tool'; at = at.parent) {
    if (at.unit.type === 'llm') return true;
  }
  return false;
}
