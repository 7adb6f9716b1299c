import { isSpanContextValid, trace, TraceFlags } from '@opentelemetry/api';
import { type Sampler, SamplingDecision, type SamplingResult } from '@opentelemetry/sdk-trace-node';

/** `false` on the span with which a trace entered this process that its caller chose not to sample. */
export const sampledUpstream = 'tta.sampled_upstream';

/**
 * Records traces that whoever called us chose not to sample, without sampling them: they reach a destination
 * that takes everything, and no other. What `sampler` itself decides against stays unrecorded.
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
        return {
          ...result,
          decision: SamplingDecision.RECORD,
          attributes: { ...result.attributes, [sampledUpstream]: false },
        };
      }
      // Not isRecording(), which is false of a span that has ended.
      const isRecorded = 'resource' in parent;
      return isRecorded ? { ...result, decision: SamplingDecision.RECORD } : result;
    },
    toString: () => `RecordUnsampled{${sampler.toString()}}`,
  };
}
