import {
  type Context,
  isSpanContextValid,
  type SpanContext,
  trace,
  TraceFlags,
  type TraceState,
} from '@opentelemetry/api';
import { type Sampler, SamplingDecision, type SamplingResult } from '@opentelemetry/sdk-trace-node';
import { attributeNames } from '@tta/obs-context';
import { parseOtTraceState } from './ot-trace-state.ts';

/**
 * Records traces that whoever called us chose not to sample, without sampling them: they reach a destination
 * that takes everything, and no other. What `sampler` itself decides against stays unrecorded: it is asked
 * again as if the caller had sampled the trace.
 */
export function recordUnsampled(sampler: Sampler): Sampler {
  return {
    shouldSample(context, ...rest): SamplingResult {
      const result = sampler.shouldSample(context, ...rest);
      if (result.decision !== SamplingDecision.NOT_RECORD) return result;
      const parent = trace.getSpan(context);
      const parentContext = parent?.spanContext();
      if (!parent || !parentContext || !isSpanContextValid(parentContext)) return result;
      if (parentContext.traceFlags & TraceFlags.SAMPLED) return result;
      if (parentContext.isRemote) {
        const otherwise = sampler.shouldSample(withSampled(context, parentContext), ...rest);
        if (otherwise.decision === SamplingDecision.NOT_RECORD) return result;
        return {
          ...result,
          decision: SamplingDecision.RECORD,
          attributes: { ...otherwise.attributes, [attributeNames.sampledUpstream]: false },
        };
      }
      // Not isRecording(), which is false of a span that has ended.
      const isRecorded = 'resource' in parent;
      return isRecorded ? { ...result, decision: SamplingDecision.RECORD } : result;
    },
    toString: () => `RecordUnsampled{${sampler.toString()}}`,
  };
}

/** The context of a caller that has sampled the trace. With which threshold is not known. */
function withSampled(context: Context, parent: SpanContext): Context {
  const traceState = parent.traceState && withoutThreshold(parent.traceState);
  return trace.setSpanContext(context, {
    ...parent,
    traceFlags: parent.traceFlags | TraceFlags.SAMPLED,
    ...(traceState && { traceState }),
  });
}

function withoutThreshold(traceState: TraceState): TraceState {
  const { th, rest } = parseOtTraceState(traceState.get('ot'));
  if (th === undefined) return traceState;
  return rest === '' ? traceState.unset('ot') : traceState.set('ot', rest);
}
