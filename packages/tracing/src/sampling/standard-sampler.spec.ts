import { diag, DiagLogLevel } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace-node';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { decide, parentSpan, traceIdOf } from '../../test/sampling.ts';
import { standardSampler } from './standard-sampler.ts';

let warnings: string[] = [];
const ignore = (): void => undefined;
beforeEach(() => {
  warnings = [];
  diag.setLogger(
    { error: ignore, info: ignore, debug: ignore, verbose: ignore, warn: (text) => warnings.push(text) },
    DiagLogLevel.WARN,
  );
});
afterEach(() => diag.disable());

describe('standardSampler', () => {
  const high = traceIdOf('ffffffffffffff');
  const low = traceIdOf('00000000000000');

  it.each([
    // name, argument, of: new trace with high and low randomness, child of a sampled and of an unsampled span
    ['always_on', undefined, [true, true, true, true]],
    ['always_off', undefined, [false, false, false, false]],
    ['traceidratio', '0.5', [true, false, false, true]],
    ['parentbased_always_on', undefined, [true, true, true, false]],
    ['parentbased_always_off', undefined, [false, false, true, false]],
    ['parentbased_traceidratio', '0.5', [true, false, true, false]],
    ['parentbased_traceidratio', ' 0 ', [false, false, true, false]],
    ['traceidratio', undefined, [true, true, true, true]],
    ['traceidratio', '', [true, true, true, true]],
  ])('%s with %j decides as the specification says', (name, argument, expected) => {
    const sampler = standardSampler(name, argument);
    if (sampler === undefined) throw new Error('there is none');
    const parents = [undefined, undefined, parentSpan(low), parentSpan(high, { traceFlags: 0 })];
    const decisions = [high, low, low, high].map((id, index) => {
      const parent = parents[index];
      return decide(sampler, id, parent && { parent }).decision === SamplingDecision.RECORD_AND_SAMPLED;
    });
    expect(decisions).toEqual(expected);
    expect(warnings).toEqual([]);
  });

  it('lets the spans of a ratio be counted up', () => {
    expect(decide(standardSampler('parentbased_traceidratio', '0.01')!, high).traceState?.serialize()).toBe(
      'ot=th:fd70a',
    );
  });

  it.each(['2', '-1', 'half', '1e-99', 'NaN'])('keeps all with the ratio %s, and warns', (argument) => {
    expect(String(standardSampler('traceidratio', argument))).toBe('compositeSampler(probability(1))');
    expect(warnings).toEqual([expect.stringMatching(/OTEL_TRACES_SAMPLER_ARG/)]);
  });

  it.each(['jaeger_remote', 'xray', '', 'toString'])('has none for %j, and warns', (name) => {
    expect(standardSampler(name)).toBeUndefined();
    expect(warnings).toEqual([expect.stringMatching(/OTEL_TRACES_SAMPLER is/)]);
  });
});
