import { describe, expect, it } from '@jest/globals';
import { logLevelOf } from './log.ts';

describe('logLevelOf', () => {
  it.each([
    [1, 'trace'],
    [4, 'trace'],
    [5, 'debug'],
    [9, 'info'],
    [12, 'info'],
    [13, 'warn'],
    [17, 'error'],
    [21, 'fatal'],
    [24, 'fatal'],
    [25, null],
  ])('reads severity number %d as %s, whatever the text is', (severityNumber, level) => {
    expect(logLevelOf({ severityNumber, severityText: 'notice' })).toBe(level);
  });

  it.each([
    ['WARN', 'warn'],
    ['Warning', 'warn'],
    ['error', 'error'],
    ['notice', null],
    [null, null],
  ])('goes by the text %p where there is no number', (severityText, level) => {
    expect(logLevelOf({ severityNumber: 0, severityText })).toBe(level);
  });
});
