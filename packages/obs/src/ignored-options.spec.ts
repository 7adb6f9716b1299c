import { describe, expect, it } from '@jest/globals';
import { ignoredOptions } from './ignored-options.ts';
import type { ObservabilityOptions } from './observability-options.ts';

const first: ObservabilityOptions = { serviceName: 'a', baggageKeys: ['x'], logSampling: { rate: 0.5 } };

describe('ignoredOptions', () => {
  it.each<[ObservabilityOptions, string[]]>([
    [{}, []],
    [{ serviceName: 'a' }, []],
    [{ baggageKeys: ['x'], logSampling: { rate: 0.5 } }, []],
    [{ serviceName: 'b', baggageKeys: ['x', 'y'] }, ['serviceName', 'baggageKeys']],
    [{ logSampling: { rate: 0.6 }, stepSpans: true }, ['logSampling', 'stepSpans']],
  ])('of %j are %j', (later, names) => {
    expect(ignoredOptions(first, later)).toEqual(names);
  });

  it('are not those that are left out on purpose', () => {
    expect(ignoredOptions(first, { serviceName: undefined } as never)).toEqual([]);
  });
});
