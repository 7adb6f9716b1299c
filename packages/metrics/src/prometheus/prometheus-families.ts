import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  type DataPoint,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { regrouped } from '../cardinality/combine-points.ts';
import { plainName } from './plain-name.ts';
import type { PrometheusLabels } from './prometheus-labels.ts';

/**
 * The same metrics in a form that Prometheus takes: no two of a name, no two points of the same labels, of which
 * it would keep one and lose the others' counts. What comes to the same name and labels, whichever scopes it
 * comes from, is added up; of gauges the last one counts. A series stays the same whatever comes later. A metric
 * is left out where the name is that of another kind of metric or of another one's samples.
 *
 * @param labels - Kept from one scrape to the next.
 * @param onConflict - Told the name of a metric that is left out.
 */
export function prometheusFamilies(
  { resource, scopeMetrics }: ResourceMetrics,
  labels: PrometheusLabels,
  onConflict: (metric: string) => void,
): ResourceMetrics {
  const families = new Map<string, MetricData[]>();
  const taken = new Set(['target_info']);
  for (const metric of scopeMetrics.flatMap(({ metrics }) => metrics)) {
    const name = familyName(metric);
    const family = families.get(name);
    const names = namesOf(name, metric);
    if (family?.[0] && kindOf(family[0]) === kindOf(metric)) family.push(metric);
    else if (names.some((one) => taken.has(one))) onConflict(metric.descriptor.name);
    else {
      families.set(name, [metric]);
      for (const one of names) taken.add(one);
    }
  }
  return {
    resource: resourceFromAttributes(labels.of(resource.attributes).labels),
    scopeMetrics: [
      {
        scope: { name: '' },
        metrics: Array.from(families, ([name, family]) => joined(name, family, labels)),
      },
    ],
  };
}

function joined(name: string, family: readonly MetricData[], labels: PrometheusLabels): MetricData {
  const [first] = family;
  const dataPoints = family.flatMap((metric): readonly DataPoint<unknown>[] => metric.dataPoints);
  // All of one kind, so that the points are the first metric's kind of points.
  const metric = { ...first, descriptor: { ...first?.descriptor, name }, dataPoints } as MetricData;
  const isHistogram = metric.dataPointType === DataPointType.HISTOGRAM;
  return regrouped(metric, <T>(points: readonly DataPoint<T>[], combine: (one: T, other: T) => T) => {
    const series = new Map<string, DataPoint<T>>();
    for (const point of points) {
      const { labels: attributes, identity } = labels.of(point.attributes, isHistogram);
      const earlier = series.get(identity);
      const value = earlier ? combine(earlier.value, point.value) : point.value;
      series.set(identity, { ...point, attributes, value });
    }
    return [...series.values()];
  });
}

/** Names that stay as they are when the exporter writes them. */
function familyName(metric: MetricData): string {
  const { name } = metric.descriptor;
  const plain = plainName(/^\d/.test(name) ? `_${name}` : name);
  return kindOf(metric) === 'counter' && !plain.endsWith('_total') ? plainName(`${plain}_total`) : plain;
}

/** Of the metric and of its samples. */
function namesOf(family: string, metric: MetricData): readonly string[] {
  if (metric.dataPointType !== DataPointType.HISTOGRAM) return [family];
  return [family, `${family}_bucket`, `${family}_count`, `${family}_sum`];
}

function kindOf(metric: MetricData): string {
  if (metric.dataPointType === DataPointType.SUM) return metric.isMonotonic ? 'counter' : 'sum';
  return metric.dataPointType === DataPointType.GAUGE ? 'gauge' : 'histogram';
}
