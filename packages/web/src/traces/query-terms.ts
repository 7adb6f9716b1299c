import { addTerm, parseQuery, queryTerms, removeTerm } from '@tta/obs-protocol/query';
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
