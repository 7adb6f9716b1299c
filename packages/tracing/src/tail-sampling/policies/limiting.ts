import type { Clock } from '@tta/obs-context';
import type { ConfigNode } from '../config-node.ts';
import type { Policy, TraceView } from '../policy.ts';
import { spanSizeBytes } from '../../span-size.ts';
import { TokenBucket } from '../token-bucket.ts';

/** `rate_limiting`: whole traces, as long as their spans fit. */
export interface RateLimitingSettings {
  readonly spans_per_second: number;
  /** Spans that may come at once; a larger trace never matches. @defaultValue 2 × spans_per_second */
  readonly burst_capacity?: number;
}

/** `bytes_limiting`: whole traces, as long as their bytes fit. */
export interface BytesLimitingSettings {
  readonly bytes_per_second: number;
  /** Bytes that may come at once; a larger trace never matches. @defaultValue 2 × bytes_per_second */
  readonly burst_capacity?: number;
}

export function readRateLimiting(node: ConfigNode): RateLimitingSettings {
  const fields = node.fields('spans_per_second', 'burst_capacity');
  return {
    spans_per_second: fields.node('spans_per_second').integer(),
    ...fields.optional('burst_capacity', (capacity) => capacity.integer()),
  };
}

export function rateLimitingPolicy(settings: RateLimitingSettings, clock: Clock): Policy {
  return limit(settings.spans_per_second, settings.burst_capacity, clock, ({ spans }) => spans.length);
}

export function readBytesLimiting(node: ConfigNode): BytesLimitingSettings {
  const fields = node.fields('bytes_per_second', 'burst_capacity');
  return {
    bytes_per_second: fields.node('bytes_per_second').integer(),
    ...fields.optional('burst_capacity', (capacity) => capacity.integer()),
  };
}

/** Sizes are estimates of the protobuf form, not measured: see {@link spanSizeBytes}. */
export function bytesLimitingPolicy(settings: BytesLimitingSettings, clock: Clock): Policy {
  const sizeBytes = ({ spans }: TraceView): number => {
    let sum = 0;
    for (const span of spans) sum += spanSizeBytes(span);
    return sum;
  };
  return limit(settings.bytes_per_second, settings.burst_capacity, clock, sizeBytes);
}

function limit(
  perSecond: number,
  burst: number | undefined,
  clock: Clock,
  cost: (trace: TraceView) => number,
): Policy {
  const bucket = new TokenBucket({ perSecond, capacity: burst || 2 * perSecond, clock });
  return { matches: (trace) => bucket.take(cost(trace)), isLasting: false, isStateful: true };
}
