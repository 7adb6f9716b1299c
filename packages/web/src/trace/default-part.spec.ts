import { describe, expect, it } from '@jest/globals';
import type { AiOperation } from '@tta/obs-protocol';
import { traceDocument } from '../testing/trace-fixture.ts';
import { aiTrace } from '../testing/transcript-fixture.ts';
import { defaultPart } from './default-part.ts';

describe('defaultPart', () => {
  it.each<[readonly AiOperation[], string]>([
    [['inference'], 'transcript'],
    [['workflow', 'inference'], 'transcript'],
    [['tool', 'agent'], 'transcript'],
    [['tool', 'inference'], 'waterfall'],
  ])('of a root and what is within it, %j, is the %s', (operations, part) => {
    const sketches = operations.map((operation, index) => ({
      name: 'x',
      operation,
      ...(index > 0 && { parent: 0 }),
    }));
    expect(defaultPart(aiTrace(sketches).document)).toBe(part);
  });

  it('is the waterfall of what is no AI program', () => {
    expect(defaultPart(traceDocument([{ name: 'GET /' }]))).toBe('waterfall');
  });
});
