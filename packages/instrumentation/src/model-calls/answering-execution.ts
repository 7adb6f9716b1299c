import type { Execution } from '../execution.ts';

/**
 * Which execution tells of a call of a model that is made in an execution: one of type `llm` is one call, and tells what that
 * used. A tool that is run in between makes calls of its own.
 *
 * @returns `undefined` where none does by itself.
 */
export function answeringExecution(execution: Execution | undefined): Execution | undefined {
  for (let at = execution; at && at.unit.type !== 'tool'; at = at.parent) {
    if (at.unit.type === 'llm') return at;
  }
  return undefined;
}
