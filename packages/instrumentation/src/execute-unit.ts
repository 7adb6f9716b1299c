import { context } from '@opentelemetry/api';
import type { ContextInit, WorkflowContext } from '@tta/obs-context';
import { instrumentationOf } from './current-instrumentation.ts';
import type { Execution } from './execution.ts';
import type { StepFunction } from './run-scope.ts';
import type { Unit } from './unit.ts';

/** Runs `body` as an execution of a unit: part of the run that is active, or of `init`, else a run of its own. */
export function executeUnit<I, O, Chunk>(
  unit: Unit<never, unknown>,
  body: StepFunction<I, O, Chunk>,
  input: I,
  init?: WorkflowContext | ContextInit,
): Promise<O> {
  const active = context.active();
  let execution: Execution;
  try {
    execution = instrumentationOf(active).open(unit, active, init);
  } catch (error) {
    // Not by `async`, which would cost every execution a promise.
    return Promise.reject(error);
  }
  return execution.perform(body, input);
}
