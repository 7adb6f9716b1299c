import type { FilterNode, QueryMatch } from '@tta/obs-protocol/query';
import { isFailed } from '../trace-roll-up.ts';
import { numberMatches, rangeOf } from './number-condition.ts';
import { isResourceField, textColumnMatches } from './span-conditions.ts';
import { AI_FIELDS } from './span-fields.ts';
import {
  allTrue,
  anyOf,
  anyTrue,
  atMost,
  condition,
  FALSE,
  TRUE,
  UNKNOWN,
  type Bounds,
  type SqlCondition,
} from './sql-condition.ts';
import { isTraceField, NUMERIC_TRACE_FIELDS, TRACE_FIELDS } from './trace-fields.ts';

export interface TraceFacts {
  /** Whether there are spans outside the times of their trace. */
  readonly hasOddSpans: boolean;
  /** True of spans whose resource alone a filter is true of; `undefined` where that is not known. */
  readonly ofResource: (filter: FilterNode) => SqlCondition | undefined;
}

/** What SQL can tell of a trace `t`, without looking at its spans, by a filter that one of its spans has to match. */
export function traceFilterBounds(
  filter: FilterNode,
  nowMs: number,
  { hasOddSpans, ofResource }: TraceFacts,
): Bounds {
  const { field, anyOf: matches } = filter;
  if (isTraceField(field)) return traceFieldBounds(filter, nowMs);
  if (isResourceField(field)) return ofResource(filter) === FALSE ? atMost(FALSE) : UNKNOWN;
  if (AI_FIELDS.has(field)) return atMost(condition('u.trace_key IS NOT NULL'));
  if (field === 'status') return statusBounds(matches);
  if (hasOddSpans) return UNKNOWN;
  if (field === 'duration') {
    return atMost(anyTrue(matches.map((match) => notBelow(TRACE_FIELDS['trace.duration'], match, nowMs))));
  }
  return field === 'time' ? atMost(anyTrue(matches.map((match) => timeBounds(match, nowMs)))) : UNKNOWN;
}

/** What SQL can tell of a trace by a filter of a field of traces: all. */
export function traceFieldBounds({ field, anyOf: matches }: FilterNode, nowMs: number): Bounds {
  if (!isTraceField(field)) return UNKNOWN;
  const expression = TRACE_FIELDS[field];
  return anyOf(
    matches.map((match) =>
      NUMERIC_TRACE_FIELDS.has(field)
        ? numberMatches(expression, match, nowMs)
        : textColumnMatches(`(${expression})`, match),
    ),
  );
}

function statusBounds(matches: readonly QueryMatch[]): Bounds {
  const areFailures = matches.every(
    (match) => match.kind === 'text' && match.parts.length === 1 && isFailed(match.parts[0]!.toLowerCase()),
  );
  return areFailures ? atMost(condition('t.error_count > 0')) : UNKNOWN;
}

/** No span takes longer than its trace. */
function notBelow(expression: string, match: QueryMatch, nowMs: number): SqlCondition {
  const [least] = rangeOf(match, nowMs);
  return least === -Infinity ? TRUE : condition(`${expression} >= ?`, least);
}

/** A span lies within its trace. */
function timeBounds(match: QueryMatch, nowMs: number): SqlCondition {
  const [least, most] = rangeOf(match, nowMs);
  return allTrue([
    least === -Infinity ? TRUE : condition('t.end_ns / 1e6 >= ?', least),
    most === Infinity ? TRUE : condition('t.start_ns / 1e6 <= ?', most),
  ]);
}
