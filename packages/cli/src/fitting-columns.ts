import { widthOf } from './safe-text.ts';
import type { Terminal } from './surroundings.ts';
import { COLUMN_GAP, type TableColumn } from './text-table.ts';

/** Of a name so much is seen before another column is left out for it. */
const LEAST_NAME = 16;

/** A column that is left out where a terminal is narrow. */
export interface OptionalColumn extends TableColumn {
  /** Those with the highest number are shown first; without one it is always shown. */
  readonly worth?: number;
}

/** How wide a table may be: what is not seen on a terminal is for another program, and is not cut. */
export function tableWidth({ isOutTerminal, columns }: Pick<Terminal, 'isOutTerminal' | 'columns'>): number {
  return isOutTerminal ? columns : Number.POSITIVE_INFINITY;
}

/**
 * The columns that a width has room for, in their order.
 *
 * @param cellsOf - The texts of a column, one for each row.
 */
export function fittingColumns<Column extends OptionalColumn>(
  columns: readonly Column[],
  cellsOf: (column: Column) => readonly string[],
  width: number,
): readonly Column[] {
  const widths = new Map(columns.map((column) => [column, leastWidth(column, cellsOf(column))]));
  const shown = new Set(columns.filter(({ worth }) => worth === undefined));
  const total = (some: Iterable<Column>) =>
    [...some].reduce((sum, each) => sum + COLUMN_GAP + widths.get(each)!, -COLUMN_GAP);
  const optional = columns.filter(({ worth }) => worth !== undefined);
  for (const column of optional.toSorted((one, other) => other.worth! - one.worth!)) {
    if (total([...shown, column]) <= width) shown.add(column);
  }
  return columns.filter((column) => shown.has(column));
}

function leastWidth({ title, align }: TableColumn, cells: readonly string[]): number {
  const widest = Math.max(widthOf(title), ...cells.map(widthOf));
  return align === 'left' ? Math.min(widest, LEAST_NAME) : widest;
}
