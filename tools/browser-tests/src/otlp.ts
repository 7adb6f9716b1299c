import { randomBytes } from 'node:crypto';

/** A value of an attribute, as JSON has it. */
export type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value };
export type Attributes = Readonly<Record<string, Value>>;

/** A span of a test; what is left out is as plain as can be. */
export interface SentSpan {
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind?: number;
  /** Milliseconds after the start of the trace. */
  readonly startMs?: number;
  readonly durationMs?: number;
  /** Makes it a failed span. */
  readonly error?: string;
  readonly attributes?: Attributes;
  readonly droppedAttributesCount?: number;
  readonly traceState?: string;
  readonly events?: readonly { readonly name: string; readonly attributes?: Attributes }[];
  readonly links?: readonly {
    readonly traceId: string;
    readonly spanId: string;
    readonly attributes?: Attributes;
  }[];
}

export interface SentLog {
  readonly spanId?: string;
  readonly body: Value;
  readonly severityText?: string;
  readonly eventName?: string;
  readonly attributes?: Attributes;
}

export interface SentTrace {
  readonly traceId?: string;
  readonly resource: Attributes;
  readonly scope?: { readonly name: string; readonly version?: string; readonly attributes?: Attributes };
  readonly spans: readonly SentSpan[];
  readonly logs?: readonly SentLog[];
}

/** Sends spans of one resource, and what was logged in them, to the service at `url`; gives the id of their trace. */
export async function sendTrace(url: string, sent: SentTrace): Promise<string> {
  const { traceId = randomBytes(16).toString('hex'), scope = { name: 'test' }, logs = [] } = sent;
  const resource = { attributes: keyValues(sent.resource) };
  const startMs = Date.now() - 60_000;
  const sentScope = { ...scope, attributes: keyValues(scope.attributes ?? {}) };
  const spans = sent.spans.map(({ startMs: offsetMs = 0, durationMs = 10, error, ...span }) => ({
    ...span,
    traceId,
    kind: span.kind ?? 1,
    startTimeUnixNano: nanoseconds(startMs + offsetMs),
    endTimeUnixNano: nanoseconds(startMs + offsetMs + durationMs),
    status: error === undefined ? {} : { code: 2, message: error },
    attributes: keyValues(span.attributes ?? {}),
    events: (span.events ?? []).map(({ name, attributes = {} }) => ({
      name,
      timeUnixNano: nanoseconds(startMs + offsetMs + durationMs / 2),
      attributes: keyValues(attributes),
    })),
    links: (span.links ?? []).map(({ attributes = {}, ...link }) => ({
      ...link,
      attributes: keyValues(attributes),
    })),
  }));
  await post(new URL('v1/traces', url), {
    resourceSpans: [{ resource, scopeSpans: [{ scope: sentScope, spans }] }],
  });
  if (logs.length === 0) return traceId;
  const logRecords = logs.map(({ body, attributes = {}, ...log }, index) => ({
    ...log,
    traceId,
    timeUnixNano: nanoseconds(startMs + index),
    severityNumber: 9,
    body: anyValue(body),
    attributes: keyValues(attributes),
  }));
  await post(new URL('v1/logs', url), {
    resourceLogs: [{ resource, scopeLogs: [{ scope: sentScope, logRecords }] }],
  });
  return traceId;
}

async function post(url: URL, body: unknown): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`The service answered ${answer.status}: ${await answer.text()}`);
  await answer.arrayBuffer();
}

function keyValues(attributes: Attributes) {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: Value): unknown {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number')
    return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return isList(value)
    ? { arrayValue: { values: value.map(anyValue) } }
    : { kvlistValue: { values: keyValues(value) } };
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function nanoseconds(timeMs: number): string {
  return `${BigInt(Math.round(timeMs * 1000)) * 1000n}`;
}
