import { InvalidOptionError } from '@tta/obs-context';
import { type SloWindow, sloWindowMs } from './slo-window.ts';

/** How soon somebody has to look. */
export type SloSeverity = 'page' | 'ticket';

/** Fires while the error budget burns faster than `threshold` over the long and over the short window. */
export interface BurnRateAlert {
  readonly severity: SloSeverity;
  /** The share of the period's error budget that is gone when the long window has burnt at the threshold. */
  readonly budgetShare: number;
  /** Says that it matters. */
  readonly longWindow: SloWindow;
  /** Says that it is still going on, so that the alert resolves soon after the burning stops. */
  readonly shortWindow: SloWindow;
  readonly threshold: number;
}

const rules = [
  { severity: 'page', budgetPercent: 2, longWindow: '1h', shortWindow: '5m' },
  { severity: 'page', budgetPercent: 5, longWindow: '6h', shortWindow: '30m' },
  { severity: 'ticket', budgetPercent: 10, longWindow: '1d', shortWindow: '2h' },
  { severity: 'ticket', budgetPercent: 10, longWindow: '3d', shortWindow: '6h' },
] as const;

/**
 * The multi-window, multi-burn-rate alerts of an SLO with this period: `threshold` is budget share × period ÷ long
 * window, which makes 14.4, 6, 3 and 1 for 30 days. An alert whose long window is longer than the period is left
 * out.
 *
 * A burn rate is at most 1 ÷ (1 − objective): with an objective below 1 − 1 ÷ threshold, 0.931 for the first alert
 * of 30 days, even total failure does not reach the threshold and only the slower alerts can fire. A period much
 * shorter than 28 days makes thresholds below 1, which fire while the budget would still last.
 *
 * @throws InvalidOptionError (`OBS_ERR_INVALID_OPTION`) when the period is none.
 * @see https://sre.google/workbook/alerting-on-slos/ part 6
 */
export function burnRateAlerts(period: SloWindow): readonly BurnRateAlert[] {
  const periodMs = sloWindowMs(period);
  if (periodMs === undefined)
    throw new InvalidOptionError(
      `burnRateAlerts got the period ${JSON.stringify(period)}; give one such as "30d"`,
    );
  const alerts: BurnRateAlert[] = [];
  for (const { severity, budgetPercent, longWindow, shortWindow } of rules) {
    const longMs = sloWindowMs(longWindow) ?? 0;
    if (longMs > periodMs) continue;
    alerts.push({
      severity,
      budgetShare: budgetPercent / 100,
      longWindow,
      shortWindow,
      // Whole numbers above and below the line, so that 14.4 is the 14.4 that is written in tables.
      threshold: (budgetPercent * periodMs) / (100 * longMs),
    });
  }
  return alerts;
}
