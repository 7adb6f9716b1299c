import { SamplingDecision } from '@opentelemetry/sdk-trace-node';
import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '@tta/obs-context';
import { decide, parentSpan, traceIdOf } from '../../test/sampling.ts';
import { standardSampler, type StandardSamplerName } from './standard-sampler.ts';

describe('standardSampler', () => {
  const high = traceIdOf('ffffffffffffff');
  const low = traceIdOf('00000000000000');

  it.each<[StandardSamplerName, number | undefined, boolean[]]>([
    // name, ratio, of: new trace with high and low randomness, child of a sampled and of an unsampled span
    ['always_on', undefined, [true, true, true, true]],
    ['always_off', undefined, [false, false, false, false]],
    ['traceidratio', 0.5, [true, false, false, true]],
    ['traceidratio', undefined, [true, true, true, true]],
    ['parentbased_always_on', undefined, [true, true, true, false]],
    ['parentbased_always_off', undefined, [false, false, true, false]],
    ['parentbased_traceidratio', 0.5, [true, false, true, false]],
    ['parentbased_traceidratio', 0, [false, false, true, false]],
    ['parentbased_traceidratio', undefined, [true, true, true, false]],
  ])('%s with %j decides as the specification says', (name, ratio, expected) => {
    const sampler = standardSampler(name, ratio);
    const parents = [undefined, undefined, parentSpan(low), parentSpan(high, { traceFlags: 0 })];
    const decisions = [high, low, low, high].map((id, index) => {
      const parent = parents[index];
      return decide(sampler, id, parent && { parent }).decision === SamplingDecision.RECORD_AND_SAMPLED;
    });
    expect(decisions).toEqual(expected);
  });

  it('lets the spans of a ratio be counted up', () => {
    const sampler = standardSampler('parentbased_traceidratio', 0.01);
    expect(decide(sampler, high).traceState?.serialize()).toBe('ot=th:fd70a');
  });

  it('refuses a name and a ratio that it does not know', () => {
    expect(() => standardSampler('jaeger_remote' as StandardSamplerName)).toThrow(InvalidOptionError);
    expect(() => standardSampler('traceidratio', 2)).toThrow(InvalidOptionError);
  });
});
