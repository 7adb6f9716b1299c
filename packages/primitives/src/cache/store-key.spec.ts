import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { boundedKey, hashOf, keyPrefix } from './store-key.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('hashOf', () => {
  it('is the first 64 bits of SHA-256, which all processes agree on', () => {
    expect(hashOf('abc')).toBe('ba7816bf8f01cfea');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => hashOf(text) === sha256(text).slice(0, 16)),
    );
  });
});

describe('boundedKey', () => {
  it('leaves keys of up to 200 characters as they are', () => {
    for (const key of ['', 'a b\n', 'x'.repeat(200)]) expect(boundedKey(key)).toBe(key);
  });

  it('makes 180 characters and a hash of longer ones, which differ wherever the keys do', () => {
    const key = 'x'.repeat(201);
    expect(boundedKey(key)).toBe('x'.repeat(180) + sha256(key).slice(0, 32));
    const changed = Array.from({ length: 201 }, (_, at) =>
      boundedKey(`${key.slice(0, at)}y${key.slice(at + 1)}`),
    );
    expect(new Set([...changed, boundedKey(key)]).size).toBe(202);
  });

  it('makes no key of a long one that is the key of another, also of one made after it', () => {
    const cut = boundedKey('x'.repeat(300));
    expect(boundedKey(cut)).not.toBe(cut);
    fc.assert(
      fc.property(
        fc.string({ minLength: 201, maxLength: 400 }),
        fc.string({ maxLength: 200 }),
        (long, short) => {
          expect(boundedKey(long).length).toBeGreaterThan(boundedKey(short).length);
        },
      ),
    );
  });
});

describe('keyPrefix', () => {
  it('keeps caches of different names apart, whatever the names are', () => {
    expect(keyPrefix('fetch page')).toBe('cache:fetch%20page:');
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (name, key, otherName, otherKey) => {
        fc.pre(name !== otherName);
        expect(keyPrefix(name) + key).not.toBe(keyPrefix(otherName) + otherKey);
      }),
    );
  });
});
