import type { TraceDocument } from '@tta/obs-protocol';
import { formatDuration } from './format-duration.ts';
import { safeText, truncate, widthOf } from './safe-text.ts';
import { STATUS_MARK, statusColour } from './status-mark.ts';
import { style, type Style } from './style.ts';
import { traceHeader } from './trace-header.ts';
import { traceRows, type TraceRow } from './trace-rows.ts';
import { treeLines, type TreeLine } from './tree-lines.ts';

const WIDTH_LIMIT = 120;
const WIDTH_LEAST = 40;
/** What the names of a tree have at least beside its figures; a figure that leaves less is left out. */
const NAMES_LEAST = 48;

export interface TraceTreeOptions {
  /** Width of the terminal in characters; more than 120 are not used. */
  readonly columns: number;
  readonly hasColour: boolean;
}

/** Figures of all rows at the right, each as wide as its widest. */
interface Figures {
  readonly cells: readonly string[];
  readonly width: number;
}

/**
 * Draws a trace: how the whole run did, and a tree with the outcome, glyph, name and kind of each step, the message of an
 * error beside the step where it arose, and tokens, costs and durations at the right. Ends with a line feed.
 */
export function traceTree(document: TraceDocument, options: TraceTreeOptions): string {
  const paint = style(options.hasColour);
  const columns = Math.max(WIDTH_LEAST, Math.min(options.columns, WIDTH_LIMIT));
  const rows = namedRows(document);
  const lines = treeLines(rows);
  const figures = figuresOf(lines, columns);
  const text = lines.map((line, at) => {
    const cells = figures.map((figure) => figure.cells[at]!.padStart(figure.width));
    // What a row says may take the place of figures that it has not.
    const right = cells.join('  ').trimStart();
    return drawLine(line, `  ${right}`, columns - widthOf(right) - 2, paint);
  });
  const header = traceHeader(document, { columns, hasColour: options.hasColour });
  return `${header}\n${text.join('\n')}\n`;
}

/** The first row is headed by what the list of traces calls the run. */
function namedRows({ summary, spans }: TraceDocument): readonly TraceRow[] {
  const [first, ...rest] = traceRows(spans);
  if (first === undefined || first.isOrphan || !summary.hasRoot)
    return first === undefined ? [] : [first, ...rest];
  return [{ ...first, title: safeText(summary.name) }, ...rest];
}

/** Durations always, then costs, tokens and the cached part of them, as far as there is room. */
function figuresOf(lines: readonly TreeLine[], columns: number): readonly Figures[] {
  const column = (cellOf: (row: TraceRow) => string): Figures => {
    const cells = lines.map(({ row }) => (row === null ? '' : cellOf(row)));
    return { cells, width: Math.max(0, ...cells.map(widthOf)) };
  };
  const durations = column((row) => formatDuration(row.durationMs));
  const shown = [durations];
  let room = columns - durations.width - NAMES_LEAST;
  for (const figure of [
    column(({ ai }) => ai?.cost ?? ''),
    column(({ ai }) => ai?.tokens ?? ''),
    column(({ ai }) => ai?.cached ?? ''),
  ]) {
    if (figure.width === 0 || figure.width + 2 > room) continue;
    shown.unshift(figure);
    room -= figure.width + 2;
  }
  return shown;
}

function drawLine({ branch, row, note }: TreeLine, figures: string, width: number, paint: Style): string {
  if (row === null) return `${paint.dim(branch)}${paint.dim(note)}`;
  const space = Math.max(8, width - widthOf(branch) - 4);
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
  add(`${row.kind ?? ''} ${row.ai?.name ?? ''}`.trim(), paint.dim);
  add(isSaid(row) ? null : row.status, colour);
  // Why it failed counts for more than how it went.
  add(row.message, colour);
  add(row.note, paint.dim);
  add(row.isOrphan ? 'parent missing' : null, paint.dim);
  const padding = ' '.repeat(Math.max(0, space - used));
  const head = `${paint.dim(branch)}${colour(STATUS_MARK[row.status])} ${paint.dim(row.glyph)}`;
  return `${head} ${parts.join('')}${padding}${paint.dim(figures)}`;
}

/** The glyph says success and error; the kind says timeout of a timeout. */
function isSaid({ status, kind }: TraceRow): boolean {
  return status === 'success' || status === 'error' || status === kind;
}
