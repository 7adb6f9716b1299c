import type {
  AttributesJson,
  MetricExemplar,
  MetricInstrument,
  MetricKind,
  MetricMeasurement,
  MetricPoint,
  MetricTemporality,
  NumberJson,
} from '@tta/obs-protocol';
import type { SqlRow } from './sqlite-driver.ts';
import { number, text } from './sqlite-rows.ts';

/** Parses JSON of which many rows have the same. */
export type ParseAttributes = (json: string) => AttributesJson;

export function toInstrument(row: SqlRow, parse: ParseAttributes): MetricInstrument {
  return {
    ...identityOf(row),
    kind: text(row, 'kind') as MetricKind,
    description: text(row, 'description'),
    metadata: parse(text(row, 'metadata')),
    seriesCount: number(row, 'series_count'),
    pointCount: number(row, 'point_count'),
    newestTimeUnixNano: text(row, 'newest_text'),
  };
}

export function toPoint(row: SqlRow, parse: ParseAttributes): MetricPoint {
  const start = text(row, 'start_text');
  const exemplars = row['exemplars'] as string | null;
  return {
    ...identityOf(row),
    ...measurementOf(row),
    timeUnixNano: text(row, 'time_text'),
    startTimeUnixNano: start === '0' ? null : start,
    flags: number(row, 'flags'),
    attributes: parse(text(row, 'attributes')),
    exemplars: exemplars === null ? [] : (JSON.parse(exemplars) as MetricExemplar[]),
    resource: parse(text(row, 'resource_attributes')),
  };
}

function identityOf(row: SqlRow) {
  const temporality = text(row, 'temporality');
  return {
    name: text(row, 'name'),
    unit: text(row, 'unit'),
    temporality: temporality === '' ? null : (temporality as MetricTemporality),
    isMonotonic: number(row, 'is_monotonic') === 1,
    serviceName: text(row, 'service_name'),
    scope: { name: text(row, 'scope_name'), version: text(row, 'scope_version') },
  };
}

function measurementOf(row: SqlRow): MetricMeasurement {
  const kind = text(row, 'kind') as MetricKind;
  if (kind === 'gauge' || kind === 'sum') {
    const content = row['content'] as NumberJson;
    return { kind, value: content === '' ? null : content };
  }
  return { kind, value: JSON.parse(text(row, 'data')) };
}
