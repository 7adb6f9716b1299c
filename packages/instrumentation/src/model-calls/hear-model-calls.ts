import type { Context } from '@opentelemetry/api';
import { attributeNames as names, type LlmUsage } from '@tta/obs-context';
import type { Execution } from '../execution.ts';
import { executionOf } from '../execution-context.ts';
import { isAnsweredFor } from './answering-execution.ts';

/**
 * Who is to be told what a call of a model used that is made in a context, and that has a span of somebody else's. It goes
 * into the metrics of calls and the sums of the execution there and of those around it. That execution's own span gets its
 * cost alone: the other span has the tokens, and a sum over the trace counts each once.
 *
 * @returns `undefined` where nobody is: outside of executions, and inside of one that is a call and tells it by itself.
 */
export function hearerOf(active: Context): ((usage: LlmUsage) => void) | undefined {
  const execution = executionOf(active);
  if (!execution || isAnsweredFor(execution)) return undefined;
  return (usage) => hearUsage(execution, usage);
}

/** Records a usage as `scope.usage` does, except on the span. */
export function hearUsage(execution: Execution, usage: LlmUsage): void {
  const { span, run } = execution;
  execution.span = undefined;
  try {
    run.instrumentation.usage(execution, usage);
  } finally {
    execution.span = span;
  }
  const usd = execution.consumptionIfAny?.costUsd;
  if (usd !== undefined) run.instrumentation.attr(execution, names.costUsd, usd);
}
