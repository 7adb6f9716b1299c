import { describe, expect, it } from '@jest/globals';
import { burnRate, compliance, errorBudget, errorBudgetRemaining } from './error-budget.ts';

// By hand. budget = 1 − objective; compliance = good/(good+bad); burn = (bad/(good+bad))/budget; left = 1 − burn.
//
//   good     bad  objective  compliance   burn   left
//      0       0      0.999           1      0      1
//   1000       0      0.999           1      0      1
//    999       1      0.999       0.999      1      0     1/1000 / 0.001
//    998       2      0.999       0.998      2     −1     2/1000 / 0.001
//      0       5      0.999           0   1000   −999     1 / 0.001
//     95       5       0.95        0.95      1      0     0.05 / 0.05
//     99       1       0.95        0.99    0.2    0.8     0.01 / 0.05
//     90      10       0.99         0.9     10     −9     0.1 / 0.01
//  99986      14     0.9999     0.99986    1.4   −0.4     0.00014 / 0.0001
//      1       1        0.5         0.5      1      0     0.5 / 0.5
const table = [
  [0, 0, 0.999, 1, 0, 1],
  [1000, 0, 0.999, 1, 0, 1],
  [999, 1, 0.999, 0.999, 1, 0],
  [998, 2, 0.999, 0.998, 2, -1],
  [0, 5, 0.999, 0, 1000, -999],
  [95, 5, 0.95, 0.95, 1, 0],
  [99, 1, 0.95, 0.99, 0.2, 0.8],
  [90, 10, 0.99, 0.9, 10, -9],
  [99_986, 14, 0.9999, 0.99986, 1.4, -0.4],
  [1, 1, 0.5, 0.5, 1, 0],
] as const;

describe('the arithmetic of an error budget', () => {
  it.each(table)('of %d good and %d bad for %d', (good, bad, objective, compliant, burn, left) => {
    expect(compliance({ good, bad })).toBeCloseTo(compliant, 12);
    expect(burnRate({ good, bad }, objective)).toBeCloseTo(burn, 9);
    expect(errorBudgetRemaining({ good, bad }, objective)).toBeCloseTo(left, 9);
  });

  it('allows exactly what the objective leaves', () => {
    expect([0.9, 0.99, 0.999, 0.9999, 0.95].map(errorBudget)).toEqual([0.1, 0.01, 0.001, 0.0001, 0.05]);
  });
});
