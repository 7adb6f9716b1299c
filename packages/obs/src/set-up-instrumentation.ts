import { instrumentationScope } from '@tta/obs-context';
import { type ContentCapture, Instrumentation } from '@tta/obs-instrumentation';
import { observeSlos, type PrimitiveStatistics, priceTable, processMeter } from '@tta/obs-metrics';
import { countExports } from './export-metrics.ts';
import type { SetUp } from './set-up.ts';
import type { Signals } from './signals.ts';

/**
 * Makes what primitives tell everything to.
 *
 * @throws `OBS_ERR_INVALID_OPTION` for keys of baggage that are none, and a length of content that is none.
 */
export function setUpInstrumentation(
  setUp: Pick<SetUp, 'options' | 'env' | 'printing'>,
  { tracing, logging, metrics, slos }: Pick<Signals, 'tracing' | 'logging' | 'metrics' | 'slos'>,
  statistics: PrimitiveStatistics,
): Instrumentation {
  const { pricing = priceTable(), stepSpans = true, measureProcess = false } = setUp.options;
  const { measureSizes = false, baggageKeys } = setUp.options;
  const captureContent = contentCapture(setUp);
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
    measureSizes,
    ...(pricing === false ? {} : { pricing }),
    ...(measureProcess ? { processMeter: processMeter() } : {}),
    ...(baggageKeys ? { baggageKeys } : {}),
    ...(captureContent ? { captureContent } : {}),
  });
  made.onExecution(statistics);
  if (slos) {
    observeSlos(meter, slos);
    made.onExecution(slos);
  }
  return made;
}

/** Content loses its secrets as log lines do. */
function contentCapture({
  options,
  env,
  printing: { redactor },
}: Pick<SetUp, 'options' | 'env' | 'printing'>): ContentCapture | undefined {
  const wanted = options.captureContent ?? env.captureContent;
  if (wanted === false) return undefined;
  const redact = (value: unknown, characters: number): unknown =>
    redactor ? redactor.value(value, characters) : value;
  return { redact, ...(wanted === true ? {} : wanted) };
}
