import type { Meter } from '@opentelemetry/api';
import { attributeNames as names, metricNames } from '@tta/obs-context';
import type { ExportCounts } from '@tta/obs-tracing';

/**
 * Has a meter tell what became of the spans of each destination, so that an operator sees telemetry that does not
 * arrive where everything else is seen. A span that was spooled and then sent counts as both.
 */
export function countExports(meter: Meter, counts: () => ReadonlyMap<string, ExportCounts>): void {
  const counter = meter.createObservableCounter(metricNames.exportSpans, {
    description: 'Spans by what became of them: exported, spooled or dropped',
    unit: '{span}',
  });
  counter.addCallback((result) => {
    for (const [destination, { exported, spooled, dropped }] of counts()) {
      for (const [outcome, spans] of Object.entries({ exported, spooled, dropped })) {
        result.observe(spans, { [names.exportDestination]: destination, [names.exportOutcome]: outcome });
      }
    }
  });
}
