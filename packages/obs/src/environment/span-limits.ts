import type { Variables } from './variables.ts';

/** What one span may hold; further attributes, events and links are dropped and counted in the span. */
export interface SpanLimitSettings {
  /** Characters of a text; longer ones are cut. `Infinity` without a limit. */
  readonly attributeValueLengthLimit: number;
  readonly attributeCountLimit: number;
  readonly eventCountLimit: number;
  readonly linkCountLimit: number;
  readonly attributePerEventCountLimit: number;
  readonly attributePerLinkCountLimit: number;
}

const defaultCount = 128;

/**
 * `OTEL_SPAN_*_LIMIT`, `OTEL_EVENT_*_LIMIT`, `OTEL_LINK_*_LIMIT`, and the general `OTEL_ATTRIBUTE_*_LIMIT`, which
 * hold for spans where those are not set. Complete, so that the SDK has nothing to look up by itself.
 */
export function readSpanLimits(variables: Variables): SpanLimitSettings {
  const count = (name: string, otherwise = defaultCount): number =>
    variables.integer(name, 0, `${otherwise} is used`) ?? otherwise;
  // The SDK takes 0 for no limit at all.
  const length = (name: string, otherwise: number): number =>
    variables.integer(name, 1, otherwise === Infinity ? 'there is no limit' : `${otherwise} is used`) ??
    otherwise;
  return {
    attributeValueLengthLimit: length(
      'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT',
      length('OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT', Infinity),
    ),
    attributeCountLimit: count('OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', count('OTEL_ATTRIBUTE_COUNT_LIMIT')),
    eventCountLimit: count('OTEL_SPAN_EVENT_COUNT_LIMIT'),
    linkCountLimit: count('OTEL_SPAN_LINK_COUNT_LIMIT'),
    attributePerEventCountLimit: count('OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT'),
    attributePerLinkCountLimit: count('OTEL_LINK_ATTRIBUTE_COUNT_LIMIT'),
  };
}
