import type { FilterNode, QueryMatch } from '@tta/obs-protocol/query';
import { isFailed } from '../trace-roll-up.ts';
import { numberMatches, rangeOf } from './number-condition.ts';
import { textColumnMatches } from './span-conditions.ts';
import { AI_FIELDS } from './span-fields.ts';
import { anyOf, anyTrue, atMost, condition, TRUE, UNKNOWN, allTrue, type Bounds } from './sql-condition.ts';
import type { SqlCondition } from './sql-condition.ts';
import { isTraceField, NUMERIC_TRACE_FIELDS, TRACE_FIELDS } from './trace-fields.ts';

/** What SQL can tell of a trace `t`, without looking at its spans, by a filter that one of its spans has to match. */
export function traceFilterBounds(
  filter: FilterNode,
  nowMs: number,
  { hasOddSpans }: { readonly hasOddSpans: boolean },
): Bounds {
  const { field, anyOf: matches } = filter;
  if (isTraceField(field)) return traceFieldBounds(filter, nowMs);
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
