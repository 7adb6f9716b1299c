import { type Context, trace } from '@opentelemetry/api';
import { type Correlation, correlationOf, type LineLevel } from '@tta/obs-context';
import type { Redactor } from './redaction/redactor.ts';

/** A log line on its way out; nothing in it is secret any more. */
export interface LogLine {
  /** Milliseconds since the Unix epoch. */
  readonly timeMs: number;
  readonly level: LineLevel;
  readonly message: string;
  /** Ids of the trace, the span, the run, the user and the request, as far as they are known. */
  readonly ids: Readonly<LineIds>;
  /** Fields of the logger; those of the line win. */
  readonly inherited: Readonly<Record<string, unknown>>;
  readonly fields: Readonly<Record<string, unknown>>;
  /** Names of the fields that were given an error, those of the line first. */
  readonly errors: readonly string[];
}

/** The fields of the logger and of the line together. */
export function allFields({ inherited, fields }: LogLine): Readonly<Record<string, unknown>> {
  return { ...inherited, ...fields };
}

/** What a line calls a field: one that is called like its time, level, message or one of its ids is told apart. */
export function fieldName(key: string, ids: Readonly<LineIds>): string {
  const isTaken = key === 'timestamp' || key === 'level' || key === 'message' || Object.hasOwn(ids, key);
  return isTaken ? `fields.${key}` : key;
}

/** In the order in which a line has them. */
export interface LineIds {
  trace_id?: string;
  span_id?: string;
  correlation_id?: string;
  workflow_id?: string;
  workflow_name?: string;
  agent_id?: string;
  session_id?: string;
  user_id?: string;
  request_id?: string;
}

const correlationNames: readonly (readonly [keyof Correlation, keyof LineIds])[] = [
  ['correlationId', 'correlation_id'],
  ['workflowId', 'workflow_id'],
  ['workflowName', 'workflow_name'],
  ['agentId', 'agent_id'],
  ['sessionId', 'session_id'],
  ['userId', 'user_id'],
  ['requestId', 'request_id'],
];
/** Of a span that records nothing and passes nothing on. */
const noTrace = '0'.repeat(32);

/** What may be shown of an id that a program chose: users are often called by their addresses. */
export type ShownId = (name: keyof LineIds, id: string) => string;

export function lineIds(active: Context, shown: ShownId): LineIds {
  const ids: LineIds = {};
  const span = trace.getSpanContext(active);
  if (span !== undefined && span.traceId !== noTrace) {
    ids.trace_id = span.traceId;
    ids.span_id = span.spanId;
  }
  const correlation = correlationOf(active);
  if (correlation === undefined) return ids;
  for (const [from, to] of correlationNames) {
    const id = correlation[from];
    if (id !== undefined) ids[to] = shown(to, String(id));
  }
  return ids;
}

/** Ids without secrets. One is hidden as a whole when a field of its name is. */
export function redactedId(redactor: Redactor): ShownId {
  const asField = (name: string, id: string): unknown =>
    (redactor.value({ [name]: id }) as Readonly<Record<string, unknown>>)[name];
  const isHidden = (name: string): boolean => {
    try {
      return asField(name, 'id') !== 'id';
    } catch {
      return false;
    }
  };
  // Asked at the first line that has the id: a logger is made before anybody knows whether there will be one.
  const hidden = new Map<string, boolean>();
  return (name, id) => {
    let whole = hidden.get(name);
    if (whole === undefined) hidden.set(name, (whole = isHidden(name)));
    return whole ? String(asField(name, id)) : redactor.text(id);
  };
}
