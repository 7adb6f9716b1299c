import { describe, expect, it } from '@jest/globals';
import { printQuantity, quantityExamples, readQuantity } from './query-quantity.ts';

describe('readQuantity', () => {
  it.each([
    ['150', 150],
    ['150ms', 150],
    ['2s', 2000],
    ['1.5S', 1500],
    ['.5s', 500],
    ['1m30s', 90_000],
    ['1min', 60_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['250us', 0.25],
    ['250µs', 0.25],
    ['700us', 0.7],
    ['1e3ms', 1000],
  ])('takes the duration %s for %d ms', (text, ms) => {
    expect(readQuantity('duration', text)).toBe(ms);
  });

  it.each(['', 's', '2x', '-2s', '1m30', '1 s', '2s!', '1e999s'])('takes %j for no duration', (text) => {
    expect(readQuantity('duration', text)).toBeUndefined();
  });

  it.each([
    ['3', 3],
    ['-3', -3],
    ['-0', 0],
    ['10k', 10_000],
    ['2M', 2_000_000],
    ['1.5m', 1_500_000],
    ['1B', 1e9],
    ['1e6', 1e6],
  ])('takes the count %s for %d', (text, count) => {
    expect(readQuantity('count', text)).toBe(count);
  });

  it.each(['', 'k', '1x', '1kk', '0x10', 'NaN', 'Infinity', '1e999'])('takes %j for no count', (text) => {
    expect(readQuantity('count', text)).toBeUndefined();
  });

  it.each([
    ['0.05', 0.05],
    ['$1', 1],
    ['$.5', 0.5],
    ['-1', undefined],
    ['1$', undefined],
    ['5c', undefined],
  ])('takes the amount %s for %d dollars', (text, usd) => {
    expect(readQuantity('money', text)).toBe(usd);
  });

  it.each([
    ['-15m', { agoMs: 900_000 }],
    ['15m', { agoMs: 900_000 }],
    ['2026-11-21', Date.UTC(2026, 10, 21)],
    ['2026-11-21T10:30', Date.UTC(2026, 10, 21, 10, 30)],
    ['2026-11-21t10:30:15.5z', Date.UTC(2026, 10, 21, 10, 30, 15, 500)],
    ['2026-11-21T10:30-01:00', Date.UTC(2026, 10, 21, 11, 30)],
    ['', undefined],
    ['-', undefined],
    ['--15m', undefined],
    ['15', undefined],
    ['-1e999h', undefined],
    ['today', undefined],
    ['2026-11', undefined],
    ['2026-13-01', undefined],
    ['2026-11-21T25:00', undefined],
    ['1969-12-31', undefined],
    ['9999-12-31T23:59-02:00', undefined],
  ])('takes the time %s for %j', (text, time) => {
    expect(readQuantity('time', text)).toEqual(time);
  });

  it('takes every example', () => {
    for (const type of ['duration', 'money', 'count', 'time'] as const) {
      expect(quantityExamples[type].map((text) => readQuantity(type, text))).not.toContain(undefined);
    }
  });
});

describe('printQuantity', () => {
  it.each([
    ['duration', 0, '0ms'],
    ['duration', 0.25, '0.25ms'],
    ['duration', 999, '999ms'],
    ['duration', 1000, '1s'],
    ['duration', 1500, '1.5s'],
    ['duration', 90_000, '1m30s'],
    ['duration', 3_600_000, '1h'],
    ['duration', 90_061_000, '25h1m1s'],
    ['duration', 1e21, '1000000000000000000s'],
    ['duration', 1234.567_891_234_5, '1.2345678912345s'],
    ['money', 0.05, '0.05'],
    ['count', 2_000_000, '2000000'],
    ['time', { agoMs: 900_000 }, '-15m'],
    ['time', Date.UTC(2026, 10, 21, 10), '2026-11-21T10:00Z'],
    ['time', Date.UTC(2026, 10, 21, 10, 0, 5), '2026-11-21T10:00:05Z'],
    ['time', Date.UTC(2026, 10, 21, 10, 0, 0, 7), '2026-11-21T10:00:00.007Z'],
  ] as const)('prints the %s %j as %s', (type, value, text) => {
    expect(printQuantity(type, value)).toBe(text);
    expect(readQuantity(type, text)).toEqual(value);
  });
});
