/** Lines of text with aligned columns; what looks like a number stands to the right. */
export function table(rows) {
  if (rows.length === 0) return '';
  const columns = Object.keys(rows[0]);
  const cells = [columns, ...rows.map((row) => columns.map((column) => String(row[column])))];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index].length)));
  const right = columns.map((_, index) =>
    cells.slice(1).every((line) => /^[\d.,]+( \S+)?$/.test(line[index])),
  );
  const lines = cells.map((line) =>
    line
      .map((cell, index) => (right[index] ? cell.padStart(widths[index]) : cell.padEnd(widths[index])))
      .join('  ')
      .trimEnd(),
  );
  return [lines[0], widths.map((width) => '─'.repeat(width)).join('  '), ...lines.slice(1)].join('\n');
}
