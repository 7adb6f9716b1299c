import type { Attributes, HrTime } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';

/** A trace as far as this process knows it. */
export interface TraceView {
  readonly traceId: string;
  /** The spans that have ended. */
  readonly spans: readonly ReadableSpan[];
  /** From when to when spans that have not ended are known to run; absent when there are none. */
  readonly open?: { readonly from: HrTime; readonly until: HrTime };
}

/** One condition on a trace. Whether a match keeps the trace or drops it is for the rule around it to say. */
export interface Policy {
  matches(trace: TraceView): boolean;
  /**
   * Whether a match on a part of a trace is a match on the whole: further spans cannot take it back. True for
   * "has an error", false for "has at most five spans".
   */
  readonly isLasting: boolean;
  /** Whether a match uses something up, so that the next trace may be judged differently. */
  readonly isStateful: boolean;
}

/** A policy that asks for one span that has something. */
export function someSpan(test: (span: ReadableSpan) => boolean): Policy {
  return { matches: ({ spans }) => spans.some(test), isLasting: true, isStateful: false };
}

/** A policy that asks for an attribute, be it of a span or of its resource. */
export function someAttribute(key: string, test: (value: Attributes[string]) => boolean): Policy {
  return {
    matches({ spans }) {
      let resource: ReadableSpan['resource'] | undefined;
      for (const span of spans) {
        if (test(span.attributes[key])) return true;
        if (span.resource === resource) continue;
        ({ resource } = span);
        // Reading a resource that is still being detected makes the SDK complain.
        if (resource.asyncAttributesPending !== true && test(resource.attributes[key])) return true;
      }
      return false;
    },
    isLasting: true,
    isStateful: false,
  };
}

/** A policy that matches where `policy` does not. */
export function opposite(policy: Policy): Policy {
  return {
    matches: (trace) => !policy.matches(trace),
    isLasting: false,
    isStateful: policy.isStateful,
  };
}

/** A policy that matches where all of `policies` do, asked in their order up to the first that does not. */
export function allOf(policies: readonly Policy[]): Policy {
  return {
    matches: (trace) => policies.every((policy) => policy.matches(trace)),
    isLasting: policies.every(({ isLasting }) => isLasting),
    isStateful: policies.some(({ isStateful }) => isStateful),
  };
}
