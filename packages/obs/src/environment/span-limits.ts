import { type AttributeLimits, readAttributeLimits, readCount } from './attribute-limits.ts';
import type { Variables } from './variables.ts';

/** What one span may hold; further attributes, events and links are dropped and counted in the span. */
export interface SpanLimitSettings extends AttributeLimits {
  readonly eventCountLimit: number;
  readonly linkCountLimit: number;
  readonly attributePerEventCountLimit: number;
  readonly attributePerLinkCountLimit: number;
}

/** `OTEL_SPAN_*_LIMIT`, `OTEL_EVENT_*_LIMIT`, `OTEL_LINK_*_LIMIT`. Complete, as the attributes' limits are. */
export function readSpanLimits(variables: Variables): SpanLimitSettings {
  return {
    ...readAttributeLimits(variables, 'SPAN'),
    eventCountLimit: readCount(variables, 'OTEL_SPAN_EVENT_COUNT_LIMIT'),
    linkCountLimit: readCount(variables, 'OTEL_SPAN_LINK_COUNT_LIMIT'),
    attributePerEventCountLimit: readCount(variables, 'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT'),
    attributePerLinkCountLimit: readCount(variables, 'OTEL_LINK_ATTRIBUTE_COUNT_LIMIT'),
  };
}
