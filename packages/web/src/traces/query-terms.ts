import { addTerm, parseQuery, queryTerms, removeTerm } from '@tta/obs-protocol/query';
import { spanOfTimeQuery } from '../overview/trace-queries.ts';
import type { FilterNode, ParsedQuery, QueryFieldName, QueryNode } from '@tta/obs-protocol/query';

/** The text of a query in which one term, or none, says all that it asks of a field at its top. */
export function setTerm(query: ParsedQuery, field: QueryFieldName, term: string | undefined): string {
  // From the end, so that positions before it stay right.
  const without = termsOf(query, field).reduceRight(
    (edited, node) => ({ ...edited, text: removeTerm(edited, node) }),
    query,
  );
  return term === undefined ? without.text : addTerm(parseQuery(without.text), term);
}

/** The text of a query for runs that began within a stretch of time, instead of what it says of time. */
export function withinTime(query: string, fromMs: number, toMs: number): string {
  return setTerm(withoutTime(query), 'trace.time', spanOfTimeQuery(fromMs, toMs, undefined));
}

/** The text of a query for what began so long ago at most, `15m`, instead of what it says of time. */
export function sinceTime(query: string, since: string | undefined): string {
  return setTerm(withoutTime(query), 'time', since === undefined ? undefined : `since:${since}`);
}

/** All that a query says of time at its top. */
export function timeTerms(query: string): readonly string[] {
  const parsed = parseQuery(query);
  return [...termTexts(parsed, 'time'), ...termTexts(parsed, 'trace.time')];
}

function withoutTime(query: string): ParsedQuery {
  return parseQuery(
    setTerm(parseQuery(setTerm(parseQuery(query), 'time', undefined)), 'trace.time', undefined),
  );
}

/** The texts of the terms at the top of a query that are of a field alone. */
export function termTexts(query: ParsedQuery, field: QueryFieldName): readonly string[] {
  return termsOf(query, field).map((term) => textOf(query, term));
}

/** A term as it is written in the query. */
export function textOf({ text }: ParsedQuery, { start, end }: QueryNode): string {
  return text.slice(start, end);
}

function termsOf(query: ParsedQuery, field: QueryFieldName): readonly FilterNode[] {
  return queryTerms(query)
    .filter((term) => term.kind === 'filter')
    .filter((term) => term.field === field);
}
