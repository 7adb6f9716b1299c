import type { Receiver } from './receiver.ts';

export interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly SentAttribute[];
  readonly droppedAttributesCount: number;
  readonly droppedEventsCount: number;
  readonly droppedLinksCount: number;
  readonly events: readonly { readonly droppedAttributesCount: number }[];
  readonly links: readonly { readonly droppedAttributesCount: number }[];
}

export interface SentLogRecord {
  readonly traceId?: string;
  readonly spanId?: string;
  readonly severityText: string;
  readonly body: { readonly stringValue: string };
  readonly attributes: readonly SentAttribute[];
  readonly droppedAttributesCount: number;
}

interface SentPoint {
  readonly attributes: readonly SentAttribute[];
  readonly asDouble?: number;
}

interface SentData {
  readonly aggregationTemporality?: number;
  readonly dataPoints: readonly SentPoint[];
}

export interface SentMetric {
  readonly name: string;
  readonly sum?: SentData;
  readonly gauge?: SentData;
  readonly histogram?: SentData;
  readonly exponentialHistogram?: SentData;
}

interface SentAttribute {
  readonly key: string;
  readonly value: object;
}

interface Part {
  readonly resource: { readonly attributes: readonly SentAttribute[] };
}

interface Sent {
  readonly resourceSpans?: readonly (Part & {
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
  })[];
  readonly resourceLogs?: readonly (Part & {
    readonly scopeLogs: readonly { readonly logRecords: readonly SentLogRecord[] }[];
  })[];
  readonly resourceMetrics?: readonly (Part & {
    readonly scopeMetrics: readonly { readonly metrics: readonly SentMetric[] }[];
  })[];
}

/** What arrived as JSON. */
export function sent(received: Receiver): {
  resource: Record<string, unknown>;
  spans: readonly SentSpan[];
  logRecords: readonly SentLogRecord[];
  metrics: readonly SentMetric[];
} {
  const requests = received.requests.map(({ text }) => JSON.parse(text) as Sent);
  const spans = requests.flatMap(({ resourceSpans = [] }) => resourceSpans);
  const logs = requests.flatMap(({ resourceLogs = [] }) => resourceLogs);
  const metrics = requests.flatMap(({ resourceMetrics = [] }) => resourceMetrics);
  return {
    resource: byKey([...spans, ...logs, ...metrics][0]?.resource.attributes ?? []),
    spans: spans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
    logRecords: logs.flatMap(({ scopeLogs }) => scopeLogs.flatMap((scope) => scope.logRecords)),
    metrics: metrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics)),
  };
}

export function byKey(attributes: readonly SentAttribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0] as unknown]));
}
