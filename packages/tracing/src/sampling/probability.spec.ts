import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '@tta/obs-context';
import { intentOf, traceIdOf } from '../../test/sampling.ts';
import { annotating } from './annotating.ts';
import { alwaysOff, alwaysOn, probability } from './probability.ts';

const id = traceIdOf('0');
const never = { threshold: null, adjustedCountReliable: false };

describe('probability', () => {
  it.each([
    [alwaysOn(), 'alwaysOn()', { threshold: '0', adjustedCountReliable: true }],
    [alwaysOff(), 'alwaysOff()', never],
    [probability(0.1), 'probability(0.1)', { threshold: 'e666', adjustedCountReliable: true }],
    [probability(1), 'probability(1)', { threshold: '0', adjustedCountReliable: true }],
    [probability(0), 'probability(0)', never],
  ])('of %s is what its name says', (sampler, name, intent) => {
    expect(intentOf(sampler, id)).toEqual(intent);
    expect(String(sampler)).toBe(name);
  });

  it.each([-0.1, 1.1, Number.NaN, 1e-20])('refuses %d', (ratio) => {
    expect(() => probability(ratio)).toThrow(InvalidOptionError);
  });
});

describe('annotating', () => {
  it('adds its attributes, which win, and changes nothing else', () => {
    const given = { a: 1, b: 1 };
    const sampler = annotating({ a: 2 }, annotating(given, probability(0.5)));
    given.b = 9;
    expect(intentOf(sampler, id)).toEqual({
      threshold: '8',
      adjustedCountReliable: true,
      attributes: { a: 2, b: 1 },
    });
    expect(String(sampler)).toBe('annotating(a: annotating(a, b: probability(0.5)))');
  });
});
