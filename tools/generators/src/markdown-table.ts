import type { Tree } from '@nx/devkit';
import { readText } from './read-text.ts';

/**
 * Adds a row at the end of a table in a Markdown file; the formatter aligns it.
 *
 * @param heading - How the first line of the table begins, such as `| function`.
 * @throws Error when there is no such table: the generator and the page have to be brought together again.
 */
export function addTableRow(tree: Tree, path: string, heading: string, cells: readonly string[]): void {
  const lines = readText(tree, path).split('\n');
  const start = lines.findIndex((line) => line.startsWith(heading));
  if (start === -1) throw new Error(`${path} has no table that begins with "${heading}"`);
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  lines.splice(end === -1 ? lines.length : end, 0, `| ${cells.join(' | ')} |`);
  tree.write(path, lines.join('\n'));
}

/**
 * Adds an entry to the second cell of the row whose first cell is `key`.
 *
 * @throws Error when there is no such table or row.
 */
export function addToTableCell(tree: Tree, path: string, heading: string, key: string, entry: string): void {
  const lines = readText(tree, path).split('\n');
  const start = lines.findIndex((line) => line.startsWith(heading));
  const row = lines.findIndex((line, index) => index > start && line.split('|')[1]?.trim() === key);
  if (start === -1 || row === -1) throw new Error(`${path} has no row "${key}" below "${heading}"`);
  const cells = (lines[row] as string).split('|');
  cells[2] = ` ${cells[2]?.trim()}, ${entry} `;
  lines[row] = cells.join('|');
  tree.write(path, lines.join('\n'));
}
