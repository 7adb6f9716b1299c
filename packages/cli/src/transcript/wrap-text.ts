/**
 * Breaks a line at spaces so that no part is wider than `width` characters; a word that is wider is broken itself.
 *
 * @returns At least one part.
 */
export function wrapText(line: string, width: number): readonly string[] {
  const parts: string[] = [];
  let rest = [...line];
  while (rest.length > width) {
    // The last space at which what stands before it fits; leading spaces are indentation.
    const space = rest.lastIndexOf(' ', width);
    const isIndent = rest.slice(0, space).every((character) => character === ' ');
    const end = space <= 0 || isIndent ? width : space;
    parts.push(rest.slice(0, end).join('').trimEnd());
    rest = rest.slice(end);
    const next = rest.findIndex((character) => character !== ' ');
    rest = next === -1 ? [] : rest.slice(next);
  }
  if (rest.length > 0 || parts.length === 0) parts.push(rest.join(''));
  return parts;
}
