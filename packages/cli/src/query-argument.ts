import { parseQuery, type QueryProblem } from '@tta/obs-protocol/query';
import { UsageError } from './command-error.ts';
import { safeText, widthOf } from './safe-text.ts';

const INDENT = '  ';

/**
 * A query from the command line: its words, joined.
 *
 * @param columns - Width that the part with a problem is shown in.
 * @throws UsageError when it cannot be understood, with a mark under what is wrong.
 */
export function queryArgument(words: readonly string[], columns: number): string {
  const text = words.join(' ');
  const [problem] = parseQuery(text).problems;
  if (problem === undefined) return text;
  const said = safeText(problem.message);
  const end = said.endsWith('?') ? '' : '.';
  throw new UsageError(`The query cannot be understood: ${said}${end}\n${marked(text, problem, columns)}`);
}

/** The query with a line of `^` below the problem, as much of both as fits. */
function marked(text: string, { start, end }: QueryProblem, columns: number): string {
  const width = Math.max(20, columns - INDENT.length);
  const before = shown(text.slice(0, start));
  const wrong = shown(text.slice(start, end));
  // What is wrong stays in sight, with half of the width for what stands before it.
  const left = Math.max(0, widthOf(before) - Math.floor(width / 2));
  const characters = [...before, ...wrong, ...shown(text.slice(end))].slice(left, left + width);
  const at = widthOf(before) - left;
  const length = Math.max(1, Math.min(widthOf(wrong), width - at));
  return `${INDENT}${characters.join('').trimEnd()}\n${INDENT}${' '.repeat(at)}${'^'.repeat(length)}`;
}

/** Each character in one column. */
function shown(text: string): string {
  return [...text].map((character) => safeText(character) || ' ').join('');
}
