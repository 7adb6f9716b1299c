import { InvalidOptionError } from '@tta/obs-context';

/**
 * Since when points count (OTLP metrics exporter specification,
 * `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`): `cumulative` since the start; `delta` since the last
 * export, for counters and histograms; `lowmemory` the same but for observable counters, whose last values would
 * have to be remembered.
 */
export type TemporalityPreference = 'cumulative' | 'delta' | 'lowmemory';

/** `AggregationTemporality` of the SDK. */
const delta = 0;
const cumulative = 1;

/** By the SDK's `InstrumentType`; all others are cumulative. */
const deltaInstruments: Readonly<Record<TemporalityPreference, readonly string[]>> = {
  cumulative: [],
  delta: ['COUNTER', 'OBSERVABLE_COUNTER', 'HISTOGRAM'],
  lowmemory: ['COUNTER', 'HISTOGRAM'],
};

/** @returns An `AggregationTemporality` of the SDK. */
export function temporalityOf(
  preference: TemporalityPreference,
  instrumentType: string,
): typeof delta | typeof cumulative {
  return deltaInstruments[preference].includes(instrumentType) ? delta : cumulative;
}

/**
 * How histograms without a view are kept (OTLP metrics exporter specification,
 * `OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION`).
 */
export type HistogramAggregation = 'explicit_bucket_histogram' | 'base2_exponential_bucket_histogram';

const histogramAggregations: readonly HistogramAggregation[] = [
  'explicit_bucket_histogram',
  'base2_exponential_bucket_histogram',
];

/** `AggregationType` of the SDK. */
const ownOfTheInstrument = 0;
const exponentialHistogram = 5;

/** @returns An `AggregationOption` of the SDK. */
export function aggregationOf(
  preference: HistogramAggregation,
  instrumentType: string,
): { type: typeof ownOfTheInstrument } | { type: typeof exponentialHistogram } {
  return preference === 'base2_exponential_bucket_histogram' && instrumentType === 'HISTOGRAM'
    ? { type: exponentialHistogram }
    : { type: ownOfTheInstrument };
}

/** What a destination prefers, by the names of its options. */
export interface MetricPreferences {
  /** Since when its points count. @defaultValue 'cumulative' */
  readonly temporality?: TemporalityPreference;
  /** How it gets histograms that no view tells otherwise. @defaultValue 'explicit_bucket_histogram' */
  readonly histogramAggregation?: HistogramAggregation;
}

/** @throws {@link InvalidOptionError} (`OBS_ERR_INVALID_OPTION`) for a preference that there is not. */
export function checkPreferences(name: string, preferences: MetricPreferences): void {
  requireOneOf(name, 'temporality', preferences.temporality, Object.keys(deltaInstruments));
  requireOneOf(name, 'histogramAggregation', preferences.histogramAggregation, histogramAggregations);
}

function requireOneOf(
  name: string,
  option: string,
  value: string | undefined,
  known: readonly string[],
): void {
  if (value === undefined || known.includes(value)) return;
  throw new InvalidOptionError(
    `${option} of the destination "${name}" is "${value}"; it has to be ${known.join(' or ')}`,
  );
}
