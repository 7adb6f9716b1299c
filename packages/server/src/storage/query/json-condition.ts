import type { QueryMatch } from '@tta/obs-protocol/query';
import { rangeOf } from './number-condition.ts';
import { allTrue, anyTrue, condition, TRUE, type SqlCondition } from './sql-condition.ts';
import { jsonMentions } from './text-condition.ts';

/** SQLite and JavaScript may read the same decimals as neighbouring numbers. */
const READING_ERROR = 1e-12;

/** True where the member `key` of an object in the JSON of a column may match. */
export function jsonMayMatch(column: string, key: string, match: QueryMatch, nowMs: number): SqlCondition {
  switch (match.kind) {
    case 'present':
      return TRUE;
    case 'text':
      return mayBeText(column, key, match.parts);
    default:
      return mayBeWithin(column, key, rangeOf(match, nowMs), 'FALSE');
  }
}

/** A text that is a number means the number, however either is written. */
function mayBeText(column: string, key: string, parts: readonly string[]): SqlCondition {
  const [only = ''] = parts;
  const mentions = jsonMentions(column, parts);
  const number = parts.length === 1 && only.trim() !== '' ? Number(only) : NaN;
  if (!Number.isFinite(number)) return mentions;
  return allTrue([
    anyTrue([mentions, jsonMentions(column, [String(number)])]),
    mayBeWithin(column, key, [number, number], `member.type = 'text'`),
  ]);
}

/** Of a list, any element may be. */
function mayBeWithin(
  column: string,
  key: string,
  [least, most]: readonly [number, number],
  otherwise: string,
): SqlCondition {
  // Keys with escapes are not the same in every SQLite.
  if (JSON.stringify(key) !== `"${key}"` || /\p{Surrogate}/u.test(key)) return TRUE;
  return condition(
    `EXISTS (SELECT 1 FROM json_each(${column}) member WHERE member.key = ? AND CASE
       WHEN member.type IN ('integer', 'real') THEN member.value BETWEEN ? AND ?
       ELSE member.type = 'array' OR ${otherwise} END)`,
    key,
    least - Math.abs(least) * READING_ERROR,
    most + Math.abs(most) * READING_ERROR,
  );
}
