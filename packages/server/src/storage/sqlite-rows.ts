import type {
  AttributeJson,
  AttributesJson,
  ExecutionStatus,
  LogRecord,
  SpanDetail,
  SpanHit,
  TraceSummary,
} from '@tta/obs-protocol';
import type { DroppedCounts } from '../otlp/span-batch.ts';
import type { SqlRow } from './sqlite-driver.ts';
import type { TraceTotals } from './trace-roll-up.ts';
import { toUsage } from './usage-columns.ts';

/*
 * What the columns of the store's queries become. Times beyond 2^53 nanoseconds come as text, which both
 * SQLite drivers read alike and exactly.
 */

/* Events and links as their columns have them: what is zero is left out. */

interface StoredEvent {
  readonly name: string;
  readonly timeUnixNano: string;
  readonly attributes: AttributesJson;
  readonly droppedAttributesCount?: number;
}

interface StoredLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: AttributesJson;
  readonly traceState?: string;
  readonly flags?: number;
  readonly droppedAttributesCount?: number;
}

/** SQLite cannot compare text after a NUL reliably through both drivers. */
const NUL = /\0/g;

/** Text as a column takes it. */
export function storable(value: string): string {
  return value.includes('\0') ? value.replace(NUL, '\ufffd') : value;
}

/** libsql has blobs as `ArrayBuffer`, Node as `Uint8Array`. */
export function bytes(row: SqlRow, column: string): Uint8Array {
  return new Uint8Array(row[column] as ArrayBuffer);
}

export function text(row: SqlRow, column: string): string {
  return row[column] as string;
}

export function textOrNull(row: SqlRow, column: string): string | null {
  return row[column] as string | null;
}

export function number(row: SqlRow, column: string): number {
  return Number(row[column]);
}

export function numberOrNull(row: SqlRow, column: string): number | null {
  const value = row[column];
  return value === null || value === undefined ? null : Number(value);
}

/** Of a row of `TRACES`. */
export function toSummary(row: SqlRow): TraceSummary {
  return {
    traceId: text(row, 'trace_id'),
    name: text(row, 'name'),
    serviceName: text(row, 'service_name'),
    status: text(row, 'status') as ExecutionStatus,
    startTimeMs: number(row, 'start_ms'),
    durationMs: number(row, 'duration_ms'),
    spanCount: number(row, 'span_count'),
    errorCount: number(row, 'error_count'),
    hasRoot: number(row, 'has_root') === 1,
    isPartial: number(row, 'is_partial') === 1,
    isPinned: number(row, 'is_pinned') === 1,
    sessionId: textOrNull(row, 'session_id'),
    userId: textOrNull(row, 'user_id'),
    usage: row['calls'] === null ? null : toUsage(row),
    seq: number(row, 'seq'),
  };
}

export function toTotals(row: SqlRow): TraceTotals {
  return {
    name: text(row, 'name'),
    serviceName: text(row, 'service_name'),
    status: text(row, 'status') as ExecutionStatus,
    startNs: BigInt(text(row, 'start_text')),
    endNs: BigInt(text(row, 'end_text')),
    spanCount: number(row, 'span_count'),
    errorCount: number(row, 'error_count'),
    hasRoot: number(row, 'has_root') === 1,
    headSpanId: text(row, 'head_span_id'),
    headStartNs: BigInt(text(row, 'head_start_text')),
  };
}

export function toSpanHit(row: SqlRow): SpanHit {
  return {
    traceId: text(row, 'trace_id'),
    spanId: text(row, 'span_id'),
    name: text(row, 'name'),
    status: text(row, 'status') as ExecutionStatus,
    startTimeMs: number(row, 'start_ms'),
  };
}

/** What stands in no other column than those of a span. */
export function toSpanDetail(traceId: string, row: SqlRow): Omit<SpanDetail, 'ai'> {
  const traceStart = BigInt(text(row, 'trace_start_text'));
  const events = JSON.parse(textOrNull(row, 'events') ?? '[]') as StoredEvent[];
  const links = JSON.parse(textOrNull(row, 'links') ?? '[]') as StoredLink[];
  const [attributesCount, eventsCount, linksCount] = JSON.parse(
    textOrNull(row, 'dropped') ?? '[0,0,0]',
  ) as DroppedCounts;
  return {
    traceId,
    spanId: text(row, 'span_id'),
    parentSpanId: textOrNull(row, 'parent_span_id'),
    name: text(row, 'name'),
    kind: number(row, 'kind'),
    startTimeUnixNano: text(row, 'start_text'),
    endTimeUnixNano: text(row, 'end_text'),
    status: text(row, 'status') as ExecutionStatus,
    statusCode: number(row, 'status_code'),
    statusMessage: textOrNull(row, 'status_message'),
    traceState: textOrNull(row, 'trace_state'),
    flags: number(row, 'flags'),
    attributes: JSON.parse(text(row, 'attributes')) as AttributesJson,
    droppedAttributesCount: attributesCount,
    events: events.map(({ name, timeUnixNano, attributes, droppedAttributesCount = 0 }) => ({
      name,
      timeMs: Number(BigInt(timeUnixNano) - traceStart) / 1e6,
      timeUnixNano,
      attributes,
      droppedAttributesCount,
    })),
    droppedEventsCount: eventsCount,
    links: links.map(({ traceState = '', flags = 0, droppedAttributesCount = 0, ...link }) => ({
      ...link,
      traceState: traceState === '' ? null : traceState,
      flags,
      droppedAttributesCount,
    })),
    droppedLinksCount: linksCount,
    resource: JSON.parse(text(row, 'resource_attributes')) as AttributesJson,
    scope: {
      name: text(row, 'scope_name'),
      version: text(row, 'scope_version'),
      attributes: JSON.parse(text(row, 'scope_attributes')) as AttributesJson,
    },
  };
}

/** @param resource - What the column `resource_attributes` holds; many rows have the same. */
export function toLogRecord(row: SqlRow, resource: AttributesJson): LogRecord {
  return {
    id: number(row, 'log_key'),
    traceId: textOrNull(row, 'trace_id'),
    spanId: textOrNull(row, 'span_id'),
    timeUnixNano: text(row, 'time_text'),
    observedTimeUnixNano: textOrNull(row, 'observed_text'),
    severityNumber: number(row, 'severity_number'),
    severityText: textOrNull(row, 'severity_text'),
    body: JSON.parse(text(row, 'body')) as AttributeJson,
    eventName: textOrNull(row, 'event_name'),
    attributes: JSON.parse(text(row, 'attributes')) as AttributesJson,
    droppedAttributesCount: number(row, 'dropped_attributes'),
    flags: number(row, 'flags'),
    serviceName: text(row, 'service_name'),
    resource,
    scope: { name: text(row, 'scope_name'), version: text(row, 'scope_version') },
  };
}
