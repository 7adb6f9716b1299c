import {
  type Attributes,
  type HrTime,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type TraceState,
} from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';

export interface SpanFacts {
  readonly traceId?: string;
  /** @defaultValue one of its own */
  readonly spanId?: string;
  readonly name?: string;
  /** @defaultValue 1_767_225_600_000 */
  readonly startMs?: number;
  /** @defaultValue 1 */
  readonly durationMs?: number;
  /** @defaultValue 'UNSET' */
  readonly status?: keyof typeof SpanStatusCode;
  readonly attributes?: Attributes;
  readonly resource?: ReadableSpan['resource'];
  readonly traceState?: TraceState;
  readonly traceFlags?: TraceFlags;
  readonly events?: ReadableSpan['events'];
  readonly links?: ReadableSpan['links'];
}

export const traceIdOf = (index: number): string => (index + 1).toString(16).padStart(32, '0');

/** Taken once: in Jest, reaching a global takes a hundred times as long as what it does. */
const { floor, round } = Math;
const emptyResource = resourceFromAttributes({});
let lastSpanId = 0;

export const nextSpanId = (): string => (++lastSpanId).toString(16).padStart(16, '0');

/** A span as the SDK hands it to processors when it has ended. */
export function endedSpan(facts: SpanFacts = {}): ReadableSpan {
  const { startMs = Date.UTC(2026, 0, 1), durationMs = 1 } = facts;
  const spanContext = {
    traceId: facts.traceId ?? traceIdOf(0),
    spanId: facts.spanId ?? nextSpanId(),
    traceFlags: facts.traceFlags ?? TraceFlags.SAMPLED,
    ...(facts.traceState && { traceState: facts.traceState }),
  };
  return {
    name: facts.name ?? 'primitive.retry.execute',
    kind: SpanKind.INTERNAL,
    spanContext: () => spanContext,
    startTime: hrTime(startMs),
    endTime: hrTime(startMs + durationMs),
    duration: hrTime(durationMs),
    status: { code: SpanStatusCode[facts.status ?? 'UNSET'] },
    attributes: facts.attributes ?? {},
    events: facts.events ?? [],
    links: facts.links ?? [],
    resource: facts.resource ?? emptyResource,
    instrumentationScope: { name: 'spec' },
    ended: true,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function hrTime(ms: number): HrTime {
  return [floor(ms / 1e3), round((ms % 1e3) * 1e6)];
}
