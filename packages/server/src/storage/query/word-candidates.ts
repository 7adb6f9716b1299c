import type { QueryNode } from '@tta/obs-protocol/query';
import type { SqliteConnection } from '../sqlite-connection.ts';
import { number } from '../sqlite-rows.ts';
import { findKeys } from '../text-index.ts';
import { allTrue, anyTrue, condition, type SqlCondition } from './sql-condition.ts';
import { jsonHasKey, jsonMentions, mayHaveWord } from './text-condition.ts';
import { wordFilter } from './word-filter.ts';

/** With more of these, words say too little. */
const MOST_SPANS = 2_000;
/** With more of these it would take long to look whether one of them has an attribute. */
const MOST_RESOURCES = 5_000;
const MOST_LOGGING_TRACES = 1_000;

/** Traces which alone a query may find. */
export interface WordCandidates {
  readonly traceKeys: ReadonlySet<number>;
  /** Besides these, those of which this is true. */
  readonly others: SqlCondition | undefined;
}

/**
 * What the full text knows of a query; `undefined` where it is too little.
 *
 * @param isOver - Whether there is no more time for it.
 */
export function wordCandidates(
  connection: SqliteConnection,
  root: QueryNode,
  isOver: () => boolean,
): WordCandidates | undefined {
  if (!hasAllWords(connection)) return undefined;
  const filter = wordFilter(root, (key, parts) => mayBeOfResource(connection, key, parts));
  if (filter === undefined) return undefined;
  const spanKeys = fewKeys(connection, filter.matches, isOver);
  if (spanKeys === undefined) return undefined;
  const traceKeys = connection
    .sql(
      `SELECT DISTINCT trace_key FROM json_each(?) found JOIN span ON span_key = found.value
       WHERE trace_key IN (SELECT trace_key FROM trace)`,
    )
    .all(JSON.stringify(spanKeys))
    .map((row) => number(row, 'trace_key'));
  if (filter.logWords.length === 0) return { traceKeys: new Set(traceKeys), others: undefined };
  const logging = loggingTraces(connection);
  if (logging !== undefined) return { traceKeys: new Set([...traceKeys, ...logging]), others: undefined };
  const inLog = anyTrue(filter.logWords.map((word) => mayHaveWord('l.body', word)));
  return {
    traceKeys: new Set(traceKeys),
    others: condition(
      `EXISTS (SELECT 1 FROM log_record l WHERE l.trace_key = t.trace_key AND ${inLog.sql})`,
      ...inLog.values,
    ),
  };
}

/** Of the first that says enough: one rare word is found sooner than it together with others. */
function fewKeys(
  connection: SqliteConnection,
  matches: readonly string[],
  isOver: () => boolean,
): readonly number[] | undefined {
  for (const match of matches) {
    if (isOver()) return undefined;
    const keys = findKeys(connection, match, MOST_SPANS, isOver);
    if (keys !== undefined) return keys;
  }
  return undefined;
}

/** Spans from before a version do not say where their words are left out. */
function hasAllWords(connection: SqliteConnection): boolean {
  const older = connection.sql(
    `SELECT 1 FROM span WHERE span_key <= (SELECT value FROM counter WHERE name = 'searchable_from') LIMIT 1`,
  );
  return older.get() === undefined;
}

function mayBeOfResource(connection: SqliteConnection, key: string, parts: readonly string[]): boolean {
  const count = connection.sql('SELECT max(id) AS count FROM resource').get();
  if (Number(count?.['count'] ?? 0) > MOST_RESOURCES) return true;
  const column = 'attributes';
  const may = allTrue([jsonHasKey(column, key), jsonMentions(column, parts)]);
  return (
    connection.statement(`SELECT 1 FROM resource WHERE ${may.sql} LIMIT 1`).get(...may.values) !== undefined
  );
}

/** Traces with log records; `undefined` where they are many. */
function loggingTraces(connection: SqliteConnection): readonly number[] | undefined {
  const next = connection.sql(
    'SELECT min(trace_key) AS trace_key FROM log_record WHERE trace_key IS NOT NULL AND trace_key > ?',
  );
  const keys: number[] = [];
  for (let row = next.get(0); row !== undefined && row['trace_key'] !== null; row = next.get(keys.at(-1)!)) {
    if (keys.length >= MOST_LOGGING_TRACES) return undefined;
    keys.push(number(row, 'trace_key'));
  }
  return keys;
}
