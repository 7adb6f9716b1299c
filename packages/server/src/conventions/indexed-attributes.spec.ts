import { describe, expect, it } from '@jest/globals';
import type { AttributesJson } from '@tta/obs-protocol';
import { indexedAttributes } from './indexed-attributes.ts';

describe('indexedAttributes', () => {
  it.each<[string, AttributesJson, unknown]>([
    ['nothing', { other: 1, 'm.x': 1, mm: 2 }, null],
    ['a list of texts', { 'm.0': 'a', 'm.1': 'b' }, ['a', 'b']],
    [
      'objects',
      { 'm.0.role': 'user', 'm.0.content': 'x', 'm.1.role': 'tool' },
      [{ role: 'user', content: 'x' }, { role: 'tool' }],
    ],
    [
      'lists in objects',
      { 'm.0.calls.1.name': 'b', 'm.0.calls.0.name': 'a' },
      [{ calls: [{ name: 'a' }, { name: 'b' }] }],
    ],
    ['indices out of order', { 'm.10.a': 10, 'm.2.a': 2 }, [{ a: 2 }, { a: 10 }]],
    ['values as they are', { 'm.0.a': ['x'], 'm.0.b': null }, [{ a: ['x'], b: null }]],
    ['the first of two that contradict each other', { 'm.0': 'text', 'm.0.a': 1 }, ['text']],
    [
      'the first of two that contradict each other, the other way round',
      { 'm.0.a': 1, 'm.0': 'text' },
      [{ a: 1 }],
    ],
    [
      'no object that came as a value for a place to put something',
      { 'm.0.a': { x: 1 }, 'm.0.a.y': 2 },
      [{ a: { x: 1 } }],
    ],
    ['nothing that is too deep', { [`m.0${'.x'.repeat(20)}`]: 1 }, null],
  ])('puts together %s', (_what, attributes, expected) => {
    expect(indexedAttributes(attributes, 'm')).toEqual(expected);
  });

  it('keeps names of the prototype to themselves', () => {
    const [message] =
      indexedAttributes({ 'm.0.__proto__.polluted': true, 'm.0.constructor.x': 1 }, 'm') ?? [];
    expect(Object.keys(message as object)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('cuts a list that is too long', () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`m.${index}`, index]));
    expect(indexedAttributes(many, 'm')).toHaveLength(4096);
  });
});
