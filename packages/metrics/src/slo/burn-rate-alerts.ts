import { InvalidOptionError } from '@tta/obs-context';
import { burnRate } from './error-budget.ts';
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

/** Below it an alert would fire over a budget that lasts; the ticket of 28 days has 0.93. */
const lowestThreshold = 0.9;

/**
 * The multi-window, multi-burn-rate alerts of an SLO with this period: `threshold` is budget share × period ÷ long
 * window, which makes 14.4, 6, 3 and 1 for 30 days. Two kinds are left out:
 *
 * - An alert whose threshold is below 0.9, because it would fire while the budget lasts: a period of 7 days has the
 *   two pages and no ticket, one of 2 days the first page, and one of a day or less no alert.
 * - With an `objective`, an alert that cannot fire: a burn rate is at most 1 ÷ (1 − objective), so an objective below
 *   0.931 leaves out the first alert of 30 days, and one of 0.5 all but the last.
 *
 * @param objective - The share that has to be good; without it no alert counts as out of reach.
 * @throws InvalidOptionError (`OBS_ERR_INVALID_OPTION`) when the period is none.
 * @see https://sre.google/workbook/alerting-on-slos/ part 6
 */
export function burnRateAlerts(period: SloWindow, objective = 1): readonly BurnRateAlert[] {
  const periodMs = sloWindowMs(period);
  if (periodMs === undefined)
    throw new InvalidOptionError(
      `burnRateAlerts got the period ${JSON.stringify(period)}; give one such as "30d"`,
    );
  const highestBurnRate = burnRate({ good: 0, bad: 1 }, objective);
  const alerts: BurnRateAlert[] = [];
  for (const { severity, budgetPercent, longWindow, shortWindow } of rules) {
    // Whole numbers above and below the line, so that 14.4 is the 14.4 that is written in tables.
    const threshold = (budgetPercent * periodMs) / (100 * (sloWindowMs(longWindow) ?? 0));
    if (threshold < lowestThreshold || threshold >= highestBurnRate) continue;
    alerts.push({ severity, budgetShare: budgetPercent / 100, longWindow, shortWindow, threshold });
  }
  return alerts;
}
