import type { TraceRow } from './trace-rows.ts';

/** Of many siblings the first ones and the failed ones are shown. */
const SIBLING_LIMIT = 20;
const ROW_LIMIT = 200;

/** A line of a tree: its branches, and the row or what stands in its place. */
export interface TreeLine {
  readonly branch: string;
  readonly row: TraceRow | null;
  /** Replaces a row: how many were left out. */
  readonly note: string;
}

/** Walks the rows in order of the drawing, without recursion: a trace may be deeper than the stack. */
export function treeLines(roots: readonly TraceRow[]): readonly TreeLine[] {
  const lines: TreeLine[] = [];
  const pending: { line: TreeLine; indent: string }[] = [];
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
    const entries = shown.map((row): Pick<TreeLine, 'row' | 'note'> => ({ row, note: '' }));
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
