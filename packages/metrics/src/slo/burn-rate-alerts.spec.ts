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
    // What is left out has thresholds below 0.9: 0.7 and 0.23, then 0.4 and 0.2, then all, from 0.48 on down.
    ['27d', [12.96, 5.4, 2.7, 0.9]],
    ['26d', [12.48, 5.2, 2.6]],
    ['7d', [3.36, 1.4]],
    ['2d', [0.96]],
    ['1d', []],
    ['6h', []],
    ['1h', []],
  ] as const)('scales the thresholds to %s', (period, thresholds) => {
    const actual = burnRateAlerts(period).map(({ threshold }) => threshold);
    expect(actual).toHaveLength(thresholds.length);
    for (const [index, threshold] of thresholds.entries()) expect(actual[index]).toBeCloseTo(threshold, 12);
  });

  // Burn is at most 1 ÷ (1 − objective): 14.49, 14.4 (1 − 1 ÷ 14.4 = 0.930 5…), 10, 2 and 1.01.
  it.each([
    [0.931, ['1h', '6h', '1d', '3d']],
    [0.9305, ['6h', '1d', '3d']],
    [0.9, ['6h', '1d', '3d']],
    [0.5, ['3d']],
    [0.01, ['3d']],
  ])('leaves out what total failure cannot reach with an objective of %d', (objective, expected) => {
    expect(burnRateAlerts('30d', objective).map(({ longWindow }) => longWindow)).toEqual(expected);
  });

  it('leaves out a threshold that total failure meets and does not pass', () => {
    expect(burnRateAlerts('60d').at(-1)).toMatchObject({ longWindow: '3d', threshold: 2 });
    expect(burnRateAlerts('60d', 0.5)).toEqual([]);
  });

  it('refuses a period that is none', () => {
    expect(() => burnRateAlerts('1M' as '1m')).toThrow(
      'burnRateAlerts got the period "1M"; give one such as "30d"',
    );
  });
});
