import type { QueryNode } from '@tta/obs-protocol/query';
import type { SqliteConnection } from '../sqlite-connection.ts';
import { number, text } from '../sqlite-rows.ts';
import { Pace } from './pace.ts';
import { termCount } from './query-parts.ts';
import { ResourceFilter } from './resource-filter.ts';
import type { Steps } from './steps.ts';
import { TraceMatcher } from './trace-matcher.ts';

export interface MatchingOptions {
  /** What `-15m` counts from; milliseconds since the Unix epoch. */
  readonly nowMs: number;
  /** Milliseconds that only grow. */
  readonly elapsedMs: () => number;
}

/** For each query whether it finds each of the traces. */
export function* matchingTraces(
  connection: SqliteConnection,
  traceIds: readonly string[],
  queries: readonly QueryNode[],
  { nowMs, elapsedMs }: MatchingOptions,
): Steps<readonly (readonly boolean[])[]> {
  const traces = connection
    .sql(
      'SELECT trace_id, trace_key, span_count FROM trace WHERE trace_id IN (SELECT value FROM json_each(?))',
    )
    .all(JSON.stringify(traceIds))
    .map((row) => ({
      traceId: text(row, 'trace_id'),
      traceKey: number(row, 'trace_key'),
      spanCount: number(row, 'span_count'),
    }));
  const resources = new ResourceFilter(connection);
  const answers: (readonly boolean[])[] = [];
  for (const query of queries) {
    const pace = new Pace(elapsedMs, termCount(query));
    const found = yield* new TraceMatcher(connection, nowMs, pace, resources).matching(query, traces);
    const ids = new Set(traces.filter(({ traceKey }) => found.has(traceKey)).map(({ traceId }) => traceId));
    answers.push(traceIds.map((traceId) => ids.has(traceId)));
    yield;
  }
  return answers;
}
