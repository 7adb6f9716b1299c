import { describe, expect, it } from '@jest/globals';
import { glyphLegend, kindGlyph } from './kind-glyph.ts';
import { STATUS_MARK } from './status-mark.ts';

const plain = { primitiveType: null, operation: null, otlpKind: 1 };

describe('kindGlyph', () => {
  it('tells calls out and in from other spans', () => {
    expect([3, 4, 2, 5, 1, 0].map((otlpKind) => kindGlyph({ ...plain, otlpKind }))).toEqual([
      '→',
      '→',
      '←',
      '←',
      '·',
      '·',
    ]);
  });

  it('goes by the operation where a primitive is a call of an AI program', () => {
    const embeddings = kindGlyph({ ...plain, operation: 'embeddings' });
    expect(kindGlyph({ ...plain, primitiveType: 'llm', operation: 'embeddings' })).toBe(embeddings);
    expect(kindGlyph({ ...plain, primitiveType: 'llm' })).toBe(
      kindGlyph({ ...plain, operation: 'inference' }),
    );
    expect(kindGlyph({ ...plain, primitiveType: 'retry', operation: 'step' })).toBe('↻');
  });

  it('shows what a cache answered', () => {
    const cache = (cacheOutcome?: string) => kindGlyph({ ...plain, primitiveType: 'cache', cacheOutcome });
    expect([cache('hit'), cache('miss'), cache('stale'), cache(), cache('toString')]).toEqual([
      '●',
      '○',
      '◐',
      '◌',
      '◌',
    ]);
  });

  it('has one for primitives that it does not know', () => {
    expect(kindGlyph({ ...plain, primitiveType: 'toString' })).toBe('□');
  });
});

describe('glyphLegend', () => {
  it('names each glyph once, none of them a mark of how it ended, in lines for any terminal', () => {
    const legend = glyphLegend();
    const glyphs = [...legend.matchAll(/(\S) [a-z_]+( [a-z]+)?/g)].map((match) => match[1]!);
    expect(glyphs.length).toBeGreaterThan(35);
    expect(new Set(glyphs).size).toBe(glyphs.length);
    expect(Object.values(STATUS_MARK).filter((mark) => glyphs.includes(mark))).toEqual([]);
    expect(Math.max(...legend.split('\n').map((line) => [...line].length))).toBeLessThanOrEqual(80);
  });
});
