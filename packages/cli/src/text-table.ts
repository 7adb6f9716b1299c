import { truncate, widthOf } from './safe-text.ts';

/** A column of a table: names are cut where the terminal is narrow, figures never. */
export interface TableColumn {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** Its texts come from traced programs: in Markdown they are code, in which nothing is a link, a mention or a tag. */
  readonly isForeign?: boolean;
}

/** Blanks between two columns. */
export const COLUMN_GAP = 2;
const GAP = ' '.repeat(COLUMN_GAP);
/** A name that is cut further says nothing. */
const LEAST_NAME = 8;

/**
 * Draws rows as lines of a table with its titles first; names are cut so that a line fits.
 *
 * @param cells - Of each row one for each column, without control characters.
 * @param width - In characters.
 */
export function textTable(
  columns: readonly TableColumn[],
  cells: readonly (readonly string[])[],
  width: number,
): readonly string[] {
  const widths = columns.map(({ title }, at) =>
    Math.max(widthOf(title), ...cells.map((row) => widthOf(row[at]!))),
  );
  const total = widths.reduce((sum, each) => sum + each, GAP.length * (columns.length - 1));
  let excess = total - width;
  // The widest name gives way first.
  while (excess > 0) {
    const names = columns.flatMap(({ align }, at) =>
      align === 'left' && widths[at]! > LEAST_NAME ? [at] : [],
    );
    const [widest] = names.toSorted((one, other) => widths[other]! - widths[one]!);
    if (widest === undefined) break;
    widths[widest]!--;
    excess--;
  }
  return [columns.map(({ title }) => title), ...cells].map((row) =>
    row
      .map((cell, at) => {
        const text = truncate(cell, widths[at]!);
        const blank = ' '.repeat(Math.max(0, widths[at]! - widthOf(text)));
        return columns[at]!.align === 'left' ? text + blank : blank + text;
      })
      .join(GAP)
      .trimEnd(),
  );
}
