import type { TableColumn } from './text-table.ts';

/** Within code nothing is a link, a mention or a tag. Nothing stays nothing. */
export function codeSpan(text: string): string {
  if (text === '') return '';
  const fence = '`'.repeat(longestRun(text) + 1);
  const gap = /^`|`$/.test(text) ? ' ' : '';
  return `${fence}${gap}${text}${gap}${fence}`;
}

export function codeBlock(text: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}text\n${text}${fence}`;
}

/**
 * A table, uncut.
 *
 * @param cells - Of each row one for each column, without control characters.
 */
export function markdownTable(
  columns: readonly TableColumn[],
  cells: readonly (readonly string[])[],
): string {
  const line = (row: readonly string[]) => `| ${row.map(withoutBorder).join(' | ')} |\n`;
  const ruler = columns.map(({ align }) => (align === 'left' ? '---' : '---:'));
  const rows = cells.map((row) =>
    row.map((cell, at) => (columns[at]!.isForeign === true ? codeSpan(cell) : cell)),
  );
  return [columns.map(({ title }) => title), ruler, ...rows].map(line).join('');
}

/** A backslash means itself within code, except before a border. */
function withoutBorder(cell: string): string {
  return cell.replaceAll(/(\\*)\|/g, String.raw`$1$1\|`);
}

/** The most backticks in a row. */
function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0);
}
