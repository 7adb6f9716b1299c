import { type SpanContext, TraceFlags } from '@opentelemetry/api';
import {
  type ComposableSampler,
  neverIntent,
  parentOf,
  requireComposable,
  type SamplingIntent,
} from './composable-sampler.ts';
import { parseOtTraceState } from './ot-trace-state.ts';
import { keepsTrace } from './rejection-threshold.ts';

/** Keeps what the parent kept; how many spans it stands for is not known. */
const keptIntent: SamplingIntent = Object.freeze({ threshold: '0', adjustedCountReliable: false });

/**
 * Follows the parent, threshold included, and asks `root` where there is none, so that traces are kept whole
 * (SDK specification, "ComposableParentThreshold").
 */
export function parentThreshold(root: ComposableSampler): ComposableSampler {
  requireComposable(root, 'parentThreshold');
  return {
    samplingIntent(context, traceId, name, kind, attributes, links) {
      const parent = parentOf(context, traceId);
      return parent === undefined
        ? root.samplingIntent(context, traceId, name, kind, attributes, links)
        : intentOfParent(parent);
    },
    toString: () => `parentThreshold(${root.toString()})`,
  };
}

/**
 * The parent's decision as an intent. Its sampled flag decides; a `th` that says otherwise is erased
 * ("TraceState: Probability Sampling", General requirements).
 */
export function intentOfParent(parent: SpanContext): SamplingIntent {
  if (!isSampled(parent)) return neverIntent;
  const { th, rv } = parseOtTraceState(parent.traceState?.get('ot'));
  return th !== undefined && keepsTrace(th, parent.traceId, rv)
    ? { threshold: th, adjustedCountReliable: true }
    : keptIntent;
}

/** One bit of the flags; the others say something else. */
export function isSampled(spanContext: SpanContext): boolean {
  return (spanContext.traceFlags & TraceFlags.SAMPLED) !== 0;
}
