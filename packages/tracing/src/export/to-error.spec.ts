import { describe, expect, it } from '@jest/globals';
import { toError } from './to-error.ts';

describe('toError', () => {
  it('leaves errors as they are', () => {
    const error = new TypeError('odd');
    expect(toError(error)).toBe(error);
  });

  it('tells what else was thrown', () => {
    expect([toError('odd').message, toError(7).message, toError(undefined).message]).toEqual([
      'odd',
      '7',
      'undefined',
    ]);
  });

  it('tells of what cannot be told', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const thrown of [Object.create(null), { toString: () => ({}) }, proxy])
      expect(toError(thrown).message).toBe('something was thrown that cannot be shown');
  });
});
