import type { PointKind, TracePoint } from '../trace.ts';
import { attributesOf } from './otlp-attributes.ts';
import type { OtlpMetric, OtlpNumberPoint } from './otlp-messages.ts';

const delta = 1;
const nothingRecorded = 1;

/** A point of any kind of data. */
interface Reading extends Pick<OtlpNumberPoint, 'attributes' | 'timeUnixNano' | 'flags'> {
  readonly value: number;
  readonly count: number;
}

interface Data {
  readonly kind: PointKind;
  readonly isDelta: boolean;
  readonly readings: readonly Reading[];
}

interface Series {
  point: TracePoint;
  time: bigint;
}

/**
 * The series of all metrics. What is sent as delta is added up; of cumulative values and gauges the last one counts.
 */
export class PointSeries {
  readonly #series = new Map<string, Series>();

  /** @param owner - Tells resources and scopes apart: they have series of their own. */
  add(owner: string, metric: OtlpMetric): void {
    const { kind, isDelta, readings } = dataOf(metric);
    for (const { attributes, timeUnixNano, flags, value, count } of readings) {
      if ((flags & nothingRecorded) !== 0) continue;
      const labels = attributesOf(attributes);
      const sorted = attributes.toSorted((a, b) => (a.key < b.key ? -1 : 1));
      const key = JSON.stringify([owner, metric.name, metric.unit, kind, sorted]);
      const time = BigInt(timeUnixNano);
      const known = this.#series.get(key);
      const point: TracePoint = { metric: metric.name, kind, unit: metric.unit, labels, value, count };
      if (!known) this.#series.set(key, { point, time });
      else if (isDelta)
        known.point = { ...point, value: known.point.value + value, count: known.point.count + count };
      else if (time >= known.time) Object.assign(known, { point, time });
    }
  }

  get size(): number {
    return this.#series.size;
  }

  get points(): readonly TracePoint[] {
    return [...this.#series.values()].map(({ point }) => point);
  }
}

function dataOf({ gauge, sum, histogram, exponentialHistogram, summary }: OtlpMetric): Data {
  const numbers = gauge ?? sum;
  if (numbers) {
    const kind = gauge ? 'gauge' : sum?.isMonotonic ? 'counter' : 'up_down_counter';
    // How often something was added is not sent.
    const readings = numbers.dataPoints.map((point) => ({
      ...point,
      value: point.asDouble ?? Number(point.asInt ?? 0),
      count: 1,
    }));
    return { kind, isDelta: sum?.aggregationTemporality === delta, readings };
  }
  const distribution = histogram ?? exponentialHistogram;
  const points = distribution?.dataPoints ?? summary?.dataPoints ?? [];
  return {
    kind: 'histogram',
    isDelta: distribution?.aggregationTemporality === delta,
    readings: points.map((point) => ({ ...point, value: point.sum ?? 0, count: Number(point.count) })),
  };
}
