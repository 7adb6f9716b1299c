import { describe, expect, it } from '@jest/globals';
import { boundedDelayMs, retryAfterMs } from './retry-delay.ts';

const date = 'Sun, 06 Nov 1994 08:49:37 GMT';
const nowMs = Date.UTC(2026, 0, 1);

describe('retryAfterMs', () => {
  it.each([
    [undefined, undefined, undefined],
    ['0', undefined, 0],
    ['7', undefined, 7_000],
    ['300', undefined, 300_000],
    ['301', undefined, 300_000],
    ['99999999999999999999', undefined, 300_000],
    ['-5', undefined, undefined],
    ['1.5', undefined, undefined],
    ['', undefined, undefined],
    ['soon', undefined, undefined],
    ['Sunday', undefined, undefined],
    ['Sun, 06 Nov 1994 08:49:39 GMT', date, 2_000],
    ['Sunday, 06-Nov-94 08:49:39 GMT', date, 2_000],
    ['Sun Nov  6 08:49:39 1994', date, undefined],
    ['Sunday, some day GMT', date, undefined],
    ['Sun, 06 Nov 1994 08:49:39 GMT', undefined, 0],
    ['Sun, 06 Nov 1994 08:49:39 GMT', 'yesterday', 0],
    ['Sun, 06 Nov 2044 08:49:39 GMT', date, 300_000],
    ['Thu, 01 Jan 2026 00:00:09 GMT', undefined, 9_000],
    ['Thu, 01 Jan 2026 00:00:09 GMT', 'Thu, 01 Jan 2026 00:00:05 GMT', 4_000],
  ])('reads %j with the date %j as %j', (header, dateHeader, expected) => {
    expect(retryAfterMs(header, dateHeader, nowMs)).toBe(expected);
  });
});

describe('boundedDelayMs', () => {
  it.each([
    [-1, 0],
    [0.2, 1],
    [1e9, 300_000],
  ])('makes %d %d', (ms, expected) => {
    expect(boundedDelayMs(ms)).toBe(expected);
  });
});
