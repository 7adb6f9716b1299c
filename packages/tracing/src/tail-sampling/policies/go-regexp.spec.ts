import { describe, expect, it } from '@jest/globals';
import { goRegExp } from './go-regexp.ts';

describe('goRegExp', () => {
  it.each([
    ['val*', 'xvalll', true],
    ['^/v1/name/.+$', '/v1/name/7', true],
    ['^/v1/name/.+$', '/v1/name/', false],
    ['\\/health', '/health', true],
    ['(?i)ERROR', 'an error', true],
    ['ERROR', 'an error', false],
    ['(?is)a.b', 'A\nB', true],
    ['(?ii)a', 'A', true],
    ['(?P<team>team_\\w+)', 'team_a', true],
    ['a\\-b\\:c', 'a-b:c', true],
    ['^[a\\-z]$', 'm', false],
    ['^[a\\-z]$', '-', true],
    ['a\\\\-b', 'a\\-b', true],
    ['\\d{2}', '42', true],
  ])('%j on %j: %j', (source, text, matches) => {
    expect(goRegExp(source)?.test(text)).toBe(matches);
  });

  it.each(['(', '[a', 'a\\z', '(?U)a', '\\Qa\\E', 'a{2,1}'])('refuses %j', (source) => {
    expect(goRegExp(source)).toBeUndefined();
  });
});
