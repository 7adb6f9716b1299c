import { diag } from '@opentelemetry/api';
import type { Clock } from '@tta/obs-context';
import { allOf, opposite, type Policy, type TraceView } from './policy.ts';
import type { BasicPolicyConfig, CompositeSubPolicyConfig, PolicyConfig } from './policy-config.ts';
import {
  booleanAttributePolicy,
  numericAttributePolicy,
  stringAttributePolicy,
} from './policies/attribute.ts';
import { compositePolicy } from './policies/composite.ts';
import { latencyPolicy, spanCountPolicy } from './policies/extent.ts';
import { bytesLimitingPolicy, rateLimitingPolicy } from './policies/limiting.ts';
import { alwaysSamplePolicy, probabilisticPolicy } from './policies/probabilistic.ts';
import { statusCodePolicy, traceFlagsPolicy, traceStatePolicy } from './policies/span.ts';

/** `dropped`: a `drop` policy matched, and nothing that comes later can change that. */
export type Decision = 'sampled' | 'not_sampled' | 'dropped';

export interface DecisionRuleOptions {
  readonly policies: readonly PolicyConfig[];
  readonly sampleOnFirstMatch: boolean;
  readonly clock: Clock;
}

/**
 * The Collector's rule: any drop → dropped; else any match → sampled; else not sampled. It does not throw: a trace
 * that it cannot judge is kept.
 */
export class DecisionRule {
  readonly #drops: readonly Policy[];
  readonly #keeps: readonly Policy[];
  readonly #sampleOnFirstMatch: boolean;

  constructor({ policies, sampleOnFirstMatch, clock }: DecisionRuleOptions) {
    const basic = (config: BasicPolicyConfig): Policy => basicPolicy(config, clock);
    this.#drops = policies.flatMap((config) =>
      config.type === 'drop' ? [allOf(config.drop.drop_sub_policy.map(basic))] : [],
    );
    this.#keeps = policies.flatMap((config) => (config.type === 'drop' ? [] : [keepPolicy(config, clock)]));
    this.#sampleOnFirstMatch = sampleOnFirstMatch;
  }

  /** Decides a trace of which no more is expected. */
  decide(trace: TraceView): Decision {
    try {
      if (this.#drops.some((policy) => policy.matches(trace))) return 'dropped';
      let isKept = false;
      for (const policy of this.#keeps) {
        // After a match only limits are still asked: what others let through counts for them.
        if (isKept && (this.#sampleOnFirstMatch || !policy.isStateful)) continue;
        if (policy.matches(trace)) isKept = true;
      }
      return isKept ? 'sampled' : 'not_sampled';
    } catch (error) {
      return keepInDoubt(error);
    }
  }

  /**
   * Decides a part of a trace: `sampled` only by policies that further spans cannot turn round, and without using
   * up any limit.
   */
  decidePart(part: TraceView): Decision {
    try {
      if (this.#drops.some((policy) => !policy.isStateful && policy.matches(part))) return 'dropped';
      return this.#keeps.some((policy) => policy.isLasting && policy.matches(part))
        ? 'sampled'
        : 'not_sampled';
    } catch (error) {
      return keepInDoubt(error);
    }
  }
}

function keepInDoubt(error: unknown): Decision {
  diag.warn('@tta/obs: a tail sampling policy failed, and the trace is kept:', error);
  return 'sampled';
}

function keepPolicy(config: Exclude<PolicyConfig, { type: 'drop' }>, clock: Clock): Policy {
  switch (config.type) {
    case 'not':
      return opposite(basicPolicy(config.not.not_sub_policy, clock));
    case 'composite': {
      const subPolicies = config.composite.composite_sub_policy;
      const named = new Map(subPolicies.map((entry) => [entry.name, subPolicy(entry, clock)]));
      return compositePolicy(config.composite, named, clock);
    }
    default:
      return subPolicy(config, clock);
  }
}

function subPolicy(config: CompositeSubPolicyConfig, clock: Clock): Policy {
  return config.type === 'and'
    ? allOf(config.and.and_sub_policy.map((entry) => basicPolicy(entry, clock)))
    : basicPolicy(config, clock);
}

function basicPolicy(config: BasicPolicyConfig, clock: Clock): Policy {
  switch (config.type) {
    case 'always_sample':
      return alwaysSamplePolicy();
    case 'trace_flags':
      return traceFlagsPolicy();
    case 'latency':
      return latencyPolicy(config.latency);
    case 'numeric_attribute':
      return numericAttributePolicy(config.numeric_attribute);
    case 'boolean_attribute':
      return booleanAttributePolicy(config.boolean_attribute);
    case 'string_attribute':
      return stringAttributePolicy(config.string_attribute);
    case 'probabilistic':
      return probabilisticPolicy(config.probabilistic);
    case 'status_code':
      return statusCodePolicy(config.status_code);
    case 'trace_state':
      return traceStatePolicy(config.trace_state);
    case 'rate_limiting':
      return rateLimitingPolicy(config.rate_limiting, clock);
    case 'bytes_limiting':
      return bytesLimitingPolicy(config.bytes_limiting, clock);
    case 'span_count':
      return spanCountPolicy(config.span_count);
  }
}
