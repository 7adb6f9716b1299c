import type { TraceDocument } from '@tta/obs-protocol';
import { formatDuration } from './format-duration.ts';
import { safeText, truncate, widthOf } from './safe-text.ts';
import { STATUS_MARK, statusColour } from './status-mark.ts';
import { style, type Style } from './style.ts';
import { traceRows, type TraceRow } from './trace-rows.ts';

const WIDTH_LIMIT = 100;
const WIDTH_LEAST = 40;
/** Of many siblings the first ones and the failed ones are shown. */
const SIBLING_LIMIT = 20;
const ROW_LIMIT = 200;

export interface TraceTreeOptions {
  /** Width of the terminal in characters; more than 100 are not used. */
  readonly columns: number;
  readonly hasColour: boolean;
}

interface Line {
  readonly branch: string;
  readonly row: TraceRow | null;
  /** Replaces a row: how many were left out. */
  readonly note: string;
}

/**
 * Draws a trace as a tree: glyph, name and kind of each step, the message of an error beside the step where
 * it arose, durations right-aligned. Ends with a line of totals and a line feed.
 */
export function traceTree(document: TraceDocument, options: TraceTreeOptions): string {
  const paint = style(options.hasColour);
  const width = Math.max(WIDTH_LEAST, Math.min(options.columns, WIDTH_LIMIT));
  const rows = namedRows(document);
  const lines = layOut(rows);
  const durations = lines.map(({ row }) => (row === null ? '' : formatDuration(row.durationMs)));
  const durationWidth = Math.max(0, ...durations.map(widthOf));
  const text = lines.map((line, index) =>
    drawLine(line, durations[index]!.padStart(durationWidth), width - durationWidth - 2, paint),
  );
  return `${text.join('\n')}\n${paint.dim(totals(document, rows[0]))}\n`;
}

/** The first row is headed by what the list of traces calls the run. */
function namedRows({ summary, spans }: TraceDocument): readonly TraceRow[] {
  const [first, ...rest] = traceRows(spans);
  if (first === undefined || first.isOrphan || !summary.hasRoot)
    return first === undefined ? [] : [first, ...rest];
  return [{ ...first, title: safeText(summary.name) }, ...rest];
}

function totals({ summary, services }: TraceDocument, root: TraceRow | undefined): string {
  const { spanCount, errorCount, hasRoot, status } = summary;
  const parts = [
    `${spanCount} ${spanCount === 1 ? 'span' : 'spans'}${errorCount === 0 ? '' : `, ${errorCount} failed`}`,
    services.map(safeText).join(', '),
    // A run that waited for a decision stays a row that waits; the trace is what became of its last part.
    ...(hasRoot && root !== undefined && root.status !== status ? [`in the end: ${status}`] : []),
    ...(hasRoot ? [] : ['the root has not arrived yet']),
  ];
  return parts.join(' · ');
}

/** Walks the rows in order of the drawing, without recursion: a trace may be deeper than the stack. */
function layOut(roots: readonly TraceRow[]): readonly Line[] {
  const lines: Line[] = [];
  const pending: { line: Line; indent: string }[] = [];
  push(roots, null);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (lines.length === ROW_LIMIT) {
      lines.push({ branch: '', row: null, note: '… the rest is on the page' });
      break;
    }
    lines.push(next.line);
    if (next.line.row !== null) push(next.line.row.children, next.indent);
  }
  return lines;

  function push(rows: readonly TraceRow[], indent: string | null): void {
    const shown = pick(rows);
    const left = rows.length - shown.length;
    const entries = shown.map((row): Pick<Line, 'row' | 'note'> => ({ row, note: '' }));
    if (left > 0) entries.push({ row: null, note: `… ${left} more, none of them failed` });
    for (const [index, entry] of [...entries.entries()].reverse()) {
      const isLast = index === entries.length - 1;
      const branch = indent === null ? '' : `${indent}${isLast ? '└─ ' : '├─ '}`;
      const below = indent === null ? '' : `${indent}${isLast ? '   ' : '│  '}`;
      pending.push({ line: { branch, ...entry }, indent: below });
    }
  }
}

function pick(rows: readonly TraceRow[]): readonly TraceRow[] {
  if (rows.length <= SIBLING_LIMIT) return rows;
  return rows.filter((row, index) => index < SIBLING_LIMIT - 1 || row.status !== 'success');
}

function drawLine({ branch, row, note }: Line, duration: string, width: number, paint: Style): string {
  if (row === null) return `${paint.dim(branch)}${paint.dim(note)}`;
  const space = Math.max(8, width - widthOf(branch) - 2);
  const title = truncate(row.title, space);
  const parts = [branch === '' ? paint.bold(title) : title];
  let used = widthOf(title);
  const add = (text: string | null, colour: (text: string) => string) => {
    const room = space - used - 2;
    if (text === null || text === '' || room < 4) return;
    const shown = truncate(text, room);
    parts.push(`  ${colour(shown)}`);
    used += 2 + widthOf(shown);
  };
  const colour = statusColour(row.status, paint);
  add(row.kind, paint.dim);
  add(isSaid(row) ? null : row.status, colour);
  add(row.message, colour);
  add(row.isOrphan ? 'parent missing' : null, paint.dim);
  const padding = ' '.repeat(Math.max(0, space - used) + 2);
  return `${paint.dim(branch)}${colour(STATUS_MARK[row.status])} ${parts.join('')}${padding}${paint.dim(duration)}`;
}

/** The glyph says success and error; the kind says timeout of a timeout. */
function isSaid({ status, kind }: TraceRow): boolean {
  return status === 'success' || status === 'error' || status === kind;
}
