import { storable } from '../sqlite-rows.ts';
import { condition, FALSE, TRUE, type SqlCondition, exactly, atMost, type Bounds } from './sql-condition.ts';

/** Of a pattern with more parts than these, SQL looks for the longest one alone: many `%` make LIKE slow. */
const MOST_PARTS = 4;

/** Whether texts of a column, which is UTF-8, match. They are compared as `matchesQuery` does, by A to Z in any case. */
export function textMatches(column: string, parts: readonly string[]): Bounds {
  // Half of a character is part of a text in UTF-16, and of none in UTF-8.
  if (parts.some(hasHalfCharacter)) return atMost(condition(`${column} IS NOT NULL`));
  // No column has it.
  if (parts.some((part) => storable(part) !== part)) return exactly(FALSE);
  const [only = ''] = parts;
  if (parts.length === 1) return exactly(condition(`${column} = ? COLLATE NOCASE`, only));
  if (parts.length > MOST_PARTS) return atMost(contains(column, longest(parts)));
  return exactly(condition(`${column} LIKE ? ESCAPE '\\'`, parts.map(escaped).join('%')));
}

/** True where such a text may stand somewhere in the JSON of a column. */
export function jsonMentions(column: string, parts: readonly string[]): SqlCondition {
  const whole = parts.filter((part) => !hasHalfCharacter(part));
  const sought = JSON.stringify(longest(whole)).slice(1, -1);
  return sought === '' ? TRUE : contains(column, sought);
}

/** True where an object in the JSON of a column has such a member. */
export function jsonHasKey(column: string, key: string): SqlCondition {
  return condition(`instr(${column}, ?) > 0`, `${JSON.stringify(key)}:`);
}

/** True where a text, or JSON of texts, may have a word in it; `word` is one as `wordsOf` gives it. */
export function mayHaveWord(column: string, word: string): SqlCondition {
  // What is beyond ASCII becomes other letters when words are made of it, be it ASCII.
  const beyondAscii = `length(${column}) <> octet_length(${column})`;
  if (!/^[a-z0-9]+$/.test(word)) return condition(`(${beyondAscii})`);
  return condition(`(${column} LIKE ? OR ${beyondAscii})`, `%${word}%`);
}

function contains(column: string, part: string): SqlCondition {
  return condition(`${column} LIKE ? ESCAPE '\\'`, `%${escaped(part)}%`);
}

function escaped(part: string): string {
  return part.replaceAll(/[\\%_]/g, String.raw`\$&`);
}

function longest(parts: readonly string[]): string {
  return parts.reduce((best, part) => (part.length > best.length ? part : best), '');
}

function hasHalfCharacter(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}
