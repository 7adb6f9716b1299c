import { describe, expect, it } from '@jest/globals';
import { AnyValueCopier } from './any-value-copy.ts';

const copied = (value: unknown): unknown => new AnyValueCopier().copy(value);
const tooMany = new RangeError('it has more than 100000 values');
const tooLarge = new RangeError('its values take more than 16777216 bytes');

describe('a copy of values', () => {
  const bytes = Uint8Array.from([1, 2, 3, 4]);

  it.each([
    ['a view of bytes', bytes.subarray(1, 3), Uint8Array.from([2, 3])],
    ['numbers of a fixed size', new Uint16Array(bytes.buffer), bytes],
    ['a data view', new DataView(bytes.buffer, 2), Uint8Array.from([3, 4])],
    ['a buffer', bytes.buffer, bytes],
    ['a bigint', { n: 2n ** 70n }, { n: '1180591620717411303424' }],
    ['a symbol', Symbol('odd'), 'Symbol(odd)'],
    ['a date', [new Date(0)], ['1970-01-01T00:00:00.000Z']],
    ['no date', new Date(Number.NaN), null],
    ['an address', new URL('http://h.test/a'), 'http://h.test/a'],
    ['a map', { m: new Map<unknown, unknown>([[1, { two: 3n }]]) }, { m: { '1': { two: '3' } } }],
    ['a set', new Set(['a', new Map()]), ['a', {}]],
    ['a list with holes', Object.assign(Array(2), { 1: 'b' }), [undefined, 'b']],
    ['what tells its own JSON', { toJSON: () => ({ a: [1n] }) }, { a: ['1'] }],
    ['what has an entry of that name', { toJSON: 'a' }, { toJSON: 'a' }],
    ['what has no prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ])('holds %s', (_what, value, expected) => {
    expect(copied(value)).toEqual(expected);
  });

  it('shares no bytes with what it was made of', () => {
    const own = Uint8Array.from([1, 2]);
    const copies = [copied(own), copied(own.buffer), copied(new DataView(own.buffer))];
    own.fill(0);
    expect(copies).toEqual(Array(3).fill(Uint8Array.from([1, 2])));
  });

  it('holds of an error what is known of it', () => {
    expect(copied({ cause: new TypeError('odd') })).toEqual({
      cause: expect.stringMatching(/^TypeError: odd\n +at /),
    });
    const bare = Object.assign(new TypeError('odd'), { stack: undefined });
    expect(copied(bare)).toBe('TypeError: odd');
  });
});

describe('a copy is refused', () => {
  it('for a few objects that hold each other in many ways', () => {
    let shared: unknown = { value: 1 };
    for (let level = 0; level < 40; level++) shared = { left: shared, right: shared };
    expect(() => copied(shared)).toThrow(tooMany);
  });

  it.each([
    ['a list', Array(100_001)],
    ['a long list of nothing', Array(2 ** 32 - 1)],
    ['a set', new Set(Array.from({ length: 100_001 }, (_, index) => index))],
    ['entries', Object.fromEntries(Array.from({ length: 100_001 }, (_, index) => [index, 0]))],
    ['several lists', { a: Array(50_000), b: Array(50_000) }],
  ])('for more values than 100000: %s', (_what, value) => {
    expect(() => copied(value)).toThrow(tooMany);
  });

  it('for no fewer values', () => {
    expect(copied(Array(100_000).fill(1))).toHaveLength(100_000);
    expect(copied({ a: Array(49_999), b: Array(49_999) })).toMatchObject({ a: { length: 49_999 } });
  });

  const mebibytes = 2 ** 24;
  it.each([
    ['a text', 'x'.repeat(mebibytes + 1)],
    ['bytes', new Uint8Array(mebibytes + 1)],
    ['numbers', new Float64Array(mebibytes / 8 + 1)],
    ['a buffer', new ArrayBuffer(mebibytes + 1)],
    ['a key', { ['x'.repeat(mebibytes)]: 'y' }],
    ['several', ['x'.repeat(mebibytes / 2), new Uint8Array(mebibytes / 2), 'y']],
  ])('for more than 16 MiB: %s', (_what, value) => {
    expect(() => copied(value)).toThrow(tooLarge);
  });

  it('for no less', () => {
    expect(copied('x'.repeat(mebibytes))).toHaveLength(mebibytes);
    expect(copied(new Uint8Array(mebibytes))).toHaveLength(mebibytes);
  });

  it('when what tells its own JSON tells itself without end', () => {
    const endless = (): unknown => ({ toJSON: endless });
    expect(() => copied(endless())).toThrow('its values go too deep or lead back to themselves');
  });
});
