import { type Context, type Span, trace } from '@opentelemetry/api';
import type { Execution } from '../execution.ts';
import { executionOf } from '../execution-context.ts';

/** Spans of tools that are no executions, and all inside of those up to the next execution that is a call of a model. */
const inTools = new WeakSet<Span>();

/**
 * Has to be told of every span that begins, so that what a tool calls is not taken for part of the call of the model that
 * wanted it: the tool may have a span of somebody else's.
 *
 * @param kind - `tool` of a span of somebody else's, `llm` of one of ours.
 */
export function spanBegan(span: Span, active: Context, kind: 'tool' | 'llm' | 'other'): void {
  if (kind === 'tool' || (kind === 'other' && isInTool(trace.getSpan(active)))) inTools.add(span);
}

/**
 * Which execution tells of a call of a model that is made in a context: one of type `llm` is one call, and tells what that
 * used. A tool that is run in between makes calls of its own.
 *
 * @returns `undefined` where none does by itself.
 */
export function answeringExecution(active: Context): Execution | undefined {
  if (isInTool(trace.getSpan(active))) return undefined;
  for (let at = executionOf(active); at && at.unit.type !== 'tool'; at = at.parent) {
    if (at.unit.type === 'llm') return at;
    if (isInTool(at.span)) return undefined;
  }
  return undefined;
}

function isInTool(span: Span | undefined): boolean {
  return span !== undefined && inTools.has(span);
}
