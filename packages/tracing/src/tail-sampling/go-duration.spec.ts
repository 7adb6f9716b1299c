import { describe, expect, it } from '@jest/globals';
import { goDurationMs } from './go-duration.ts';

describe('goDurationMs', () => {
  it.each([
    ['30s', 30_000],
    ['1m30s', 90_000],
    ['500ms', 500],
    ['1.5h', 5_400_000],
    ['.5s', 500],
    ['2.s', 2_000],
    ['+10s', 10_000],
    ['250us', 0.25],
    ['250µs', 0.25],
    ['250μs', 0.25],
    ['1000000ns', 1],
    ['1h2m3s4ms', 3_723_004],
    ['0', 0],
    ['0s', 0],
  ])('reads %s', (text, ms) => {
    expect(goDurationMs(text)).toBeCloseTo(ms, 9);
  });

  it.each(['', '30', '-1s', '1d', '1 s', 's', '.s', '1m30', '30S', 'Infinity'])('refuses %j', (text) => {
    expect(goDurationMs(text)).toBeUndefined();
  });
});
