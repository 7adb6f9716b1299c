import type { HistogramValue, MetricExemplar, MetricKind, MetricTemporality } from '@tta/obs-protocol';
import { UnusableRecordError } from './decode-error.ts';
import type { ReceivedMetric, ReceivedPoint } from './metric-batch.ts';
import { checkTime, SPAN_ID, TRACE_ID } from './record-checks.ts';

const TEMPORALITIES: readonly MetricTemporality[] = ['unspecified', 'delta', 'cumulative'];

/** Fields of a metric as the encodings give them. */
export type MetricDraft = Omit<ReceivedMetric, 'temporality'> & {
  /** Number of OTLP's `AggregationTemporality`. */
  readonly temporality: number;
};

/**
 * Turns a draft into a metric, or into `null` when it has no data points. A temporality that OTLP does not
 * know becomes unspecified.
 */
export function finishMetric(draft: MetricDraft): ReceivedMetric | null {
  const { kind, temporality, isMonotonic, points } = draft;
  if (points.length === 0) return null;
  return {
    ...draft,
    temporality: hasTemporality(kind) ? (TEMPORALITIES[temporality] ?? 'unspecified') : null,
    isMonotonic: kind === 'sum' && isMonotonic,
  };
}

/** @throws UnusableRecordError when a time cannot be stored. */
export function finishPoint(point: ReceivedPoint): ReceivedPoint {
  checkTime('timeUnixNano', point.timeUnixNano);
  checkTime('startTimeUnixNano', point.startTimeUnixNano);
  return point;
}

/** @throws UnusableRecordError when the buckets do not fit their bounds. */
export function finishHistogram(histogram: HistogramValue): HistogramValue {
  const { length: counts } = histogram.bucketCounts;
  const { length: bounds } = histogram.explicitBounds;
  if (counts === bounds + 1 || (counts === 0 && bounds === 0)) return histogram;
  throw new UnusableRecordError(
    `bucketCounts must be one more than explicitBounds, but they are ${counts} and ${bounds}`,
  );
}

/** An exemplar before anybody has looked at its ids. These are hex in either case. */
export type ExemplarDraft = Omit<MetricExemplar, 'timeUnixNano' | 'traceId' | 'spanId'> & {
  readonly timeUnixNano: bigint;
  readonly traceId: string;
  readonly spanId: string;
};

/** An id that is none makes an exemplar without trace or span. */
export function finishExemplar(draft: ExemplarDraft): MetricExemplar {
  const traceId = draft.traceId.toLowerCase();
  const spanId = draft.spanId.toLowerCase();
  const hasTrace = TRACE_ID.test(traceId);
  return {
    ...draft,
    timeUnixNano: BigInt.asUintN(64, draft.timeUnixNano).toString(),
    traceId: hasTrace ? traceId : null,
    spanId: hasTrace && SPAN_ID.test(spanId) ? spanId : null,
  };
}

function hasTemporality(kind: MetricKind): boolean {
  return kind !== 'gauge' && kind !== 'summary';
}
