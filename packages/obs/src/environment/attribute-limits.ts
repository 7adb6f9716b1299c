import type { Variables } from './variables.ts';

/** What one span or log record may hold in attributes; further ones are dropped and counted in it. */
export interface AttributeLimits {
  /** Characters of a text; longer ones are cut. `Infinity` without a limit. */
  readonly attributeValueLengthLimit: number;
  readonly attributeCountLimit: number;
}

const defaultCount = 128;

/**
 * `OTEL_SPAN_ATTRIBUTE_*_LIMIT` or `OTEL_LOGRECORD_ATTRIBUTE_*_LIMIT`, and the general `OTEL_ATTRIBUTE_*_LIMIT`
 * where those are not set. Complete, so that the SDK has nothing to look up by itself.
 */
export function readAttributeLimits(variables: Variables, owner: 'SPAN' | 'LOGRECORD'): AttributeLimits {
  // The SDK takes 0 for no limit at all.
  const length = (name: string, otherwise: number): number =>
    variables.integer(name, 1, otherwise === Infinity ? 'there is no limit' : `${otherwise} is used`) ??
    otherwise;
  return {
    attributeValueLengthLimit: length(
      `OTEL_${owner}_ATTRIBUTE_VALUE_LENGTH_LIMIT`,
      length('OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT', Infinity),
    ),
    attributeCountLimit: readCount(
      variables,
      `OTEL_${owner}_ATTRIBUTE_COUNT_LIMIT`,
      readCount(variables, 'OTEL_ATTRIBUTE_COUNT_LIMIT'),
    ),
  };
}

/** How many of something there may be. */
export function readCount(variables: Variables, name: string, otherwise: number = defaultCount): number {
  return variables.integer(name, 0, `${otherwise} is used`) ?? otherwise;
}
