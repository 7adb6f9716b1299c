import type { MetricKind } from '@tta/obs-protocol';
import type { BatchBuilder } from './batch-builder.ts';
import { DecodeError, UnusableRecordError } from './decode-error.ts';
import { decodeJsonExport, usable } from './json-export.ts';
import { asList, asObject, isSet, lenientEnumValue, text, truth, type JsonObject } from './json-fields.ts';
import {
  readExponentialPoint,
  readHistogramPoint,
  readNumberPoint,
  readSummaryPoint,
  type ReadJsonPoint,
} from './json-metric-points.ts';
import type { JsonValues } from './json-values.ts';
import { METRICS_OUTLINE, type MetricBatch, type ReceivedMetric } from './metric-batch.ts';
import { finishMetric, type MetricDraft } from './metric-draft.ts';

const TEMPORALITIES = ['UNSPECIFIED', 'DELTA', 'CUMULATIVE'].map((name) => `AGGREGATION_TEMPORALITY_${name}`);

/** The fields of a metric that hold its data points: one of them is set. */
const KINDS: readonly (readonly [MetricKind, ReadJsonPoint])[] = [
  ['gauge', readNumberPoint],
  ['sum', readNumberPoint],
  ['histogram', readHistogramPoint],
  ['exponentialHistogram', readExponentialPoint],
  ['summary', readSummaryPoint],
];

/**
 * Decodes an OTLP `ExportMetricsServiceRequest` in its JSON encoding; data points with a bad field, and those
 * of a metric that has one, are counted in the result.
 *
 * @throws DecodeError when the text is no such message; the message names the path.
 */
export function decodeJsonMetrics(bytes: Uint8Array): MetricBatch {
  return decodeJsonExport(bytes, METRICS_OUTLINE, readMetric);
}

function readMetric(
  values: JsonValues,
  item: unknown,
  builder: BatchBuilder<ReceivedMetric>,
  path: () => string,
): ReceivedMetric | null {
  values.spend();
  const metric = asObject(item, 'the metric');
  const [kind, readPoint] = KINDS.find(([key]) => isSet(metric[key])) ?? [];
  if (kind === undefined || readPoint === undefined) return null;
  const data = asObject(metric[kind], kind);
  const entries = asList(data['dataPoints'], `${kind}.dataPoints`);
  let header: Omit<MetricDraft, 'points'>;
  try {
    header = readHeader(values, metric, kind, data);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    builder.reject(entries.length, path, new UnusableRecordError(error.message));
    return null;
  }
  const points = entries.flatMap((entry, index) => {
    const point = builder.item(
      () => `${path()}.${kind}.dataPoints[${index}]`,
      () => usable(() => readPoint(values, entry)),
    );
    return point ?? [];
  });
  return finishMetric({ ...header, points });
}

function readHeader(
  values: JsonValues,
  metric: JsonObject,
  kind: MetricKind,
  data: JsonObject,
): Omit<MetricDraft, 'points'> {
  const { isMonotonic } = data;
  return {
    name: text(metric['name'], 'name'),
    description: text(metric['description'], 'description'),
    unit: text(metric['unit'], 'unit'),
    metadata: values.keyValues(metric['metadata'], 'metadata'),
    kind,
    temporality: lenientEnumValue(data['aggregationTemporality'], TEMPORALITIES, 'aggregationTemporality'),
    isMonotonic: isSet(isMonotonic) && truth(isMonotonic, 'isMonotonic'),
  };
}
