import { logLevelOf } from '@tta/obs-protocol';
import type { AttributeJson, LogLevel, LogRecord } from '@tta/obs-protocol';
import type { SpanTree } from '../trace/span-tree.ts';

/** One log record as a line of the page. */
export interface LogRow {
  readonly record: LogRecord;
  /** Milliseconds after the start of the trace; negative for what was logged before. */
  readonly offsetMs: number;
  readonly level: LogLevel | null;
  /** The level in a word: ours, else the program's own. */
  readonly levelText: string;
  readonly message: string;
  /** The attributes as `key=value`. */
  readonly fields: string;
  /** Row of the waterfall that shows its span; -1 when the span is not in the trace. */
  readonly row: number;
}

/** @param startTimeMs - Start of the trace, in milliseconds since the Unix epoch. */
export function logRows(
  records: readonly LogRecord[],
  startTimeMs: number,
  tree: SpanTree,
): readonly LogRow[] {
  if (records.length === 0) return [];
  const rowOf = new Map(tree.spans.spanId.map((spanId, span) => [spanId, tree.rowOfSpan[span] as number]));
  return records.map((record) => {
    const level = logLevelOf(record);
    return {
      record,
      offsetMs: Number(record.timeUnixNano) / 1e6 - startTimeMs,
      level,
      levelText: level ?? record.severityText ?? '',
      message: messageOf(record),
      fields: Object.entries(record.attributes)
        .map(([key, value]) => `${key}=${inline(value)}`)
        .join('  '),
      row: record.spanId === null ? -1 : (rowOf.get(record.spanId) ?? -1),
    };
  });
}

function messageOf({ body, eventName }: LogRecord): string {
  return body === null ? (eventName ?? '') : inline(body);
}

function inline(value: AttributeJson): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
