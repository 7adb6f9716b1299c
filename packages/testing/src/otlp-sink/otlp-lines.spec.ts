import { describe, expect, it } from '@jest/globals';
import { fromJson } from './message-object.ts';
import { timeOf, toTraceLine } from './otlp-lines.ts';
import type { OtlpLogRecord } from './otlp-messages.ts';
import { otlpType } from './otlp-schema.ts';

const record = (sent: object): OtlpLogRecord =>
  fromJson(otlpType('LogRecord'), JSON.stringify(sent)) as unknown as OtlpLogRecord;

describe('a log record of the wire', () => {
  it.each([
    [0, 'info'],
    [1, 'debug'],
    [8, 'debug'],
    [9, 'info'],
    [12, 'info'],
    [13, 'warn'],
    [16, 'warn'],
    [17, 'error'],
    [24, 'error'],
  ])('of severity %d has the level %s', (severityNumber, level) => {
    expect(toTraceLine(record({ severityNumber })).level).toBe(level);
  });

  it('keeps whole numbers that a number does not hold, and what is empty', () => {
    const attributes = [
      { key: 'big', value: { intValue: '9007199254740993' } },
      { key: 'small', value: { intValue: '-7' } },
      { key: 'none' },
    ];
    expect(toTraceLine(record({ attributes })).fields).toEqual({
      big: '9007199254740993',
      small: -7,
      none: null,
    });
  });

  it('is as old as it says, else as it was seen', () => {
    expect(timeOf(record({ timeUnixNano: '5', observedTimeUnixNano: '7' }))).toBe(5n);
    expect(timeOf(record({ observedTimeUnixNano: '7' }))).toBe(7n);
  });
});
