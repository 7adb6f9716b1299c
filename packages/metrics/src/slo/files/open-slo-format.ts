import { burnRateAlerts } from '../burn-rate-alerts.ts';
import type { SloWindow } from '../slo-window.ts';
import { eventSelector, type Matchers } from './event-queries.ts';

/** What stands in an OpenSLO file, whether we write it or read it. */
export const openSloVersion = 'openslo/v1';

/** Key of the annotation with all that OpenSLO has no field for. */
export const openSloAnnotationKey = 'tta.dev/slo';

/** The queries of an SLO: counters, as `counter: true` says. */
export function openSloQueries(
  name: string,
  matchers?: Matchers,
): { readonly good: string; readonly total: string } {
  return {
    good: `sum(${eventSelector({ slo_name: name, slo_outcome: 'good' }, matchers)})`,
    total: `sum(${eventSelector({ slo_name: name }, matchers)})`,
  };
}

/** Whether a burn-rate condition of OpenSLO is the one that is written for one of our alerts. */
export function isOurCondition(period: SloWindow, severity: string, condition: unknown): boolean {
  const { op, threshold, lookbackWindow } = Object(condition) as Readonly<Record<string, unknown>>;
  return (
    (op === 'gt' || op === 'gte') &&
    burnRateAlerts(period).some(
      (alert) =>
        alert.severity === severity &&
        alert.longWindow === lookbackWindow &&
        // People write 0.93 for 0.9333….
        typeof threshold === 'number' &&
        Math.abs(alert.threshold - threshold) < 0.01,
    )
  );
}
