import { describe, expect, it } from '@jest/globals';
import type { SloAlertChange } from '@tta/obs-metrics';
import { sloAlertLine } from './slo-alert-line.ts';

const page: SloAlertChange = {
  slo: 'checkout',
  state: 'firing',
  severity: 'page',
  budgetShare: 0.02,
  longWindow: '1h',
  shortWindow: '5m',
  threshold: 14.4,
  longBurnRate: 20.123456,
  shortBurnRate: 100,
  coveredMs: 3_600_000,
  atMs: 0,
};

describe('sloAlertLine', () => {
  it('says what burns, how fast and over which time', () => {
    expect(sloAlertLine(page)).toEqual({
      level: 'error',
      message:
        'SLO "checkout" burns its error budget too fast: 20.1× over 1h, 100× over 5m, where 14.4× is the limit (page)',
      fields: {
        'slo.name': 'checkout',
        'slo.window': '1h',
        'slo.severity': 'page',
        'slo.burn_rate.long': 20.123456,
        'slo.burn_rate.short': 100,
      },
    });
  });

  it.each([
    ['firing', 'page', 'error'],
    ['firing', 'ticket', 'warn'],
    ['resolved', 'page', 'warn'],
    ['resolved', 'ticket', 'warn'],
  ] as const)('is, %s and %s, of level %s', (state, severity, level) => {
    expect(sloAlertLine({ ...page, state, severity }).level).toBe(level);
  });

  it('says how young the program is', () => {
    expect(sloAlertLine({ ...page, coveredMs: 6_400 }).message).toContain(
      '20.1× over 1h, 100× over 5m (in the 6 s since the start), where',
    );
  });

  it('says that it is over', () => {
    expect(sloAlertLine({ ...page, state: 'resolved', longBurnRate: 1, shortBurnRate: 0 }).message).toBe(
      'SLO "checkout" no longer burns its error budget too fast: 1× over 1h, 0× over 5m (page)',
    );
  });
});
