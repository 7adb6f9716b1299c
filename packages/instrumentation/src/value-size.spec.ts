import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { flatSize, jsonSize } from './value-size.ts';

describe('flatSize', () => {
  it('is the bytes of a text in UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(flatSize(text)).toBe(new TextEncoder().encode(text).length);
      }),
    );
  });

  it('is the bytes of binary data', () => {
    const buffer = new ArrayBuffer(8);
    const sizes = [
      buffer,
      new SharedArrayBuffer(4),
      new Uint16Array(3),
      Buffer.from('äb'),
      new DataView(buffer, 2),
    ];
    expect(sizes.map(flatSize)).toEqual([8, 4, 6, 3, 6]);
  });

  it('is not known of anything else', () => {
    expect([1, null, undefined, {}, ['a'], () => 'a', 1n].map(flatSize)).toEqual(Array.from({ length: 7 }));
  });

  it('is at least a byte for each character beyond a million', () => {
    expect(flatSize('a'.repeat(3e6))).toBe(3e6);
    expect(flatSize('€'.repeat(2 ** 20))).toBe(3 * 2 ** 20);
    expect(flatSize('€'.repeat(2 ** 21))).toBe(4 * 2 ** 20);
  });
});

describe('jsonSize', () => {
  it('is the bytes of the JSON in UTF-8, and of the binary data in it', () => {
    expect(jsonSize({ text: '€"' })).toBe(Buffer.byteLength('{"text":"€\\""}'));
    expect(jsonSize([Buffer.alloc(1000)])).toBe('["[1000 bytes]"]'.length + 1000);
  });

  it('is a lower bound for what is too large', () => {
    expect(jsonSize({ text: 'a'.repeat(1e8) })).toBe(2 ** 20);
  });
});
