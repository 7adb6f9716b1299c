import { describe, expect, it } from '@jest/globals';
import {
  CancelledError,
  InvalidCompositionError,
  InvalidOptionError,
  isObsError,
  ObsError,
} from './obs-error.ts';

describe('ObsError', () => {
  it('carries code, category, cause and the name of its class', () => {
    const cause = new Error('why');
    const error = new CancelledError('a sibling failed', cause);
    expect(error).toBeInstanceOf(ObsError);
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe('CancelledError');
    expect(error.cause).toBe(cause);
    expect(error).toMatchObject({
      message: 'a sibling failed',
      code: 'OBS_ERR_CANCELLED',
      category: 'cancelled',
      severity: 'low',
      recoverable: false,
    });
  });

  it('has no cause where none is given', () => {
    expect('cause' in new CancelledError('stopped')).toBe(false);
    expect('cause' in new InvalidOptionError('no port')).toBe(false);
  });

  it('may have been found while something else failed, which is its cause', () => {
    const cause = new Error('why');
    expect(new InvalidOptionError('a wait below 0', cause).cause).toBe(cause);
  });

  it('is of medium severity and not recoverable unless it says otherwise', () => {
    const options = { code: 'OBS_ERR_TEST', category: 'network' } as const;
    expect(new ObsError('x', options)).toMatchObject({ severity: 'medium', recoverable: false });
    expect(new ObsError('x', { ...options, severity: 'critical', recoverable: true })).toMatchObject({
      severity: 'critical',
      recoverable: true,
    });
  });

  it.each([
    [new InvalidCompositionError('no steps'), 'OBS_ERR_INVALID_COMPOSITION'],
    [new InvalidOptionError('no port'), 'OBS_ERR_INVALID_OPTION'],
  ])('%s is a validation error of high severity', (error, code) => {
    expect(error).toMatchObject({ code, category: 'validation', severity: 'high' });
  });
});

describe('isObsError', () => {
  it('knows an error that another copy of the package made', () => {
    const foreign = Object.defineProperty(new Error('x'), Symbol.for('@tta/obs/error'), { value: true });
    expect(foreign).not.toBeInstanceOf(ObsError);
    expect(isObsError(foreign)).toBe(true);
  });

  it('knows no other value', () => {
    const lookalike = Object.assign(new Error('x'), { code: 'OBS_ERR_CANCELLED', category: 'cancelled' });
    const branded = { [Symbol.for('@tta/obs/error')]: true };
    for (const value of [lookalike, branded, undefined, null, 'OBS_ERR_CANCELLED', {}]) {
      expect(isObsError(value)).toBe(false);
    }
  });

  it('does not show its mark to JSON, keys or spreads', () => {
    const error = new InvalidOptionError('x');
    expect(Object.keys(error).sort()).toEqual(['category', 'code', 'name', 'recoverable', 'severity']);
    expect(isObsError({ ...error })).toBe(false);
  });
});
