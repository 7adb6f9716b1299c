import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { requirePlainJson } from './plain-json.ts';

class List extends Array<number> {}
class Money {
  readonly cents = 1;
}
const circular: { self?: unknown } = {};
circular.self = [circular];

describe('requirePlainJson', () => {
  it('takes what comes back from JSON as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const back: unknown = JSON.parse(JSON.stringify(value));
        fc.pre(isDeepStrictEqual(back, value));
        expect(() => requirePlainJson(value)).not.toThrow();
      }),
    );
    const hidden = Object.defineProperty({}, Symbol('s'), { value: 1, enumerable: false });
    expect(() => requirePlainJson(hidden)).not.toThrow();
    const twice = { n: 1 };
    expect(() => requirePlainJson({ a: twice, b: twice, none: undefined })).not.toThrow();
    expect(() => requirePlainJson(undefined)).not.toThrow();
    expect(() => requirePlainJson(Object.create(null))).not.toThrow();
  });

  it.each([
    [new Date(0), 'the value is a Date, which does not come back from JSON as it is'],
    [{ at: [1, new Map()] }, 'the value.at[1] is a Map, which does not come back from JSON as it is'],
    [new Money(), 'the value is a Money, which does not come back from JSON as it is'],
    [Buffer.from('a'), 'the value is a Buffer, which does not come back from JSON as it is'],
    [Object.create(Object.create(Object.create(null))), 'the value is a class, which does not come back'],
    [{ n: 10n }, 'the value.n is of type bigint, which JSON cannot hold'],
    [() => 1, 'the value is of type function, which JSON cannot hold'],
    [[Symbol('a')], 'the value[0] is of type symbol, which JSON cannot hold'],
    [[undefined], 'the value[0] is of type undefined, which JSON cannot hold'],
    [{ n: NaN }, 'the value.n is NaN, which JSON cannot hold'],
    [-Infinity, 'the value is -Infinity, which JSON cannot hold'],
    [{ n: -0 }, 'the value.n is -0, which JSON cannot hold'],
    [['10-20'.match(/(\d+)-/)], 'the value[0] is an array with further properties, which JSON cannot hold'],
    [new List(), 'the value is a List, which does not come back from JSON as it is'],
    [
      { a: { [Symbol('s')]: 1 } },
      'the value.a has a property with a symbol for a key, which JSON cannot hold',
    ],
    [circular, 'the value.self[0] contains itself, which JSON cannot hold'],
  ])('refuses %p, and says where it is', (value, message) => {
    expect(() => requirePlainJson(value)).toThrow(new RegExp(`^${message.replaceAll(/[[\].]/g, '\\$&')}`));
  });
});
