import { isProblemDetails } from './guards.ts';
import { isCount, isText, listOf, shape } from './json-shape.ts';
import type { QueryProblem } from './query/query-node.ts';
import type { QueryProblemDetails, QueryValueList } from './rest.ts';

const range = shape({ start: isCount, end: isCount, message: isText });
const problems = listOf((value) => range(value) && hasReplacement(value as QueryProblem));
const queryValueList = shape({ items: listOf(shape({ value: isText, count: isCount })) });

/** True for the answer to a query that cannot be understood. Like all guards: never throws, allows fields it does not know. */
export function isQueryProblemDetails(value: unknown): value is QueryProblemDetails {
  return isProblemDetails(value) && problems((value as Partial<QueryProblemDetails>).problems);
}

/** True for the answer of `GET /api/query/values` and `GET /api/query/attributes`. */
export function isQueryValueList(value: unknown): value is QueryValueList {
  return queryValueList(value);
}

/** There need not be one. */
function hasReplacement({ start, end, replacement }: QueryProblem): boolean {
  return start <= end && (replacement === undefined || isText(replacement));
}
