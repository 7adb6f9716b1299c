import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { GLYPHS } from './glyph-paths.ts';
import { kindOf, kindText, spanKinds } from './primitive-kind.ts';

describe('kindOf', () => {
  it.each([
    ['retry', 1, null, 'retry'],
    ['saga', 1, null, 'saga'],
    ['circuit_breaker', 1, null, 'circuit_breaker'],
    ['debounce', 1, null, 'primitive'],
    ['span', 1, null, 'primitive'],
    ['toString', 1, null, 'primitive'],
    ['llm', 3, 'inference', 'inference'],
    ['llm', 3, null, 'inference'],
    ['cache', 1, 'inference', 'cache'],
    [null, 3, 'tool', 'tool'],
    [null, 3, 'other', 'client'],
    [null, 3, null, 'client'],
    [null, 4, null, 'client'],
    [null, 2, null, 'server'],
    [null, 5, null, 'server'],
    [null, 1, null, 'span'],
  ] as const)(
    'draws primitive type %s with OTLP kind %d and operation %s as %s',
    (type, otlpKind, ai, kind) => {
      expect(kindOf(type, otlpKind, ai)).toBe(kind);
    },
  );
});

describe('kindText', () => {
  it('names a primitive that has no glyph of its own by its type', () => {
    expect(kindText('primitive', 'debounce')).toBe('debounce');
    expect(kindText('primitive', null)).toBe('primitive');
  });

  it('says in words what a type or an operation is', () => {
    expect([
      kindText('client', null),
      kindText('server', null),
      kindText('rate_limit', 'rate_limit'),
      kindText('inference', 'llm'),
    ]).toEqual(['outgoing call', 'incoming call', 'rate limit', 'model call']);
  });
});

describe('the drawing of kinds', () => {
  const css = readFileSync(new URL('../styles/kinds.css', import.meta.url), 'utf8');

  it('has a hue, a class and a glyph of its own for each kind', () => {
    const hues = [...css.matchAll(/--obs-kind-([a-z_]+): var\(--obs-hue-([a-z]+)\)/g)];
    expect(hues.map(([, kind]) => kind)).toEqual(spanKinds);
    for (const [, , hue = ''] of hues) expect(css.split(`--obs-hue-${hue}: #`)).toHaveLength(5);
    for (const kind of spanKinds) expect(css).toContain(`.kind-${kind} {`);
    const drawings = spanKinds.map((kind) => GLYPHS[kind].stroke + (GLYPHS[kind].fill ?? ''));
    expect(new Set(drawings).size).toBe(spanKinds.length);
  });
});
