import type { Attributes, Meter } from '@opentelemetry/api';
import { attributeNames as names, metricNames } from '@tta/obs-context';
import type { SloTracker } from './slo-tracker.ts';

/**
 * Shows the SLOs of a tracker as metrics, read whenever the meter collects:
 *
 * - the gauges `slo.compliance`, `slo.target` and `slo.error_budget.remaining` (below 0 once more is spent than
 *   there was) with `slo.name`, and `primitive.name` where the SLO selects one,
 * - the gauge `slo.burn_rate` with `slo.name` and `slo.window`: eight windows at most,
 * - the counter `slo.events` with `slo.name` and `slo.outcome`, `good` or `bad`, from 0 on. Prometheus calls it
 *   `slo_events_total`; its increase is exact over any window and summed over processes, for every indicator.
 */
export function observeSlos(meter: Meter, tracker: SloTracker): void {
  const complianceGauge = meter.createObservableGauge(metricNames.sloCompliance, {
    description: 'Share of good executions in the period of the SLO',
    unit: '1',
  });
  const targetGauge = meter.createObservableGauge(metricNames.sloTarget, {
    description: 'Share of executions that has to be good',
    unit: '1',
  });
  const budgetGauge = meter.createObservableGauge(metricNames.sloErrorBudgetRemaining, {
    description: 'Share of the error budget that is left in the period of the SLO; negative when overspent',
    unit: '1',
  });
  const burnRateGauge = meter.createObservableGauge(metricNames.sloBurnRate, {
    description: 'How many times as fast as allowed the error budget is spent',
    unit: '1',
  });
  const events = meter.createObservableCounter(metricNames.sloEvents, {
    description: 'Executions that an SLO has judged',
    unit: '1',
  });
  meter.addBatchObservableCallback(
    (result) => {
      for (const { slo, compliance, errorBudgetRemaining, windows, total } of tracker.status()) {
        const name = { [names.sloName]: slo.name };
        const labels: Attributes = { ...name };
        if (slo.selection.primitiveName !== undefined)
          labels[names.primitiveName] = slo.selection.primitiveName;
        result.observe(complianceGauge, compliance, labels);
        result.observe(targetGauge, slo.objective, labels);
        result.observe(budgetGauge, errorBudgetRemaining, labels);
        for (const { window, burnRate } of windows)
          result.observe(burnRateGauge, burnRate, { ...name, [names.sloWindow]: window });
        result.observe(events, total.good, { ...name, [names.sloOutcome]: 'good' });
        result.observe(events, total.bad, { ...name, [names.sloOutcome]: 'bad' });
      }
    },
    [complianceGauge, targetGauge, budgetGauge, burnRateGauge, events],
  );
}
