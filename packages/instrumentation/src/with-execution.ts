import type { ContextInit, WorkflowContext } from '@tta/obs-context';
import { executeUnit } from './execute-unit.ts';
import type { RunScope } from './run-scope.ts';
import { createUnit, type Unit, type UnitDescription } from './unit.ts';

/**
 * Runs a block of code as an execution, now: `withExecution({ type: 'agent', name: 'plan' }, async (scope) => …)`.
 * It has its span, points and lines, as a primitive has them. Below a run it continues that run; else it begins one.
 *
 * @param description - Its type and name are metric labels: a handful of values, and no ids.
 * @param init - As of `execute`: what is known about the run, or the context of one to continue.
 * @returns What the block returns.
 * @throws What the block throws, untouched, and what cannot be read of the description or `init`: always as a rejection.
 */
export function withExecution<O>(
  description: UnitDescription,
  body: (scope: RunScope) => O | PromiseLike<O>,
  init?: WorkflowContext | ContextInit,
): Promise<O> {
  const block = (_: undefined, scope: RunScope): O | PromiseLike<O> => body(scope);
  let unit: Unit<undefined, O>;
  try {
    unit = createUnit(description, block);
  } catch (error) {
    return Promise.reject(error);
  }
  return executeUnit(unit, block, undefined, init);
}
