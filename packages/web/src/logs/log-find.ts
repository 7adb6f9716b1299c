import type { LogRecord } from '@tta/obs-protocol';
import { messageText } from './log-rows.ts';
import type { LogRow } from './log-rows.ts';

/** Of a record of megabytes what comes first is searched. */
const SEARCHED_LENGTH = 100_000;

/** Made once for each record: a search is repeated with every letter that is typed. */
const searched = new WeakMap<LogRecord, string>();

/** Positions of the lines with a text in their message, attributes, service or span, in any case. */
export function findLines(rows: readonly LogRow[], sought: string): readonly number[] {
  const text = sought.trim().toLowerCase();
  if (text === '') return [];
  return rows.flatMap((row, index) =>
    row.span.toLowerCase().includes(text) || searchText(row.record).includes(text) ? [index] : [],
  );
}

/** The find after a line (`step` 1) or before it (`step` -1), round the end; -1 when nothing was found. */
export function neighbouringLine(found: readonly number[], line: number, step: 1 | -1): number {
  return step === 1
    ? (found.find((index) => index > line) ?? found[0] ?? -1)
    : (found.findLast((index) => index < line) ?? found.at(-1) ?? -1);
}

function searchText(record: LogRecord): string {
  let text = searched.get(record);
  if (text === undefined) {
    const parts = [messageText(record), JSON.stringify(record.attributes), record.serviceName];
    text = parts
      .map((part) => part.slice(0, SEARCHED_LENGTH))
      .join('\n')
      .toLowerCase();
    searched.set(record, text);
  }
  return text;
}
