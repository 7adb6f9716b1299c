import { context } from '@opentelemetry/api';
import type { ContextInit, WorkflowContext } from '@tta/obs-context';
import { instrumentationOf } from './current-instrumentation.ts';
import { createErrorInfo } from './error-info.ts';
import type { Execution } from './execution.ts';
import type { Outcome } from './outcome.ts';
import type { EdgeLabel } from './run-scope.ts';
import type { Unit } from './unit.ts';

/** Runs a unit and gives its outcome. @param edge - What it is in place of a run of the user's, where it begins one. */
export async function tryExecute<I, O>(
  unit: Unit<I, O>,
  input: I,
  init?: WorkflowContext | ContextInit,
  edge?: EdgeLabel,
): Promise<Outcome<O>> {
  const active = context.active();
  const instrumentation = instrumentationOf(active);
  let execution: Execution | undefined;
  let traceId: string | undefined;
  try {
    execution = instrumentation.open(unit, active, init, edge);
    traceId = execution.spanContext?.traceId;
    return { ok: true, value: await execution.perform(unit.body, input), traceId };
  } catch (error) {
    const info =
      execution?.failure ??
      createErrorInfo(error, instrumentation.clock, { path: [unit.name], traceId, spanId: undefined });
    return { ok: false, error, info, traceId };
  }
}
