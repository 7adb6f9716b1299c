import type { Context } from '@opentelemetry/api';
import type { LlmUsage } from '@tta/obs-context';
import type { RecordedElsewhere } from '../consumption.ts';
import { executionOf } from '../execution-context.ts';
import { isAnsweredFor } from './answering-execution.ts';

/** Is told what a call of a model used that has a span of somebody else's. */
export type ModelCallHearer = (usage: LlmUsage, elsewhere: RecordedElsewhere) => void;

/**
 * Who is to be told of calls of models that are made in a context, and that have spans of somebody else's. They go into the
 * metrics of calls and the sums of the execution there and of those around it. That execution's own span gets their cost
 * alone: the other spans have the tokens, and a sum over the trace counts each once.
 *
 * @returns `undefined` where nobody is: outside of executions, and inside of one that is a call and tells it by itself.
 */
export function hearerOf(active: Context): ModelCallHearer | undefined {
  const execution = executionOf(active);
  if (!execution || isAnsweredFor(execution)) return undefined;
  return (usage, elsewhere) => execution.run.instrumentation.usage(execution, usage, elsewhere);
}
