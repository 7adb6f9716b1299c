import { matchesQuery, type FilterNode, type QueryNode, type SomeNode } from '@tta/obs-protocol/query';
import type { SqliteConnection } from '../sqlite-connection.ts';
import type { SqlRow, SqlStatement, SqlValue } from '../sqlite-driver.ts';
import { number, text } from '../sqlite-rows.ts';
import type { Pace } from './pace.ts';
import { queryBounds } from './query-bounds.ts';
import { fieldsOf, outermostSome, withAnswers } from './query-parts.ts';
import { QueryableRows } from './queryable-rows.ts';
import { ResourceFilter } from './resource-filter.ts';
import { CHUNK, isResourceField, spanFilterBounds } from './span-conditions.ts';
import { SPAN_JOINS } from './span-fields.ts';
import { condition, exactly, isExact, TRUE, type Bounds, type SqlCondition } from './sql-condition.ts';
import type { Steps } from './steps.ts';
import { traceFieldBounds, traceFilterBounds, type TraceFacts } from './trace-conditions.ts';
import { isTraceField, TRACE_JOINS } from './trace-fields.ts';

/** A span before this has mostly a time in other units, and may lie outside its trace. */
const HAS_ODD_SPANS = 'SELECT 1 FROM span WHERE start_ns < 946684800000000000 LIMIT 1';

const KEYS = `${CHUNK} (trace_key) AS MATERIALIZED (SELECT value FROM json_each(?))`;
const TRACES = `${CHUNK} JOIN trace t ON t.trace_key = ${CHUNK}.trace_key ${TRACE_JOINS}`;
const SPANS = `${TRACES} JOIN span s ON s.trace_key = t.trace_key AND s.span_key <= ? ${SPAN_JOINS}`;
const SLICE = `json_each(?) slice JOIN span s ON s.span_key = slice.value
  JOIN trace t ON t.trace_key = s.trace_key ${TRACE_JOINS} ${SPAN_JOINS}`;

/** A trace to be looked at. */
export interface TraceSize {
  readonly traceKey: number;
  readonly spanCount: number;
}

/** Some spans of traces, as part of a statement. */
interface SpanSource {
  readonly from: string;
  readonly value: SqlValue;
}

type SomeAnswers = ReadonlyMap<SomeNode, ReadonlySet<number>>;

/**
 * Finds out which traces a query finds. SQL narrows down which spans may match; where it cannot tell all, `matchesQuery`
 * decides, span by span. It does so in steps, each of as many spans as its pace says.
 */
export class TraceMatcher {
  readonly #connection: SqliteConnection;
  readonly #nowMs: number;
  readonly #hasOddSpans: boolean;
  readonly #resources: ResourceFilter;
  readonly #ofResources = new Map<FilterNode, SqlCondition | undefined>();
  readonly #readers = new Map<QueryNode, QueryableRows>();
  readonly #statements = new Map<string, SqlStatement>();
  /** What comes later is not looked at: all steps ask the same spans. */
  readonly #newestSpan: number;
  readonly #pace: Pace;

  /**
   * @param nowMs - What `-15m` counts from.
   * @param pace - Of one query.
   * @param resources - May be shared by queries that are asked at one time.
   */
  constructor(
    connection: SqliteConnection,
    nowMs: number,
    pace: Pace,
    resources = new ResourceFilter(connection),
  ) {
    this.#connection = connection;
    this.#nowMs = nowMs;
    this.#pace = pace;
    this.#newestSpan = number(
      connection.sql('SELECT coalesce(max(span_key), 0) AS newest FROM span').get()!,
      'newest',
    );
    this.#resources = resources;
    this.#hasOddSpans = connection.sql(HAS_ODD_SPANS).get() !== undefined;
  }

  /** What SQL can tell of a trace `t` with its `TRACE_JOINS`, without looking at its spans. */
  traceBounds(root: QueryNode): Bounds {
    const facts: TraceFacts = {
      hasOddSpans: this.#hasOddSpans,
      ofResource: (filter) => this.#ofResource(filter),
    };
    const bounds = (node: QueryNode): Bounds =>
      queryBounds(node, {
        filter: (filter) => traceFilterBounds(filter, this.#nowMs, facts),
        some: ({ child }) => bounds(child),
      });
    return bounds(root);
  }

  /** @returns the keys of those that the query finds. */
  *matching(root: QueryNode, traces: readonly TraceSize[]): Steps<ReadonlySet<number>> {
    const bounds = this.traceBounds(root);
    const { sql, values } = bounds.necessary;
    const select = `SELECT t.trace_key FROM ${TRACES} WHERE ${sql}`;
    const left = bounds.necessary === TRUE ? keysOf(traces) : this.#keys(select, keysOf(traces), values);
    if (isExact(bounds)) return new Set(left);
    const isLeft = new Set(left);
    return yield* this.matchingSpans(
      root,
      traces.filter(({ traceKey }) => isLeft.has(traceKey)),
    );
  }

  /** The same, of traces of which the bounds of the trace are true. */
  *matchingSpans(root: QueryNode, traces: readonly TraceSize[]): Steps<ReadonlySet<number>> {
    const found = new Set<number>();
    for (let index = 0; index < traces.length;) {
      const part = partOf(traces, index, this.#pace.spans);
      index += part.length;
      const some = new Map<SomeNode, ReadonlySet<number>>();
      for (const node of outermostSome(root)) some.set(node, yield* this.matching(node.child, part));
      for (const source of this.#sources(part)) {
        yield* this.#look(root, keysOf(part), source, some, found);
        if (part.length === 1 && found.has(part[0]!.traceKey)) break;
      }
    }
    return found;
  }

  /** All spans of the traces, of a large one in slices. */
  *#sources(part: readonly TraceSize[]): Generator<SpanSource, void> {
    if (part.length > 1 || part[0]!.spanCount <= this.#pace.spans) {
      yield { from: SPANS, value: this.#newestSpan };
      return;
    }
    const select = this.#connection.sql(
      `SELECT span_id, span_key FROM span WHERE trace_key = ? AND span_id > ? AND span_key <= ?
       ORDER BY span_id LIMIT ?`,
    );
    for (let after = ''; ;) {
      const rows = select.all(part[0]!.traceKey, after, this.#newestSpan, this.#pace.spans);
      if (rows.length === 0) return;
      after = text(rows.at(-1)!, 'span_id');
      yield { from: SLICE, value: JSON.stringify(rows.map((row) => number(row, 'span_key'))) };
    }
  }

  /** One step, or some more where many spans have to be decided. */
  *#look(
    root: QueryNode,
    keys: readonly number[],
    source: SpanSource,
    some: SomeAnswers,
    found: Set<number>,
  ): Steps<void> {
    const bounds = this.#spanBounds(root, some);
    const { necessary } = bounds;
    if (isExact(bounds)) {
      const select = `SELECT DISTINCT s.trace_key FROM ${source.from} WHERE ${necessary.sql}`;
      const values = [source.value, ...necessary.values];
      for (const key of this.#pace.measure(() => this.#keys(select, keys, values))) found.add(key);
    } else {
      const candidates = this.#pace.measure(() => this.#candidates(keys, source, bounds, found));
      yield* this.#decide(root, candidates, some, found);
    }
    this.#pace.endStep();
    yield;
  }

  #spanBounds(root: QueryNode, some: SomeAnswers): Bounds {
    return queryBounds(root, {
      filter: (filter) =>
        isTraceField(filter.field)
          ? traceFieldBounds(filter, this.#nowMs)
          : spanFilterBounds(filter, this.#nowMs, this.#ofResource(filter)),
      some: (node) =>
        exactly(
          condition('s.trace_key IN (SELECT value FROM json_each(?))', JSON.stringify([...some.get(node)!])),
        ),
    });
  }

  /** The same for all traces that are looked at. */
  #ofResource(filter: FilterNode): SqlCondition | undefined {
    if (!isResourceField(filter.field) && !filter.field.startsWith('attr.')) return undefined;
    if (!this.#ofResources.has(filter)) {
      this.#ofResources.set(filter, this.#resources.condition(filter, this.#nowMs));
    }
    return this.#ofResources.get(filter);
  }

  /** Adds what SQL finds. @returns the spans that may be found, by their traces. */
  #candidates(
    keys: readonly number[],
    { from, value }: SpanSource,
    { necessary, sufficient }: Bounds,
    found: Set<number>,
  ): ReadonlyMap<number, readonly number[]> {
    const select = `SELECT s.trace_key, s.span_key, ${sufficient.sql} AS is_found FROM ${from} WHERE ${necessary.sql}`;
    const candidates = new Map<number, number[]>();
    for (const row of this.#all(select, keys, [...sufficient.values, value, ...necessary.values])) {
      const traceKey = keyOf(row);
      if (number(row, 'is_found') === 1) found.add(traceKey);
      const spanKeys = candidates.get(traceKey);
      if (spanKeys === undefined) candidates.set(traceKey, [number(row, 'span_key')]);
      else spanKeys.push(number(row, 'span_key'));
    }
    return candidates;
  }

  *#decide(
    root: QueryNode,
    candidates: ReadonlyMap<number, readonly number[]>,
    some: SomeAnswers,
    found: Set<number>,
  ): Steps<void> {
    const rows = this.#reader(root);
    for (const [traceKey, spanKeys] of candidates) {
      if (found.has(traceKey)) continue;
      const node = some.size === 0 ? root : withAnswers(root, (asked) => some.get(asked)!.has(traceKey));
      const parts = rows.parts(traceKey, spanKeys);
      const isFound = () => {
        const { done, value: trace } = parts.next();
        return done === true ? undefined : matchesQuery(node, trace, this.#nowMs);
      };
      for (let answer = this.#pace.measure(isFound); answer !== undefined;) {
        if (answer) {
          found.add(traceKey);
          break;
        }
        yield;
        answer = this.#pace.measure(isFound);
      }
    }
  }

  /** Kept for the traces that are looked at next. */
  #reader(root: QueryNode): QueryableRows {
    let reader = this.#readers.get(root);
    if (reader === undefined) {
      reader = new QueryableRows(this.#connection, fieldsOf(root));
      this.#readers.set(root, reader);
    }
    return reader;
  }

  #keys(select: string, keys: readonly number[], values: readonly SqlValue[]): readonly number[] {
    return this.#all(select, keys, values).map(keyOf);
  }

  /** Statements are as many as queries: they are kept as long as this one is answered. */
  #all(select: string, keys: readonly number[], values: readonly SqlValue[]): readonly SqlRow[] {
    let statement = this.#statements.get(select);
    if (statement === undefined) {
      statement = this.#connection.statement(`WITH ${KEYS} ${select}`);
      this.#statements.set(select, statement);
    }
    return statement.all(JSON.stringify(keys), ...values);
  }
}

/** Some traces from `begin` on, with not too many spans, but one at least. */
export function partOf<Trace extends TraceSize>(
  traces: readonly Trace[],
  begin: number,
  most: number,
): readonly Trace[] {
  let spans = traces[begin]!.spanCount;
  let end = begin + 1;
  while (end < traces.length && spans + traces[end]!.spanCount <= most) {
    spans += traces[end++]!.spanCount;
  }
  return traces.slice(begin, end);
}

function keysOf(traces: readonly TraceSize[]): readonly number[] {
  return traces.map(({ traceKey }) => traceKey);
}

function keyOf(row: SqlRow): number {
  return number(row, 'trace_key');
}
