import type { FilterNode, QueryMatch } from '@tta/obs-protocol/query';
import { wordsOf } from '@tta/obs-protocol/query';
import { jsonMayMatch } from './json-condition.ts';
import { numberMatches } from './number-condition.ts';
import {
  ATTEMPT_NAMES,
  FIELD_SOURCES,
  HEDGE_ATTEMPTS,
  NUMBER_COLUMNS,
  TEXT_COLUMNS,
  type FieldSource,
} from './span-fields.ts';
import {
  allTrue,
  anyOf,
  anyTrue,
  atMost,
  condition,
  exactly,
  FALSE,
  TRUE,
  UNKNOWN,
  type Bounds,
  type SqlCondition,
} from './sql-condition.ts';
import { jsonHasKey, jsonMentions, mayHaveWord, textMatches } from './text-condition.ts';

/** Of a text with many words, so many are looked for: the longest. */
const MOST_WORDS = 3;

/** The traces that are looked at: a table of their keys which each statement has to begin with. */
export const CHUNK = 'chunk';

/**
 * What SQL can tell of a span by a filter of a field that is not of its trace.
 *
 * @param ofResource - True of spans whose resource alone the filter is true of; `undefined` where that is not known.
 */
export function spanFilterBounds(
  { field, anyOf: matches }: FilterNode,
  nowMs: number,
  ofResource: SqlCondition | undefined,
): Bounds {
  if (isResourceField(field) && ofResource !== undefined) return exactly(ofResource);
  if (!field.startsWith('attr.')) return anyOf(matches.map((match) => matchBounds(field, match, nowMs)));
  const key = field.slice('attr.'.length);
  const has = (column: string): SqlCondition =>
    anyTrue(
      matches.map((match) => allTrue([jsonHasKey(column, key), jsonMayMatch(column, key, match, nowMs)])),
    );
  return {
    necessary: anyTrue([has('s.attributes'), ofResource ?? has('r.attributes')]),
    sufficient: ofResource ?? FALSE,
  };
}

/** Whether all values of a field are of the resource. */
export function isResourceField(field: string): boolean {
  return field === 'service' || field === 'version';
}

function matchBounds(field: string, match: QueryMatch, nowMs: number): Bounds {
  const columns: readonly string[] | undefined = member(TEXT_COLUMNS, field);
  if (columns !== undefined) return anyOf(columns.map((column) => textColumnMatches(column, match)));
  const number: string | undefined = member(NUMBER_COLUMNS, field);
  if (number !== undefined) return numberMatches(number, match, nowMs);
  const source: FieldSource | undefined = member(FIELD_SOURCES, field);
  if (source !== undefined) return sourceMatches(source, match);
  if (field === 'attempts') return atMost(MAY_HAVE_ATTEMPTS);
  if (field === 'text') return atMost(match.kind === 'text' ? mayHaveText(match.parts) : TRUE);
  return UNKNOWN;
}

export function textColumnMatches(column: string, match: QueryMatch): Bounds {
  if (match.kind === 'present') return exactly(condition(`${column} IS NOT NULL`));
  return match.kind === 'text' ? textMatches(column, match.parts) : UNKNOWN;
}

function sourceMatches(source: FieldSource, match: QueryMatch): Bounds {
  const { attributes = [], exceptions = [], resource = [], columns = [], lists = [] } = source;
  if (match.kind !== 'present' && match.kind !== 'text') return UNKNOWN;
  const mentions = (column: string): SqlCondition =>
    match.kind === 'present' ? condition(`${column} IS NOT NULL`) : jsonMentions(column, match.parts);
  const members = (column: string, keys: readonly string[]): readonly SqlCondition[] =>
    keys.map((key) => allTrue([jsonHasKey(column, key), mentions(column)]));
  return atMost(
    anyTrue([
      ...members('s.attributes', attributes),
      ...members('r.attributes', resource),
      ...members('s.events', exceptions),
      ...columns.map((column) => textColumnMatches(column, match).necessary),
      ...lists.map(mentions),
    ]),
  );
}

const MAY_HAVE_ATTEMPTS = anyTrue([
  condition(
    `s.span_id IN (SELECT c.parent_span_id FROM span c WHERE c.trace_key IN ${CHUNK}
       AND c.parent_span_id IS NOT NULL AND c.name GLOB '${ATTEMPT_NAMES}')`,
  ),
  jsonHasKey('s.attributes', HEDGE_ATTEMPTS),
]);

/** Each word of a phrase stands somewhere in the texts of the span, or in its log lines. */
function mayHaveText(parts: readonly string[]): SqlCondition {
  const words = wordsOf(parts[0] ?? '')
    .trim()
    .split(' ');
  const longest = [...new Set(words)]
    .toSorted((one, other) => other.length - one.length)
    .slice(0, MOST_WORDS);
  return allTrue(longest.map(mayHaveWordAnywhere));
}

function mayHaveWordAnywhere(word: string): SqlCondition {
  if (word === '') return TRUE;
  const inLog = mayHaveWord('l.body', word);
  return anyTrue([
    ...['s.attributes', 's.name', 's.status_message', 's.events'].map((column) => mayHaveWord(column, word)),
    condition(
      `s.span_id IN (SELECT l.span_id FROM log_record l WHERE l.trace_key IN ${CHUNK}
         AND l.span_id IS NOT NULL AND ${inLog.sql})`,
      ...inLog.values,
    ),
  ]);
}

function member<Value>(table: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
