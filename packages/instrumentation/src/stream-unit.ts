import { context } from '@opentelemetry/api';
import type { ContextInit, WorkflowContext } from '@tta/obs-context';
import { instrumentationOf } from './current-instrumentation.ts';
import type { Execution } from './execution.ts';
import { failedStream, ReadStream, type RunStream } from './run-stream.ts';
import type { Unit } from './unit.ts';

/** Runs a unit whose chunks are read: part of the run that is active, or of `init`, else a run of its own. */
export function streamUnit<I, O, Chunk>(
  unit: Unit<I, O, Chunk>,
  input: I,
  init?: WorkflowContext | ContextInit,
): RunStream<Chunk, O> {
  const active = context.active();
  let execution: Execution;
  try {
    execution = instrumentationOf(active).open(unit, active, init);
  } catch (error) {
    return failedStream(error);
  }
  const stream = new ReadStream<Chunk, O>(execution.cancellable(), execution);
  execution.readBy(stream);
  stream.follow(execution.perform(unit.body, input));
  return stream;
}
