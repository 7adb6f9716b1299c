import type { ExecutionStatus } from '@tta/obs-protocol';
import { textAttribute } from '../otlp/attribute-value.ts';
import type { SpanRecord } from '../otlp/trace-batch.ts';

const STATUSES: readonly string[] = [
  'success',
  'error',
  'timeout',
  'cancelled',
  'suspended',
] satisfies ExecutionStatus[];
const OTLP_ERROR = 2;

/** How the span ended: what its primitive says (`execution.status`), else what OpenTelemetry says. */
export function spanStatus(span: SpanRecord): ExecutionStatus {
  const stated = textAttribute(span.attributes, 'execution.status');
  if (stated !== null && STATUSES.includes(stated)) return stated as ExecutionStatus;
  return span.statusCode === OTLP_ERROR ? 'error' : 'success';
}

export function isFailed(status: ExecutionStatus): boolean {
  return status === 'error' || status === 'timeout';
}

/** The name of the span of a run that goes on after it was suspended: below the span of the part before. */
export const RESUMPTION = 'primitive.resumable.resume';

/** The status message, else, for a span that did not succeed, the message of its error. */
export function spanMessage(span: SpanRecord, status: ExecutionStatus): string | null {
  if (span.statusMessage !== '') return span.statusMessage;
  if (status === 'success') return null;
  const message = textAttribute(span.attributes, 'error.message');
  if (message !== null) return message;
  const exception = span.events.findLast((event) => event.name === 'exception');
  return exception === undefined ? null : textAttribute(exception.attributes, 'exception.message');
}

/** `primitive.type`; a step is an edge between primitives and has none of its own. */
export function primitiveType(span: SpanRecord): string | null {
  return textAttribute(span.attributes, 'primitive.type');
}

export function spanLabel(span: SpanRecord): string | null {
  return textAttribute(span.attributes, 'primitive.name') ?? textAttribute(span.attributes, 'step.name');
}

/** What a person calls a run whose root is `root`. */
export function runName(root: SpanRecord): string {
  return (
    textAttribute(root.attributes, 'workflow.name') ??
    textAttribute(root.attributes, 'primitive.name') ??
    root.name
  );
}
