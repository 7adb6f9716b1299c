import type { Clock } from '@tta/obs-context';
import type { Policy } from '../policy.ts';

/** A share of what a `composite` policy lets through. */
export interface RateAllocation {
  /** The name of a sub-policy. */
  readonly policy: string;
  /** Of `max_total_spans_per_second`. 0 is an equal share. */
  readonly percent?: number;
}

/** The limits of a `composite` policy; its sub-policies come beside them. */
export interface CompositeLimits {
  readonly max_total_spans_per_second: number;
  /** In which order the sub-policies are asked; those that it leaves out come last. */
  readonly policy_order?: readonly string[];
  /** Sub-policies that it leaves out share what is left over; the Collector lets nothing of theirs through. */
  readonly rate_allocation?: readonly RateAllocation[];
}

interface Share {
  readonly policy: Policy;
  readonly limit: number;
  spans: number;
}

/**
 * `composite`: the first sub-policy that matches decides, and keeps the trace if its spans fit into what the
 * sub-policy may still let through in the current second.
 */
export function compositePolicy(
  limits: CompositeLimits,
  subPolicies: ReadonlyMap<string, Policy>,
  clock: Clock,
): Policy {
  const allocations = allocate(limits, [...subPolicies.keys()]);
  const names = new Set([...(limits.policy_order ?? []), ...subPolicies.keys()]);
  const shares: Share[] = [];
  for (const name of names) {
    const policy = subPolicies.get(name);
    if (policy) shares.push({ policy, limit: allocations.get(name) ?? 0, spans: 0 });
  }
  let second: number | undefined;
  let total = 0;
  return {
    matches(trace) {
      const currentSecond = Math.floor(clock.monotonic() / 1e3);
      if (second !== currentSecond) {
        second = currentSecond;
        total = 0;
        for (const share of shares) share.spans = 0;
      }
      const share = shares.find(({ policy }) => policy.matches(trace));
      const count = trace.spans.length;
      if (!share || share.spans + count > share.limit) return false;
      // The allocations may add up to more than all.
      if (total + count > limits.max_total_spans_per_second) return false;
      share.spans += count;
      total += count;
      return true;
    },
    isLasting: false,
    isStateful: true,
  };
}

/** Spans per second of each sub-policy, in whole spans. */
function allocate(limits: CompositeLimits, names: readonly string[]): ReadonlyMap<string, number> {
  const { max_total_spans_per_second: max, rate_allocation: listed = [] } = limits;
  const allocations = new Map<string, number>();
  let left = max;
  for (const { policy, percent = 0 } of listed) {
    const spans = percent > 0 ? (percent / 100) * max : max / names.length;
    allocations.set(policy, Math.floor(spans));
    left -= spans;
  }
  const unlisted = names.filter((name) => !allocations.has(name));
  for (const name of unlisted) allocations.set(name, Math.floor(Math.max(0, left) / unlisted.length));
  return allocations;
}
