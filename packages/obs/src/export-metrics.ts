import type { Meter } from '@opentelemetry/api';
import { attributeNames as names, metricNames } from '@tta/obs-context';
import type { ExportCounts } from '@tta/obs-tracing';

/** What became of one signal so far, by the names of its destinations. */
export type CountsByDestination = () => ReadonlyMap<string, ExportCounts>;

/**
 * Has a meter tell what became of what each destination was to get, so that an operator sees telemetry that does not
 * arrive where everything else is seen. What was spooled and then sent counts as both.
 */
export function countExports(
  meter: Meter,
  counts: Readonly<Record<'spans' | 'logRecords' | 'dataPoints', CountsByDestination>>,
): void {
  observe(meter, metricNames.exportSpans, 'Spans', '{span}', counts.spans);
  observe(meter, metricNames.exportLogs, 'Log records', '{log_record}', counts.logRecords);
  observe(meter, metricNames.exportMetrics, 'Data points', '{data_point}', counts.dataPoints);
}

function observe(meter: Meter, name: string, what: string, unit: string, counts: CountsByDestination): void {
  const description = `${what} by what became of them: exported, spooled or dropped`;
  meter.createObservableCounter(name, { description, unit }).addCallback((result) => {
    for (const [destination, { exported, spooled, dropped }] of counts()) {
      for (const [outcome, count] of Object.entries({ exported, spooled, dropped })) {
        result.observe(count, { [names.exportDestination]: destination, [names.exportOutcome]: outcome });
      }
    }
  });
}
