import { context } from '@opentelemetry/api';
import { outsideOfRun } from './execution-context.ts';
import type { Execution } from './execution.ts';
import type { InstrumentedPrimitive } from './instrumented-primitive.ts';
import type { Outcome } from './outcome.ts';
import type { RunScope } from './run-scope.ts';
import { tryExecute } from './try-execute.ts';
import { unit } from './unit.ts';

/**
 * Runs a primitive in a run and a trace of its own, whatever becomes of the run that is the reason for it: what was
 * said of that one is said of this one too, except the signal that cancels it. Nobody asked for it and nobody waits: its
 * edge is `refresh`, so that it is no run in objectives, and its failure a warning. Never rejects.
 */
export function executeApart<I, O>(
  primitive: InstrumentedPrimitive<I, O>,
  input: I,
  reason: RunScope,
): Promise<Outcome<O>> {
  const { otelContext } = reason as Execution;
  const { signal: _signal, causationId: _cause, ...said } = reason.context.init;
  const { correlationId, spanId } = reason.context;
  return context.with(outsideOfRun(otelContext ?? context.active()), () =>
    tryExecute(
      primitive[unit],
      input,
      { ...said, correlationId, ...(spanId && { causationId: spanId }) },
      'refresh',
    ),
  );
}
