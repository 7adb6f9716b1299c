import type { Attributes } from '@opentelemetry/api';
import { type DataPoint, DataPointType, type Histogram, type MetricData } from '@opentelemetry/sdk-metrics';
import type { PrometheusFamilies } from './prometheus-families.ts';

/** Families in the text format 0.0.4, without times: Prometheus takes the time of the scrape. */
export function prometheusText({ families, target }: PrometheusFamilies): string {
  let text = '# HELP target_info Target metadata\n# TYPE target_info gauge\n';
  text += valueLine('target_info', labelText(target), 1);
  for (const { name, kind, metric } of families) {
    const { description } = metric.descriptor;
    if (description !== '') text += `# HELP ${name} ${escapedLine(description)}\n`;
    text += `# TYPE ${name} ${kind}\n${samples(name, metric)}`;
  }
  return text;
}

function samples(name: string, metric: MetricData): string {
  switch (metric.dataPointType) {
    case DataPointType.HISTOGRAM:
      return histograms(name, metric.dataPoints);
    case DataPointType.EXPONENTIAL_HISTOGRAM:
      // The format has no place for them, and the reader asks for none.
      return '';
    default: {
      let text = '';
      for (const { attributes, value } of metric.dataPoints) {
        text += valueLine(name, labelText(attributes), value);
      }
      return text;
    }
  }
}

function histograms(name: string, points: readonly DataPoint<Histogram>[]): string {
  let text = '';
  for (const { attributes, value } of points) {
    const labels = labelText(attributes);
    const bucket = `${name}_bucket{${labels}${labels === '' ? '' : ','}le="`;
    const { boundaries, counts } = value.buckets;
    let count = 0;
    for (const [index, boundary] of boundaries.entries()) {
      count += counts[index] ?? 0;
      text += `${bucket}${boundary}"} ${count}\n`;
    }
    text += `${bucket}+Inf"} ${value.count}\n`;
    if (value.sum !== undefined) text += valueLine(`${name}_sum`, labels, value.sum);
    text += valueLine(`${name}_count`, labels, value.count);
  }
  return text;
}

function valueLine(name: string, labels: string, value: number): string {
  const number = Math.abs(value) === Infinity ? (value > 0 ? '+Inf' : '-Inf') : String(value);
  return labels === '' ? `${name} ${number}\n` : `${name}{${labels}} ${number}\n`;
}

function labelText(labels: Attributes): string {
  let text = '';
  for (const name in labels) {
    const value = labels[name];
    const written = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    text += `${text === '' ? '' : ','}${name}="${escapedValue(written)}"`;
  }
  return text;
}

function escapedValue(value: string): string {
  return /["\\\n]/.test(value) ? escapedLine(value).replaceAll('"', String.raw`\"`) : value;
}

function escapedLine(text: string): string {
  return text.replaceAll('\\', String.raw`\\`).replaceAll('\n', String.raw`\n`);
}
