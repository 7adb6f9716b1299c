import { describe, expect, it } from '@jest/globals';
import { clockTime, clockTimeToTheSecond } from './clock-time.ts';

describe('clockTime', () => {
  it('writes the time of day, and the day where it is wanted', () => {
    const timeMs = new Date(2026, 10, 21, 4, 5, 59).getTime();
    expect([clockTime(timeMs), clockTime(timeMs, true)]).toEqual(['04:05', '11-21 04:05']);
  });

  it('writes seconds where they are wanted', () => {
    expect(clockTimeToTheSecond(new Date(2026, 10, 21, 14, 5, 9).getTime())).toBe('14:05:09');
  });

  it('does not fail on a time beyond the calendar', () => {
    expect(clockTime(Number.MAX_VALUE)).toBe('unknown time');
  });
});
