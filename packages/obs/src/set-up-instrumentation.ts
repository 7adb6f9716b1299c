import { instrumentationScope } from '@tta/obs-context';
import { Instrumentation } from '@tta/obs-instrumentation';
import { observeSlos, type PrimitiveStatistics, priceTable, processMeter } from '@tta/obs-metrics';
import { countExports } from './export-metrics.ts';
import type { ObservabilityOptions } from './observability-options.ts';
import type { Signals } from './signals.ts';

/**
 * Makes what primitives tell everything to.
 *
 * @throws `OBS_ERR_INVALID_OPTION` for keys of baggage that are none.
 */
export function setUpInstrumentation(
  { pricing = priceTable(), stepSpans = true, measureProcess = false, baggageKeys }: ObservabilityOptions,
  { tracing, logging, metrics, slos }: Pick<Signals, 'tracing' | 'logging' | 'metrics' | 'slos'>,
  statistics: PrimitiveStatistics,
): Instrumentation {
  const meter = metrics.getMeter(instrumentationScope);
  countExports(meter, {
    spans: () => tracing.counts(),
    logRecords: () => logging.counts(),
    dataPoints: () => metrics.counts(),
  });
  const made = new Instrumentation({
    tracer: tracing.getTracer(instrumentationScope),
    meter,
    logger: logging.logger,
    stepSpans,
    ...(pricing === false ? {} : { pricing }),
    ...(measureProcess ? { processMeter: processMeter() } : {}),
    ...(baggageKeys ? { baggageKeys } : {}),
  });
  made.onExecution(statistics);
  if (slos) {
    observeSlos(meter, slos);
    made.onExecution(slos);
  }
  return made;
}
