import type { Attributes } from '@opentelemetry/api';
import {
  DataPointType,
  type MetricData,
  type ResourceMetrics,
  type ScopeMetrics,
} from '@opentelemetry/sdk-metrics';

type Scope = ScopeMetrics['scope'];

interface ScopedMetric {
  readonly scope: Scope;
  readonly metric: MetricData;
}

/** What Prometheus takes. */
export interface PrometheusFamilies {
  /** What is measured. */
  readonly target: Attributes;
  readonly families: readonly PrometheusFamily[];
}

export interface PrometheusFamily {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  /** With all points of the name. */
  readonly metric: MetricData;
}

/**
 * The metrics in a form that Prometheus takes: one metric of a name, valid and different names of labels. One
 * label that is not would lose it the whole scrape. Metrics of several scopes that come to the same name
 * become one, whose points say their scope; where such metrics differ in kind, the first one stays.
 *
 * @param onConflict - Told the name of a metric that is left out.
 */
export function prometheusFamilies(
  { resource, scopeMetrics }: ResourceMetrics,
  onConflict: (metric: string) => void,
): PrometheusFamilies {
  const byName = new Map<string, [ScopedMetric, ...ScopedMetric[]]>();
  for (const { scope, metrics } of scopeMetrics) {
    for (const metric of metrics) {
      const name = familyName(metric);
      const family = byName.get(name);
      if (!family) byName.set(name, [{ scope, metric }]);
      else if (kindOf(family[0].metric) === kindOf(metric)) family.push({ scope, metric });
      else onConflict(metric.descriptor.name);
    }
  }
  return {
    target: validLabels(resource.attributes, labelNames()),
    families: Array.from(byName, ([name, family]) => ({
      name,
      kind: kindOf(family[0].metric),
      metric: joined(family),
    })),
  };
}

function joined(family: readonly [ScopedMetric, ...ScopedMetric[]]): MetricData {
  const [{ metric: first }] = family;
  const nameOf = labelNames(first.dataPointType);
  const points = family.flatMap(({ scope, metric }) =>
    metric.dataPoints.map((point) => {
      const labels = family.length === 1 ? point.attributes : { ...point.attributes, ...scopeLabels(scope) };
      return { ...point, attributes: validLabels(labels, nameOf) };
    }),
  );
  // All of one kind, so that the points are the first metric's kind of points.
  return { ...first, dataPoints: points } as MetricData;
}

function scopeLabels({ name, version }: Scope): Attributes {
  return { 'otel.scope.name': name, ...(version ? { 'otel.scope.version': version } : {}) };
}

/** Names that come to the same one share it, their values in a row, as OpenTelemetry's rules for Prometheus say. */
function validLabels(attributes: Attributes, nameOf: (key: string) => string): Attributes {
  const keys = Object.keys(attributes);
  const labels = labelsOf(attributes, keys, nameOf);
  return Object.keys(labels).length === keys.length ? labels : labelsOf(attributes, keys.sort(), nameOf);
}

function labelsOf(
  attributes: Attributes,
  keys: readonly string[],
  nameOf: (key: string) => string,
): Attributes {
  // Without a prototype: a label may well be called `constructor`.
  const labels = Object.create(null) as Attributes;
  for (const key of keys) {
    const name = nameOf(key);
    const value = attributes[key];
    const earlier = labels[name];
    labels[name] = earlier === undefined ? value : `${textOf(earlier)};${textOf(value)}`;
  }
  return labels;
}

/** Thousands of points have the same few names: each is looked at once. */
function labelNames(type?: DataPointType): (key: string) => string {
  const names = new Map<string, string>();
  return (key) => {
    let name = names.get(key);
    if (name === undefined) names.set(key, (name = labelName(key, type)));
    return name;
  };
}

function labelName(key: string, type: DataPointType | undefined): string {
  const name = plainName(key);
  // The buckets of a histogram have this label; the prefix is the one that Prometheus gives in such cases.
  if (name === 'le' && type === DataPointType.HISTOGRAM) return 'exported_le';
  return /^[A-Za-z_]/.test(name) ? name : `_${name}`;
}

function textOf(value: Attributes[string]): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** As OpenTelemetry's exporter for Prometheus names it. */
function familyName(metric: MetricData): string {
  const name = plainName(metric.descriptor.name);
  return kindOf(metric) === 'counter' && !name.endsWith('_total') ? `${name}_total` : name;
}

function plainName(name: string): string {
  return name.replaceAll(/\W/g, '_').replaceAll(/_{2,}/g, '_');
}

function kindOf(metric: MetricData): PrometheusFamily['kind'] {
  if (metric.dataPointType === DataPointType.SUM) return metric.isMonotonic ? 'counter' : 'gauge';
  return metric.dataPointType === DataPointType.GAUGE ? 'gauge' : 'histogram';
}
