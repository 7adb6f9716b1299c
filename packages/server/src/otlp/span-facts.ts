import type { ExecutionStatus } from '@tta/obs-protocol';
import type { FactName } from './attribute-keys.ts';
import type { SpanFields } from './span-batch.ts';

/** Attributes that say something of the span itself; those that are empty or no text are left out. */
export type SpanFacts = { -readonly [Name in FactName]?: string };

const STATUSES: ReadonlySet<string> = new Set<ExecutionStatus>([
  'success',
  'error',
  'timeout',
  'cancelled',
  'suspended',
]);
const OTLP_ERROR = 2;

/** The name of a service that did not give one. */
export const UNKNOWN_SERVICE = 'unknown_service';

/** How the span ended: what its primitive says (`execution.status`), else what OpenTelemetry says. */
export function spanStatus({ facts, statusCode }: Pick<SpanFields, 'facts' | 'statusCode'>): ExecutionStatus {
  const stated = facts['execution.status'];
  if (stated !== undefined && STATUSES.has(stated)) return stated as ExecutionStatus;
  return statusCode === OTLP_ERROR ? 'error' : 'success';
}

/** The status message, else, for a span that did not succeed, the message of its error. */
export function spanMessage(
  { facts, statusMessage }: Pick<SpanFields, 'facts' | 'statusMessage'>,
  status: ExecutionStatus,
): string | null {
  if (statusMessage !== '') return statusMessage;
  if (status === 'success') return null;
  return facts['error.message'] ?? facts['exception.message'] ?? null;
}

export function spanLabel(facts: SpanFacts): string | null {
  return facts['primitive.name'] ?? facts['step.name'] ?? null;
}

/** What a person calls a run whose root is `root`. */
export function runName({ facts, name }: Pick<SpanFields, 'facts' | 'name'>): string {
  return facts['workflow.name'] ?? facts['primitive.name'] ?? name;
}

/** Of several exceptions the last one speaks for the span. */
export function noteException(facts: SpanFacts, eventName: string, eventFacts: SpanFacts): void {
  const message = eventFacts['exception.message'];
  if (eventName === 'exception' && message !== undefined) facts['exception.message'] = message;
}
