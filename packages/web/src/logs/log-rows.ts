import { logLevelOf } from '@tta/obs-protocol';
import type { AttributeJson, LogLevel, LogRecord, TraceSummary } from '@tta/obs-protocol';
import { withoutDirectionMarks, withoutTerminalCodes } from '../format/plain-text.ts';
import { rowLabel } from '../tree/span-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';

/** What is longer is whole where a line is opened: a record may hold megabytes. */
const LINE_LENGTH = 1_000;

/** One log record as a line of the page. */
export interface LogRow {
  readonly record: LogRecord;
  /** Milliseconds after the start of the trace; negative for what was logged before. */
  readonly offsetMs: number;
  readonly level: LogLevel | null;
  /** The level in a word: ours, else the program's own. */
  readonly levelText: string;
  /** The program that logged it, where it is not the one of the trace; else empty. */
  readonly service: string;
  /** The first 1,000 characters of it; as in all texts here, marks that turn the direction are replaced and the codes of terminals left out. */
  readonly message: string;
  /** Keys and values of the attributes, about 1,000 characters of them. */
  readonly fields: readonly (readonly [key: string, value: string])[];
  /** What a person calls its span; empty when the span is not in the trace. */
  readonly span: string;
  /** Row of the waterfall that shows its span; -1 when the span is not in the trace. */
  readonly row: number;
}

/** @param trace - The trace in which they were logged. */
export function logRows(
  records: readonly LogRecord[],
  trace: Pick<TraceSummary, 'startTimeMs' | 'serviceName'>,
  tree: SpanTree,
): readonly LogRow[] {
  if (records.length === 0) return [];
  const rowOf = new Map(tree.spans.spanId.map((spanId, span) => [spanId, tree.rowOfSpan[span] as number]));
  return records.map((record) => {
    const level = logLevelOf(record);
    const row = record.spanId === null ? -1 : (rowOf.get(record.spanId) ?? -1);
    return {
      record,
      offsetMs: offsetOf(record, trace),
      level,
      levelText: level ?? lineText(record.severityText ?? ''),
      service: record.serviceName === trace.serviceName ? '' : lineText(record.serviceName),
      message: lineText(messageText(record)),
      fields: fieldsOf(record),
      span: row === -1 ? '' : lineText(rowLabel(tree, row)),
      row,
    };
  });
}

/** Log lines have whole milliseconds: one in the first says that it was before the trace, and was not. */
function offsetOf({ timeUnixNano }: LogRecord, { startTimeMs }: Pick<TraceSummary, 'startTimeMs'>): number {
  const offsetMs = Number(timeUnixNano) / 1e6 - startTimeMs;
  return offsetMs > -1 && offsetMs < 0 ? 0 : offsetMs;
}

/** The whole message. */
export function messageText({ body, eventName }: LogRecord): string {
  return body === null ? (eventName ?? '') : inline(body);
}

function fieldsOf({ attributes }: LogRecord): LogRow['fields'] {
  const fields: (readonly [string, string])[] = [];
  let left = LINE_LENGTH;
  for (const [key, value] of Object.entries(attributes)) {
    if (left <= 0) break;
    const field = [lineText(key, left), lineText(inline(value), left)] as const;
    fields.push(field);
    left -= field[0].length + field[1].length;
  }
  return fields;
}

function lineText(text: string, length = LINE_LENGTH): string {
  const start = text.length > length ? `${text.slice(0, length)}…` : text;
  return withoutDirectionMarks(withoutTerminalCodes(start));
}

function inline(value: AttributeJson): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
