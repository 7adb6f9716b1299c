import type { ReceivedLogRecord } from '../otlp/log-batch.ts';
import type { SpanBatch } from '../otlp/span-batch.ts';
import { batchOfRecords } from '../otlp/span-records.ts';
import type { SpanGroup, SpanRecord } from '../otlp/trace-batch.ts';

/*
 * Records as a decoder would hand them over, for the conformance suite and specs: each is told by small numbers,
 * and has nothing that is not asked for.
 */

/** An id of `digits` hex digits. */
export function hexId(value: number, digits: 16 | 32): string {
  return value.toString(16).padStart(digits, '0');
}

/** The span 1 of a trace is its root, the others are below it. */
export function sampleSpan(trace: number, id: number, fields: Partial<SpanRecord> = {}): SpanRecord {
  return {
    traceId: hexId(trace, 32),
    spanId: hexId(id, 16),
    parentSpanId: id === 1 ? null : hexId(1, 16),
    name: `span ${id}`,
    kind: 1,
    startTimeUnixNano: BigInt(trace * 1000 + id) * 1_000_000n,
    endTimeUnixNano: BigInt(trace * 1000 + id + 10) * 1_000_000n,
    statusCode: 0,
    statusMessage: '',
    traceState: '',
    flags: 1,
    attributes: {},
    events: [],
    links: [],
    ...fields,
  };
}

export function sampleGroup(
  items: readonly SpanRecord[],
  resource: SpanGroup['resource'] = { 'service.name': 'shop' },
): SpanGroup {
  return { resource, scope: { name: 'lib', version: '1', attributes: {} }, items };
}

export function batchOfGroups(groups: readonly SpanGroup[]): SpanBatch {
  return batchOfRecords({ groups, rejectedCount: 0, rejectionReason: '' });
}

export function batchOfSpans(...spans: readonly SpanRecord[]): SpanBatch {
  return batchOfGroups([sampleGroup(spans)]);
}

/** @param trace - The trace that it belongs to, `null` for none. */
export function sampleLog(
  trace: number | null,
  body: string,
  fields: Partial<ReceivedLogRecord> = {},
): ReceivedLogRecord {
  return {
    traceId: trace === null ? null : hexId(trace, 32),
    spanId: trace === null ? null : hexId(1, 16),
    timeUnixNano: 5_000_000n,
    observedTimeUnixNano: 0n,
    severityNumber: 9,
    severityText: 'info',
    body,
    eventName: '',
    attributes: {},
    droppedAttributesCount: 0,
    flags: 1,
    ...fields,
  };
}
