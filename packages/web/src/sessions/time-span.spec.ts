import { describe, expect, it } from '@jest/globals';
import { timeSpan } from './time-span.ts';

const at = (day: number, hour: number, minute: number) => new Date(2026, 10, day, hour, minute).getTime();

describe('timeSpan', () => {
  it.each([
    [at(21, 9, 44), at(21, 9, 44) + 59_000, '09:44'],
    [at(21, 9, 44), at(21, 9, 48), '09:44–09:48'],
    [at(20, 9, 44), at(20, 9, 48), '11-20 09:44–09:48'],
    [at(20, 23, 50), at(21, 0, 10), '11-20 23:50–11-21 00:10'],
  ])('names the day where it is not today', (fromMs, toMs, text) => {
    expect(timeSpan(fromMs, toMs, at(21, 12, 0))).toBe(text);
  });
});
