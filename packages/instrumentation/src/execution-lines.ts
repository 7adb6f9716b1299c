import { context } from '@opentelemetry/api';
import { attributeNames as names, type LineLevel, type LogFields } from '@tta/obs-context';
import { errorAttributes } from './error-info.ts';
import { type ExecutionEnd, toMicrosecond } from './execution-end.ts';
import type { Execution } from './execution.ts';

/** Writes a line in the context of an execution, from where it gets the ids of its span and the run's correlation. */
export function writeLine(
  { otelContext, run }: Execution,
  level: LineLevel,
  message: string,
  fields: LogFields | undefined,
): void {
  const { logger } = run.instrumentation;
  context.with(otelContext ?? context.active(), () => logger[level](message, fields));
}

/** Says that an execution began. */
export function logBegin(execution: Execution): void {
  writeLine(execution, 'debug', `${execution.unit.name} started`, place(execution));
}

/** Says how an execution ended: a run that failed as an error, one that waits as what it is, everything else where debug lines are wanted. */
export function logEnd(execution: Execution, { status, durationMs, failure }: ExecutionEnd): void {
  const { run, parent, unit, edge } = execution;
  const isFailedRun = failure !== undefined && parent === undefined && status !== 'cancelled';
  const isWaitingRun = status === 'suspended' && parent === undefined;
  if (!isFailedRun && !isWaitingRun && !run.verbose) return;
  const fields = {
    ...place(execution),
    [names.executionStatus]: status,
    ...(run.observed && { [names.executionDurationMs]: toMicrosecond(durationMs) }),
    ...(failure && { ...errorAttributes(failure.info), [names.errorPath]: pathText(failure.info.path) }),
  };
  const how =
    status === 'success'
      ? 'completed'
      : status === 'cancelled' || status === 'suspended'
        ? status
        : `failed: ${failure?.info.message}`;
  // What nobody asked for and nobody waits for hurts nobody yet.
  const level = isWaitingRun ? 'info' : !isFailedRun ? 'debug' : edge === undefined ? 'error' : 'warn';
  const what = parent || edge === undefined ? unit.name : `${unit.name} ${edge}`;
  writeLine(execution, level, `${what} ${how}`, fields);
}

/** Characters of a path: some twenty steps. */
const pathLimit = 512;

/** What is cut is the beginning: the end says where it failed. */
function pathText(path: readonly string[]): string {
  const text = path.join(' › ');
  return text.length <= pathLimit ? text : `…${text.slice(1 - pathLimit)}`;
}

function place({ unit, edge }: Execution): LogFields {
  return { ...unit.attributes, ...(edge !== undefined && { [names.stepEdge]: edge }) };
}
