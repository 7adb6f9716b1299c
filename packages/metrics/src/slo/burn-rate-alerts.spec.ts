import { describe, expect, it } from '@jest/globals';
import { burnRateAlerts } from './burn-rate-alerts.ts';

describe('burnRateAlerts', () => {
  // threshold = share of the budget × hours of the period ÷ hours of the long window
  //            30 d = 720 h          28 d = 672 h
  //  2 % / 1 h   0.02·720/1  = 14.4   0.02·672/1  = 13.44
  //  5 % / 6 h   0.05·720/6  =  6     0.05·672/6  =  5.6
  // 10 % / 24 h  0.1·720/24  =  3     0.1·672/24  =  2.8
  // 10 % / 72 h  0.1·720/72  =  1     0.1·672/72  =  0.9333…
  it('has the thresholds of the workbook for 30 days', () => {
    expect(burnRateAlerts('30d')).toEqual([
      { severity: 'page', budgetShare: 0.02, longWindow: '1h', shortWindow: '5m', threshold: 14.4 },
      { severity: 'page', budgetShare: 0.05, longWindow: '6h', shortWindow: '30m', threshold: 6 },
      { severity: 'ticket', budgetShare: 0.1, longWindow: '1d', shortWindow: '2h', threshold: 3 },
      { severity: 'ticket', budgetShare: 0.1, longWindow: '3d', shortWindow: '6h', threshold: 1 },
    ]);
  });

  it.each([
    ['28d', [13.44, 5.6, 2.8, 2.8 / 3]],
    ['4w', [13.44, 5.6, 2.8, 2.8 / 3]],
    ['90d', [43.2, 18, 9, 3]],
    ['7d', [3.36, 1.4, 0.7, 0.7 / 3]],
    // The alerts over a day and over three days are longer than these periods.
    ['2d', [0.96, 0.4, 0.2]],
    ['6h', [0.12, 0.05]],
    ['1h', [0.02]],
  ] as const)('scales the thresholds to %s', (period, thresholds) => {
    const actual = burnRateAlerts(period).map(({ threshold }) => threshold);
    expect(actual).toHaveLength(thresholds.length);
    for (const [index, threshold] of thresholds.entries()) expect(actual[index]).toBeCloseTo(threshold, 12);
  });

  it('refuses a period that is none', () => {
    expect(() => burnRateAlerts('1M' as '1m')).toThrow(
      'burnRateAlerts got the period "1M"; give one such as "30d"',
    );
  });
});
