import type { Attributes } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  DataPointType,
  type MetricData,
  type ResourceMetrics,
  type ScopeMetrics,
} from '@opentelemetry/sdk-metrics';
import { plainName } from './plain-name.ts';
import type { PrometheusLabels } from './prometheus-labels.ts';

type Scope = ScopeMetrics['scope'];

interface ScopedMetric {
  readonly scope: Scope;
  readonly metric: MetricData;
}

/**
 * The same metrics in a form that Prometheus takes: one metric of a name, valid and different names of labels.
 * One label that is not would lose it the whole scrape. Metrics of several scopes that come to the same name
 * become one, whose points say their scope; where such metrics differ in kind, the first one stays.
 *
 * @param labels - Kept from one scrape to the next.
 * @param onConflict - Told the name of a metric that is left out.
 */
export function prometheusFamilies(
  { resource, scopeMetrics }: ResourceMetrics,
  labels: PrometheusLabels,
  onConflict: (metric: string) => void,
): ResourceMetrics {
  const families = new Map<string, ScopedMetric[]>();
  for (const { scope, metrics } of scopeMetrics) {
    for (const metric of metrics) {
      const name = familyName(metric);
      const family = families.get(name);
      if (!family) families.set(name, [{ scope, metric }]);
      else if (family[0] && kindOf(family[0].metric) === kindOf(metric)) family.push({ scope, metric });
      else onConflict(metric.descriptor.name);
    }
  }
  return {
    resource: resourceFromAttributes(labels.of(resource.attributes)),
    scopeMetrics: [
      { scope: { name: '' }, metrics: Array.from(families.values(), (family) => joined(family, labels)) },
    ],
  };
}

function joined(family: readonly ScopedMetric[], labels: PrometheusLabels): MetricData {
  const type = family[0]?.metric.dataPointType;
  const isAlone = family.length === 1;
  const points = family.flatMap(({ scope, metric }) =>
    metric.dataPoints.map((point) => {
      const given = isAlone ? point.attributes : { ...point.attributes, ...scopeLabels(scope) };
      const attributes = labels.of(given, type);
      return attributes === point.attributes ? point : { ...point, attributes };
    }),
  );
  // All of one kind, so that the points are the first metric's kind of points.
  return { ...family[0]?.metric, dataPoints: points } as MetricData;
}

function scopeLabels({ name, version }: Scope): Attributes {
  return { 'otel.scope.name': name, ...(version ? { 'otel.scope.version': version } : {}) };
}

/** As the exporter names it. */
function familyName(metric: MetricData): string {
  const name = plainName(metric.descriptor.name);
  return kindOf(metric) === 'counter' && !name.endsWith('_total') ? `${name}_total` : name;
}

function kindOf(metric: MetricData): string {
  if (metric.dataPointType === DataPointType.SUM) return metric.isMonotonic ? 'counter' : 'gauge';
  return metric.dataPointType === DataPointType.GAUGE ? 'gauge' : 'histogram';
}
