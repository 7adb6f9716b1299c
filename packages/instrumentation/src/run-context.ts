import { type Context, isSpanContextValid, trace } from '@opentelemetry/api';
import { type ContextInit, isWorkflowContext, type WorkflowContext } from '@tta/obs-context';
import { withBaggage } from './baggage.ts';
import { executionOf } from './execution-context.ts';
import type { Execution } from './execution.ts';

/**
 * The OpenTelemetry context in which a run begins that its caller said something about: in the trace that
 * a context made by hand points to, or in that of the execution which made the context, and with the
 * caller's baggage, so that whatever sends requests from within the run sends it on.
 *
 * @param owner - The execution that the run is begun by, or whose context was handed in.
 */
export function contextOfRun(
  active: Context,
  said: ContextInit | WorkflowContext,
  owner: Execution | undefined,
): Context {
  const isContext = isWorkflowContext(said);
  const around = !isContext ? active : owner ? contextOfOwner(active, owner) : withSpanOf(active, said);
  // One made by hand may have been made from what came in, also with baggage that nobody said.
  const { baggage } = isContext && owner ? said.init : said;
  // What the owner's context says is in the owner's baggage already.
  if (!baggage || baggage === owner?.contextIfMade?.init.baggage) return around;
  return Object.keys(baggage).length === 0 ? around : withBaggage(around, baggage);
}

/** What is active where that is the owner's own, with what the user's code put in between; else the owner's. */
export function contextOfOwner(active: Context, owner: Execution): Context {
  return executionOf(active) === owner ? active : (owner.otelContext ?? active);
}

function withSpanOf(active: Context, { spanContext, parentSpanContext }: WorkflowContext): Context {
  const span = spanContext ?? parentSpanContext;
  if (!span || !isSpanContextValid(span)) return active;
  return trace.setSpanContext(active, { isRemote: true, ...span });
}
