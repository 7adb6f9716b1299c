import type { QueryNode } from '@tta/obs-protocol/query';
import { parseCursor, type CursorPosition } from '../list-cursor.ts';
import type { SqliteConnection } from '../sqlite-connection.ts';
import { number, text } from '../sqlite-rows.ts';
import { Pace } from './pace.ts';
import { termCount } from './query-parts.ts';
import { allTrue, anyTrue, condition, FALSE, isExact, TRUE, type SqlCondition } from './sql-condition.ts';
import type { Steps } from './steps.ts';
import { TRACE_JOINS } from './trace-fields.ts';
import { partOf, TraceMatcher, type TraceSize } from './trace-matcher.ts';
import { wordCandidates } from './word-candidates.ts';

/** Who asks waits for a page; others for a step of it. */
const BUDGET_MS = 30;
/** Of it, what the full text may take. */
const WORDS_MS = 12;
/** Traces that are looked at before the clock: few at first, for mostly the newest ones are found. */
const FIRST_BLOCK = 128;
const LAST_BLOCK = 2_048;

/** Beyond all traces. */
const NEWEST: CursorPosition = [2n ** 63n - 1n, 2n ** 53n];
const OLDEST: CursorPosition = [-1n, 0n];

/** A trace on its way into a page. */
interface Candidate extends TraceSize {
  readonly position: CursorPosition;
}

export interface ScanOptions {
  readonly limit: number;
  readonly cursor?: string;
  /** What `-15m` counts from; milliseconds since the Unix epoch. */
  readonly nowMs: number;
  /** Milliseconds that only grow. */
  readonly elapsedMs: () => number;
}

/** The keys of the traces on a page. */
export interface ScannedPage {
  readonly traceKeys: readonly number[];
  readonly nextCursor: string | null;
}

/**
 * Looks through the traces, newest first, for those that a query finds, until there is a page of them or time is over; the
 * cursor is where it stopped, so no trace is missed or told twice. A trace that was begun with is decided, however large.
 *
 * @throws InvalidCursorError
 */
export function scanTraces(
  connection: SqliteConnection,
  where: QueryNode,
  options: ScanOptions,
): Steps<ScannedPage> {
  const begin = options.cursor === undefined ? NEWEST : parseCursor(options.cursor);
  return new TraceScan(connection, where, options).page(begin);
}

class TraceScan {
  readonly #connection: SqliteConnection;
  readonly #where: QueryNode;
  readonly #limit: number;
  readonly #matcher: TraceMatcher;
  readonly #pace: Pace;
  readonly #elapsedMs: () => number;
  readonly #beginMs: number;
  /** What the trace alone has to be. */
  readonly #necessary: SqlCondition;
  readonly #isExact: boolean;
  readonly #found: Candidate[] = [];

  constructor(connection: SqliteConnection, where: QueryNode, { limit, nowMs, elapsedMs }: ScanOptions) {
    this.#connection = connection;
    this.#where = where;
    this.#limit = limit;
    this.#elapsedMs = elapsedMs;
    this.#beginMs = elapsedMs();
    this.#pace = new Pace(elapsedMs, termCount(where));
    this.#matcher = new TraceMatcher(connection, nowMs, this.#pace);
    const bounds = this.#matcher.traceBounds(where);
    this.#necessary = bounds.necessary;
    this.#isExact = isExact(bounds);
  }

  *page(begin: CursorPosition): Steps<ScannedPage> {
    if (this.#necessary === FALSE) return this.#all(null);
    const words = this.#isExact
      ? undefined
      : wordCandidates(this.#connection, this.#where, () => this.#isOver(WORDS_MS));
    yield;
    if (words === undefined) return yield* this.#scan(begin, TRUE);
    const known = JSON.stringify([...words.traceKeys]);
    const isKnown = condition('t.trace_key IN (SELECT value FROM json_each(?))', known);
    if (words.others !== undefined) return yield* this.#scan(begin, anyTrue([isKnown, words.others]));
    const candidates = this.#candidates(
      'json_each(?) k JOIN trace t ON t.trace_key = k.value',
      [known],
      begin,
      TRUE,
    );
    return (yield* this.#take(candidates)) ?? this.#all(null);
  }

  /** Block by block, each of a number of traces that SQL may look at. */
  *#scan(begin: CursorPosition, alsoTrue: SqlCondition): Steps<ScannedPage> {
    let at = begin;
    for (let block = FIRST_BLOCK; ; block = Math.min(2 * block, LAST_BLOCK)) {
      const end = this.#blockEnd(at, block);
      const candidates = this.#candidates('trace t', [], at, alsoTrue, end ?? OLDEST);
      const page = yield* this.#take(candidates);
      if (page !== undefined) return page;
      if (end === undefined) return this.#all(null);
      if (this.#isOver()) return this.#all(end);
      at = end;
      yield;
    }
  }

  /** The position of the last trace of a block that is full. */
  #blockEnd(begin: CursorPosition, block: number): CursorPosition | undefined {
    const row = this.#connection
      .sql(
        `SELECT CAST(start_ns AS TEXT) AS start_text, trace_key FROM trace WHERE (start_ns, trace_key) < (?, ?)
         ORDER BY start_ns DESC, trace_key DESC LIMIT 1 OFFSET ?`,
      )
      .get(...begin, block - 1);
    return row && [BigInt(text(row, 'start_text')), BigInt(number(row, 'trace_key'))];
  }

  /** Traces after `begin` up to `end` of which the condition of the trace is true. */
  #candidates(
    from: string,
    fromValues: readonly string[],
    begin: CursorPosition,
    alsoTrue: SqlCondition,
    end: CursorPosition = OLDEST,
  ): readonly Candidate[] {
    const where = allTrue([this.#necessary, alsoTrue]);
    return this.#connection
      .statement(
        `SELECT t.trace_key, t.span_count, CAST(t.start_ns AS TEXT) AS start_text FROM ${from} ${TRACE_JOINS}
         WHERE (t.start_ns, t.trace_key) < (?, ?) AND (t.start_ns, t.trace_key) >= (?, ?) AND ${where.sql}
         ORDER BY t.start_ns DESC, t.trace_key DESC`,
      )
      .all(...fromValues, ...begin, ...end, ...where.values)
      .map((row) => ({
        traceKey: number(row, 'trace_key'),
        spanCount: number(row, 'span_count'),
        position: [BigInt(text(row, 'start_text')), BigInt(number(row, 'trace_key'))],
      }));
  }

  /** Takes those of the candidates that the query finds. @returns the page, if it is full or time is over. */
  *#take(candidates: readonly Candidate[]): Steps<ScannedPage | undefined> {
    for (let index = 0; index < candidates.length;) {
      const part = this.#isExact ? candidates : partOf(candidates, index, this.#pace.spans);
      index += part.length;
      const found = this.#isExact ? undefined : yield* this.#matcher.matchingSpans(this.#where, part);
      this.#found.push(...part.filter(({ traceKey }) => found?.has(traceKey) ?? true));
      if (this.#found.length > this.#limit) return this.#all(this.#found[this.#limit - 1]!.position);
      if (index < candidates.length && this.#isOver()) return this.#all(part.at(-1)!.position);
    }
    return undefined;
  }

  #all(next: CursorPosition | null): ScannedPage {
    const page = this.#found.slice(0, this.#limit);
    return {
      traceKeys: page.map(({ traceKey }) => traceKey),
      nextCursor: next === null ? null : next.join('-'),
    };
  }

  #isOver(budgetMs = BUDGET_MS): boolean {
    return this.#elapsedMs() - this.#beginMs >= budgetMs;
  }
}
