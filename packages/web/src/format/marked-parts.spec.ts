import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { markedParts } from './marked-parts.ts';

describe('markedParts', () => {
  it.each([
    ['a needle, a Needle', 'needle', ['a ', 'needle', ', a ', 'Needle', '']],
    ['İstanbul a.b', 'a.b', ['İstanbul ', 'a.b', '']],
    ['nothing', 'x', ['nothing']],
    ['nothing', '', ['nothing']],
  ])('cuts %j at %j', (text, sought, parts) => {
    expect(markedParts(text, sought)).toEqual(parts);
  });

  it('loses nothing, whatever is sought', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ maxLength: 3 }), (text, sought) => {
        const parts = markedParts(text, sought);
        expect(parts.join('')).toBe(text);
        const marked = parts.filter((_, index) => index % 2 === 1);
        expect(marked.every(({ length }) => length === sought.length)).toBe(true);
      }),
    );
  });
});
