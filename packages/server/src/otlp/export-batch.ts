import type { AttributesJson } from '@tta/obs-protocol';

export interface ScopeRecord {
  readonly name: string;
  readonly version: string;
  readonly attributes: AttributesJson;
}

/** Spans, log records or metrics of one resource and one instrumentation scope. */
export interface ExportGroup<Item> {
  readonly resource: AttributesJson;
  readonly scope: ScopeRecord;
  readonly items: readonly Item[];
}

/** A decoded export request: what can be stored, and what had to be left out and why. */
export interface ExportBatch<Item> {
  readonly groups: readonly ExportGroup<Item>[];
  /** Of metrics the data points are counted, as OTLP does. */
  readonly rejectedCount: number;
  /** Why the first of them was rejected; empty when there is none. */
  readonly rejectionReason: string;
}

/** What OTLP calls the lists of a signal: everything around spans, log records and metrics has the same form. */
export interface ExportOutline {
  readonly resources: 'resourceSpans' | 'resourceLogs' | 'resourceMetrics';
  readonly scopes: 'scopeSpans' | 'scopeLogs' | 'scopeMetrics';
  readonly items: 'spans' | 'logRecords' | 'metrics';
}
