import type { SpanDetail, TraceSummary } from '@tta/obs-protocol';
import { storedTrace, type Evidence, type StoredTrace } from '../src/doctor/evidence.ts';

/** When all traces of specs began. */
export const EPOCH_MS = Date.UTC(2026, 0, 1);

/** A span as specs tell it: times are milliseconds after {@link EPOCH_MS}. */
export interface ToldSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name?: string;
  readonly kind?: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly statusCode?: number;
  readonly flags?: number;
  readonly scope?: string;
  readonly resource?: SpanDetail['resource'];
  readonly attributes?: SpanDetail['attributes'];
  readonly ai?: SpanDetail['ai'];
  readonly links?: readonly string[];
}

/** Of one process, so that what lies within each other is looked at. */
export const RESOURCE = { 'service.name': 'shop', 'host.name': 'ada', 'process.pid': 7 };

/** The traces of these spans, as they would be read. */
export function tracesOf(spans: readonly ToldSpan[]): readonly StoredTrace[] {
  const ids = [...new Set(spans.map(({ traceId }) => traceId))];
  return ids.map((traceId) => {
    const details = spans.filter((span) => span.traceId === traceId).map(detailOf);
    const summary = { traceId, name: 'trace', isPartial: false } as TraceSummary;
    return storedTrace(summary, details);
  });
}

/** What checks go by, an hour later, when every process has ended. */
export function evidenceOf(spans: readonly ToldSpan[], known: Partial<Evidence> = {}): Evidence {
  return { traces: tracesOf(spans), nowMs: EPOCH_MS + 3_600_000, hasEnded: () => true, ...known };
}

/** As the service would tell it. */
export function detailOf(span: ToldSpan): SpanDetail {
  const { traceId, spanId, startMs, endMs } = span;
  return {
    traceId,
    spanId,
    parentSpanId: span.parentSpanId ?? null,
    name: span.name ?? 'span',
    kind: span.kind ?? 1,
    startTimeUnixNano: nanoseconds(startMs),
    endTimeUnixNano: nanoseconds(endMs),
    status: span.statusCode === 2 ? 'error' : 'success',
    statusCode: span.statusCode ?? 0,
    statusMessage: null,
    traceState: null,
    flags: span.flags ?? 0x101,
    ai: span.ai ?? null,
    attributes: span.attributes ?? {},
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: (span.links ?? []).map((linked) => ({
      traceId: linked,
      spanId: '1'.repeat(16),
      attributes: {},
      traceState: null,
      flags: 0,
      droppedAttributesCount: 0,
    })),
    droppedLinksCount: 0,
    resource: span.resource ?? RESOURCE,
    scope: { name: span.scope ?? 'shop', version: '', attributes: {} },
  };
}

function nanoseconds(afterMs: number): string {
  return String(BigInt(EPOCH_MS) * 1_000_000n + BigInt(Math.round(afterMs * 1e6)));
}
