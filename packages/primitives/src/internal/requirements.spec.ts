import { describe, expect, it } from '@jest/globals';
import {
  requireAtLeast,
  requireBoolean,
  requireFunction,
  requireIntegerWithin,
  requireNonNegativeInteger,
  requireOneOf,
  requirePositive,
  requirePositiveInteger,
  requireWithin,
} from './requirements.ts';

const refusal = (message: string) =>
  expect.objectContaining({ code: 'OBS_ERR_INVALID_COMPOSITION', message });

describe('requirements', () => {
  it.each<[unknown, string]>([
    ['500', '"500"'],
    ['', '""'],
    [500n, 'of type bigint'],
    [Object.create(null), 'of type object'],
    [[500], 'of type object'],
    [Symbol('ms'), 'of type symbol'],
    [() => 500, 'of type function'],
    [null, 'null'],
    [undefined, 'undefined'],
    [true, 'true'],
    [Number.NaN, 'NaN'],
    [-0.5, '-0.5'],
  ])('say of %p which kind of value it is', (value, shown) => {
    const given = value as number;
    const message = (wanted: string) => refusal(`it is ${shown}; it has to be ${wanted}`);
    expect(() => requirePositive(given, 'it')).toThrow(message('a finite number above 0'));
    expect(() => requireAtLeast(1, given, 'it')).toThrow(message('a finite number of at least 1'));
    expect(() => requirePositiveInteger(given, 'it')).toThrow(message('a whole number above 0'));
    expect(() => requireNonNegativeInteger(given, 'it')).toThrow(message('a whole number of at least 0'));
    expect(() => requireWithin(1, 999, given, 'it')).toThrow(message('a number from 1 to 999'));
    expect(() => requireIntegerWithin(1, 999, given, 'it')).toThrow(message('a whole number from 1 to 999'));
  });

  it('let numbers through, also at the limits', () => {
    const all = () => {
      requirePositive(Number.MIN_VALUE, 'it');
      requireAtLeast(0, 0, 'it');
      requirePositiveInteger(1, 'it');
      requireNonNegativeInteger(0, 'it');
      for (const limit of [0.5, 1]) requireWithin(0.5, 1, limit, 'it');
      for (const limit of [1, 2]) requireIntegerWithin(1, 2, limit, 'it');
    };
    expect(all).not.toThrow();
  });

  it('take one of several texts, a function, true or false, and nothing else', () => {
    requireOneOf('on', ['on', 'off'], 'it');
    requireFunction(() => 0, 'it');
    for (const either of [true, false]) requireBoolean(either, 'it');
    expect(() => requireOneOf('no', ['on', 'off'], 'it')).toThrow(
      refusal(`it is "no"; it has to be one of 'on', 'off'`),
    );
    expect(() => requireFunction('run', 'it')).toThrow(refusal('it is "run"; it has to be a function'));
    expect(() => requireBoolean('no' as never, 'it')).toThrow(
      refusal('it is "no"; it has to be true or false'),
    );
  });
});
