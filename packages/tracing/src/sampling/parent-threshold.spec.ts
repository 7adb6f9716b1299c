import { createTraceState } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '@tta/obs-context';
import { intentOf, parentSpan, traceIdOf } from '../../test/sampling.ts';
import type { ComposableSampler } from './composable-sampler.ts';
import { parentThreshold } from './parent-threshold.ts';
import { probability } from './probability.ts';

const sampler = parentThreshold(probability(0.25));
const id = traceIdOf('c0000000000000');
const never = { threshold: null, adjustedCountReliable: false };
const uncounted = { threshold: '0', adjustedCountReliable: false };

describe('parentThreshold', () => {
  it('asks its root where a trace begins', () => {
    expect(intentOf(sampler, id)).toEqual({ threshold: 'c', adjustedCountReliable: true });
    const invalid = { ...parentSpan('0'.repeat(32)), traceState: createTraceState('ot=th:8') };
    expect(intentOf(sampler, id, { parent: invalid })).toMatchObject({ threshold: 'c' });
  });

  it.each([
    ['ot=th:8', 0x01, { threshold: '8', adjustedCountReliable: true }],
    ['ot=th:c', 0x03, { threshold: 'c', adjustedCountReliable: true }],
    ['ot=th:c00001', 0x01, uncounted], // would not have kept it
    ['ot=th:8;rv:7fffffffffffff', 0x01, uncounted],
    ['ot=th:d;rv:d0000000000000', 0x01, { threshold: 'd', adjustedCountReliable: true }],
    ['ot=th:8', 0x00, never], // says it was kept, the flag says it was not
    ['ot=th:8', 0x02, never],
    ['ot=th:8', 0xfe, never],
    ['ot=th:d', 0x00, never],
    ['ot=th:nonsense', 0x01, uncounted],
    ['ot=rv:d0000000000000', 0x01, uncounted],
    ['a=1', 0x01, uncounted],
    [undefined, 0x01, uncounted],
    [undefined, 0x00, never],
    [undefined, 0x02, never],
  ])('follows a parent with %j and the flags %d', (tracestate, traceFlags, expected) => {
    for (const isRemote of [true, false]) {
      const parent = parentSpan(id, {
        traceFlags,
        isRemote,
        ...(tracestate !== undefined && { tracestate }),
      });
      expect(intentOf(sampler, id, { parent })).toEqual(expected);
    }
  });

  it('refuses a root that is no composable sampler', () => {
    expect(() => parentThreshold({} as ComposableSampler)).toThrow(InvalidOptionError);
  });
});
