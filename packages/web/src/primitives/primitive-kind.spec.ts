import { describe, expect, it } from '@jest/globals';
import { kindOf, kindText } from './primitive-kind.ts';

describe('kindOf', () => {
  it.each([
    ['retry', 1, 'retry'],
    ['saga', 1, 'primitive'],
    [null, 3, 'client'],
    [null, 4, 'client'],
    [null, 2, 'server'],
    [null, 5, 'server'],
    [null, 1, 'span'],
  ] as const)('draws primitive type %s with OTLP kind %d as %s', (type, otlpKind, kind) => {
    expect(kindOf(type, otlpKind)).toBe(kind);
  });
});

describe('kindText', () => {
  it('names a primitive that has no glyph of its own by its type', () => {
    expect(kindText('primitive', 'saga')).toBe('saga');
    expect(kindText('primitive', null)).toBe('primitive');
  });

  it('says which way a call goes', () => {
    expect([kindText('client', null), kindText('server', null), kindText('retry', 'retry')]).toEqual([
      'outgoing call',
      'incoming call',
      'retry',
    ]);
  });
});
