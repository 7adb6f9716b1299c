import { matchesQuery, type FilterNode, type QueryNode, type SomeNode } from '@tta/obs-protocol/query';
import type { SqliteConnection } from '../sqlite-connection.ts';
import type { SqlRow, SqlValue } from '../sqlite-driver.ts';
import { number } from '../sqlite-rows.ts';
import { queryBounds } from './query-bounds.ts';
import { fieldsOf, outermostSome, withAnswers } from './query-parts.ts';
import { QueryableRows } from './queryable-rows.ts';
import { ResourceFilter } from './resource-filter.ts';
import { CHUNK, isResourceField, spanFilterBounds } from './span-conditions.ts';
import { SPAN_JOINS } from './span-fields.ts';
import { condition, exactly, isExact, TRUE, type Bounds, type SqlCondition } from './sql-condition.ts';
import { traceFieldBounds, traceFilterBounds, type TraceFacts } from './trace-conditions.ts';
import { isTraceField, TRACE_JOINS } from './trace-fields.ts';

/** A span before this has mostly a time in other units, and may lie outside its trace. */
const HAS_ODD_SPANS = 'SELECT 1 FROM span WHERE start_ns < 946684800000000000 LIMIT 1';

const KEYS = `${CHUNK} (trace_key) AS MATERIALIZED (SELECT value FROM json_each(?))`;
const TRACES = `${CHUNK} JOIN trace t ON t.trace_key = ${CHUNK}.trace_key ${TRACE_JOINS}`;
const SPANS = `${TRACES} JOIN span s ON s.trace_key = t.trace_key ${SPAN_JOINS}`;

/**
 * Finds out which traces a query finds. SQL narrows down which spans may match; where it cannot tell all, `matchesQuery`
 * decides, span by span.
 */
export class TraceMatcher {
  readonly #connection: SqliteConnection;
  readonly #nowMs: number;
  readonly #hasOddSpans: boolean;
  readonly #resources: ResourceFilter;
  readonly #ofResources = new Map<FilterNode, SqlCondition | undefined>();
  readonly #readers = new Map<QueryNode, QueryableRows>();

  /** @param nowMs - What `-15m` counts from. */
  constructor(connection: SqliteConnection, nowMs: number) {
    this.#connection = connection;
    this.#nowMs = nowMs;
    this.#resources = new ResourceFilter(connection);
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

  /** @param keys - Of traces. @returns those that the query finds. */
  matching(root: QueryNode, keys: readonly number[]): ReadonlySet<number> {
    const bounds = this.traceBounds(root);
    const left =
      bounds.necessary === TRUE
        ? keys
        : this.#all(keys, `SELECT t.trace_key FROM ${TRACES} WHERE `, bounds.necessary).map(keyOf);
    return isExact(bounds) ? new Set(left) : this.matchingSpans(root, left);
  }

  /** The same, of traces of which the bounds of the trace are true. */
  matchingSpans(root: QueryNode, keys: readonly number[]): ReadonlySet<number> {
    if (keys.length === 0) return new Set();
    const some = new Map(outermostSome(root).map((node) => [node, this.matching(node.child, keys)]));
    const bounds = this.#spanBounds(root, some);
    if (isExact(bounds)) {
      const rows = this.#all(keys, `SELECT DISTINCT s.trace_key FROM ${SPANS} WHERE `, bounds.necessary);
      return new Set(rows.map(keyOf));
    }
    return this.#decide(root, keys, bounds, some);
  }

  #spanBounds(root: QueryNode, some: ReadonlyMap<SomeNode, ReadonlySet<number>>): Bounds {
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

  #decide(
    root: QueryNode,
    keys: readonly number[],
    { necessary, sufficient }: Bounds,
    some: ReadonlyMap<SomeNode, ReadonlySet<number>>,
  ): ReadonlySet<number> {
    const found = new Set<number>();
    const candidates = new Map<number, number[]>();
    for (const row of this.#all(
      keys,
      `SELECT s.trace_key, s.span_key, ${sufficient.sql} AS is_found FROM ${SPANS} WHERE `,
      necessary,
      sufficient.values,
    )) {
      const traceKey = keyOf(row);
      if (number(row, 'is_found') === 1) found.add(traceKey);
      const spanKeys = candidates.get(traceKey);
      if (spanKeys === undefined) candidates.set(traceKey, [number(row, 'span_key')]);
      else spanKeys.push(number(row, 'span_key'));
    }
    const rows = this.#reader(root);
    for (const [traceKey, spanKeys] of candidates) {
      if (found.has(traceKey)) continue;
      const node = withAnswers(root, (asked) => some.get(asked)!.has(traceKey));
      for (const trace of rows.parts(traceKey, spanKeys)) {
        if (!matchesQuery(node, trace, this.#nowMs)) continue;
        found.add(traceKey);
        break;
      }
    }
    return found;
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

  /** Statements are as many as queries: none of them is kept. */
  #all(
    keys: readonly number[],
    select: string,
    where: SqlCondition,
    values: readonly SqlValue[] = [],
  ): readonly SqlRow[] {
    return this.#connection
      .statement(`WITH ${KEYS} ${select}${where.sql}`)
      .all(JSON.stringify(keys), ...values, ...where.values);
  }
}

function keyOf(row: SqlRow): number {
  return number(row, 'trace_key');
}
