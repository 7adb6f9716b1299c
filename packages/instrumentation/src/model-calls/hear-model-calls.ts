import type { Context } from '@opentelemetry/api';
import type { LlmUsage } from '@tta/obs-context';
import type { RecordedElsewhere } from '../consumption.ts';
import { executionOf } from '../execution-context.ts';
import { answeringExecution } from './answering-execution.ts';

/** Is told what a call of a model used that has a span of somebody else's. */
export type ModelCallHearer = (usage: LlmUsage, elsewhere: RecordedElsewhere) => void;

/**
 * Who is to be told of calls of models that are made in a context, and that have spans of somebody else's. They go into the
 * metrics of calls and the sums of the execution there and of those around it. That execution's own span gets their cost
 * alone: the other spans have the tokens, and a sum over the trace counts each once. An execution that is a call tells it by
 * itself, and hears nothing.
 *
 * @returns `undefined` outside of executions.
 */
export function hearerOf(active: Context): ModelCallHearer | undefined {
  const execution = executionOf(active);
  if (!execution) return undefined;
  if (answeringExecution(active)) return () => undefined;
  return (usage, elsewhere) => execution.run.instrumentation.usage(execution, usage, elsewhere);
}
