import type { MetricKind } from '@tta/obs-protocol';
import type { MutableAttributes } from './attribute-value.ts';
import type { BatchBuilder } from './batch-builder.ts';
import { UnusableRecordError } from './decode-error.ts';
import {
  METRICS_OUTLINE,
  type MetricBatch,
  type ReceivedMetric,
  type ReceivedPoint,
} from './metric-batch.ts';
import { finishMetric } from './metric-draft.ts';
import { decodeProtobufExport } from './protobuf-export.ts';
import {
  readExponentialPoint,
  readHistogramPoint,
  readNumberPoint,
  readSummaryPoint,
  type ReadProtobufPoint,
} from './protobuf-metric-points.ts';
import { bytesField, varintField } from './protobuf-fields.ts';
import type { ProtobufValues } from './protobuf-values.ts';

const METRIC_NAME = bytesField(1);
const METRIC_DESCRIPTION = bytesField(2);
const METRIC_UNIT = bytesField(3);
const METRIC_METADATA = bytesField(12);
const DATA_POINTS = bytesField(1);
const DATA_TEMPORALITY = varintField(2);
const DATA_IS_MONOTONIC = varintField(3);

/** The fields of a metric that hold its data points: one of them is set. */
const KINDS: ReadonlyMap<number, readonly [MetricKind, ReadProtobufPoint]> = new Map([
  [bytesField(5), ['gauge', readNumberPoint]],
  [bytesField(7), ['sum', readNumberPoint]],
  [bytesField(9), ['histogram', readHistogramPoint]],
  [bytesField(10), ['exponentialHistogram', readExponentialPoint]],
  [bytesField(11), ['summary', readSummaryPoint]],
]);

/**
 * Decodes an OTLP `ExportMetricsServiceRequest`; data points that cannot be stored are counted in the result.
 *
 * @throws DecodeError when the bytes are no such message.
 */
export function decodeProtobufMetrics(bytes: Uint8Array): MetricBatch {
  return decodeProtobufExport(bytes, METRICS_OUTLINE, readMetric);
}

function readMetric(
  values: ProtobufValues,
  end: number,
  builder: BatchBuilder<ReceivedMetric>,
  path: () => string,
): ReceivedMetric | null {
  values.spend();
  const { reader } = values;
  let name = '';
  let description = '';
  let unit = '';
  let kind: MetricKind = 'gauge';
  let temporality = 0;
  let isMonotonic = false;
  let points: ReceivedPoint[] = [];
  let pointCount = 0;
  const metadata: MutableAttributes = {};
  let unusable: UnusableRecordError | undefined;

  const readData = (dataKind: MetricKind, readPoint: ReadProtobufPoint): void => {
    // A second field of one kind goes on with the first; of two kinds the last one counts.
    if (dataKind !== kind) points = [];
    kind = dataKind;
    values.message((tag) => {
      if (tag === DATA_POINTS) {
        const index = pointCount++;
        const pointEnd = reader.enter();
        const point = builder.item(
          () => `${path()}.${dataKind}.dataPoints[${index}]`,
          () => readPoint(values, pointEnd),
        );
        if (point === null) reader.position = pointEnd;
        else points.push(point);
      } else if (tag === DATA_TEMPORALITY) temporality = reader.varint32();
      else if (tag === DATA_IS_MONOTONIC) isMonotonic = reader.varint32() !== 0;
      else return false;
      return true;
    });
  };

  values.fields(end, (tag) => {
    const data = KINDS.get(tag);
    if (data !== undefined) readData(...data);
    else if (tag === METRIC_NAME) name = reader.text();
    else if (tag === METRIC_DESCRIPTION) description = reader.text();
    else if (tag === METRIC_UNIT) unit = reader.text();
    else if (tag === METRIC_METADATA) unusable = readMetadata(values, metadata) ?? unusable;
    else return false;
    return true;
  });
  if (unusable !== undefined) {
    builder.reject(points.length, path, unusable);
    return null;
  }
  return finishMetric({ name, description, unit, metadata, kind, temporality, isMonotonic, points });
}

/** Says what is wrong instead of throwing it: the data points that follow are lost as well, and are counted. */
function readMetadata(values: ProtobufValues, metadata: MutableAttributes): UnusableRecordError | undefined {
  const { reader } = values;
  const start = reader.position;
  const end = reader.enter();
  reader.position = start;
  try {
    values.keyValue(metadata);
    return undefined;
  } catch (error) {
    if (!(error instanceof UnusableRecordError)) throw error;
    reader.position = end;
    return error;
  }
}
