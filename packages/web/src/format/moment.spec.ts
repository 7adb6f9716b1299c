import { describe, expect, it } from '@jest/globals';
import { absoluteTime, relativeTime } from './moment.ts';

describe('relativeTime', () => {
  it.each([
    [0, 'now'],
    [-5_000, 'now'],
    [12_900, '12 s ago'],
    [301_000, '5 min ago'],
    [3 * 3_600_000, '3 h ago'],
    [49 * 3_600_000, '2 d ago'],
  ])('calls a moment %d ms back "%s"', (ageMs, text) => {
    expect(relativeTime(1_000_000_000 - ageMs, 1_000_000_000)).toBe(text);
  });
});

describe('absoluteTime', () => {
  it('writes local time in ISO order to the millisecond', () => {
    expect(absoluteTime(new Date(2026, 10, 21, 4, 24, 5, 7).getTime())).toBe('2026-11-21 04:24:05.007');
  });

  it('does not fail on a time beyond the calendar', () => {
    expect(absoluteTime(Number.MAX_VALUE)).toBe('unknown time');
  });
});
