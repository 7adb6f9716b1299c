import { describe, expect, it } from '@jest/globals';
import { standardNames } from './standard-names.ts';

describe('standardNames', () => {
  it.each([
    'Promise',
    'Map',
    'Iterator',
    'Disposable',
    'Math',
    'Intl',
    'eval',
    'parseInt',
    'NaN',
    'undefined',
    'globalThis',
  ])('have %s, a value', (name) => expect(standardNames().has(name)).toBe(true));

  it.each(['Pick', 'Record', 'PromiseLike', 'PropertyKey'])('have %s, a type', (name) => {
    expect(standardNames().has(name)).toBe(true);
  });

  it.each(['test', 'jest', 'Cache', 'value'])('do not have %s', (name) => {
    expect(standardNames().has(name)).toBe(false);
  });
});
