import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '@tta/obs-context';
import { intentOf, parentSpan, traceIdOf } from '../../test/sampling.ts';
import { annotating } from './annotating.ts';
import { type ComposableSampler, neverIntent } from './composable-sampler.ts';
import { parentBased } from './parent-based.ts';
import { alwaysOff, alwaysOn, probability } from './probability.ts';

const id = traceIdOf('ffffffffffffff');
const named = (name: string): ComposableSampler => annotating({ name }, alwaysOn());

describe('parentBased', () => {
  it.each([
    [undefined, 'root'],
    [{ isRemote: true, traceFlags: 0x01 }, 'remoteParentSampled'],
    [{ isRemote: true, traceFlags: 0x02 }, 'remoteParentNotSampled'],
    [{ isRemote: false, traceFlags: 0x03 }, 'localParentSampled'],
    [{ isRemote: false, traceFlags: 0x00 }, 'localParentNotSampled'],
  ])('asks for the parent %j its %s', (parent, expected) => {
    const sampler = parentBased({
      root: named('root'),
      remoteParentSampled: named('remoteParentSampled'),
      remoteParentNotSampled: named('remoteParentNotSampled'),
      localParentSampled: named('localParentSampled'),
      localParentNotSampled: named('localParentNotSampled'),
    });
    const intent = intentOf(sampler, id, parent && { parent: parentSpan(id, parent) });
    expect(intent.attributes).toEqual({ name: expected });
    expect(intent.threshold).toBe('0');
    // Which spans get here depends on the flag, and so on the randomness.
    expect(intent.adjustedCountReliable).toBe(expected === 'root');
  });

  it.each([true, false])('follows the parent (remote: %s) where it has no sampler for it', (isRemote) => {
    const sampler = parentBased({ root: alwaysOff() });
    const sampled = parentSpan(id, { isRemote, tracestate: 'ot=th:8' });
    const notSampled = parentSpan(id, { isRemote, traceFlags: 0 });
    expect(intentOf(sampler, id, { parent: sampled })).toEqual({
      threshold: '8',
      adjustedCountReliable: true,
    });
    expect(intentOf(sampler, id, { parent: notSampled })).toBe(neverIntent);
    expect(intentOf(sampler, id)).toBe(neverIntent);
  });

  it('refuses what is no composable sampler, and names it', () => {
    const none = {} as ComposableSampler;
    expect(() => parentBased({ root: none })).toThrow(InvalidOptionError);
    expect(() => parentBased({ root: alwaysOn(), localParentSampled: none })).toThrow(/localParentSampled/);
  });

  it('describes itself', () => {
    expect(String(parentBased({ root: probability(0.5), remoteParentNotSampled: alwaysOn() }))).toBe(
      'parentBased({ root: probability(0.5), remoteParentNotSampled: alwaysOn() })',
    );
  });
});
