import type { AttributeJson, AttributesJson } from '@tta/obs-protocol';
import type { ExportBatch, ExportGroup, ExportOutline } from './export-batch.ts';

/** One log record as it was received, whichever encoding it came in. */
export interface ReceivedLogRecord {
  /** 32 lower-case hex digits; `null` for a record that belongs to no trace. */
  readonly traceId: string | null;
  /** 16 lower-case hex digits; `null` for a record that belongs to no span. */
  readonly spanId: string | null;
  /** When it happened; 0 when the sender does not know. */
  readonly timeUnixNano: bigint;
  /** When it was first seen by telemetry; 0 when nobody said. */
  readonly observedTimeUnixNano: bigint;
  /** 1–24, 0 when the sender gave none. */
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: AttributeJson;
  readonly eventName: string;
  readonly attributes: AttributesJson;
  readonly droppedAttributesCount: number;
  readonly flags: number;
}

export type LogGroup = ExportGroup<ReceivedLogRecord>;
export type LogBatch = ExportBatch<ReceivedLogRecord>;

export const LOGS_OUTLINE: ExportOutline = {
  resources: 'resourceLogs',
  scopes: 'scopeLogs',
  items: 'logRecords',
};
