import type { ReceivedPoint } from '../otlp/metric-batch.ts';
import type { WriteJob } from '../storage/sqlite-storage.ts';

/** What there is to be stored, about. */
export interface JobWeight {
  /** Spans, log records or data points. */
  readonly records: number;
  /** Of their documents, or of the request that they came in. */
  readonly bytes: number;
}

/** Weighs a job, as queue and commits count it. */
export function jobWeight(job: WriteJob): JobWeight {
  if (job.kind === 'spans') return { records: job.batch.count, bytes: job.batch.documents.length };
  if (job.kind === 'logs') {
    const records = job.groups.reduce((sum, { items }) => sum + items.length, 0);
    return { records, bytes: job.request?.length ?? 0 };
  }
  const points = job.groups.flatMap(({ items }) => items.flatMap((metric) => metric.points));
  return { records: points.length, bytes: points.reduce((sum, point) => sum + pointBytes(point), 0) };
}

function pointBytes({ attributes, value, exemplars }: ReceivedPoint): number {
  return jsonBytes(attributes) + jsonBytes(value) + jsonBytes(exemplars);
}

/** About what it would take as JSON. */
function jsonBytes(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  const entries: readonly (readonly [string, unknown])[] = Object.entries(value);
  return entries.reduce((sum, [key, item]) => sum + key.length + jsonBytes(item), 0);
}
