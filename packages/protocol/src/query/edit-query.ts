import { parseQuery } from './parse-query.ts';
import { printField, printText } from './print-query.ts';
import type { AttributeFieldName, QueryFieldName } from './query-fields.ts';
import type { FilterNode, ParsedQuery, QueryNode, QueryRange } from './query-node.ts';
import { scanQuery } from './scan-query.ts';

/** Fields that {@link selectValues} and {@link fieldTerm} take. */
type FieldName = QueryFieldName | AttributeFieldName;

/**
 * The terms that must all hold, each a pill: what stands side by side at the top of a query. A query of terms with `OR`
 * between them is one.
 */
export function queryTerms({ root }: ParsedQuery): readonly QueryNode[] {
  if (root === undefined) return [];
  return root.kind === 'and' && !isInParentheses(root, root.children) ? root.children : [root];
}

function isInParentheses({ start }: QueryRange, [first]: readonly QueryNode[]): boolean {
  return first !== undefined && start < first.start;
}

/** The text of a term for values of a field, any of which is meant as it is: `service:api,"my web"`. */
export function fieldTerm(field: FieldName, values: readonly string[]): string {
  return `${printField(field)}:${values.map((value) => printText([value])).join(',')}`;
}

/** The text of a query that also asks for a term. What is still open in it is closed, the rest stays as it is. */
export function addTerm({ text }: ParsedQuery, term: string): string {
  return joined(asTerms(text), asTerms(term));
}

/** The text of a query without one of its {@link queryTerms}. */
export function removeTerm(query: ParsedQuery, term: QueryNode): string {
  const { before, after } = around(query, term);
  const withoutAnd = before.replace(/(^|\s)AND$/, '');
  return joined(withoutAnd.trimEnd(), withoutAnd === before ? after.replace(/^AND(\s+|$)/, '') : after);
}

/** The text of a query with another term in the place of one of its {@link queryTerms}. */
export function replaceTerm(query: ParsedQuery, term: QueryNode, replacement: string): string {
  const { before, after } = around(query, term);
  return joined(joined(before, asTerms(replacement)), after);
}

/**
 * The values of a field that a query is restricted to by one term of its own, as a facet shows them; empty where it is
 * not, or by more than a list of values.
 */
export function selectedValues(query: ParsedQuery, field: FieldName): readonly string[] {
  const [term] = termsOf(query, field);
  const values = (term?.anyOf ?? []).map((match) => {
    if (match.kind === 'equal') return String(match.value);
    return match.kind === 'text' && match.parts.length === 1 ? match.parts[0] : undefined;
  });
  return values.every((value) => value !== undefined) ? values : [];
}

/** The text of a query that is restricted to these values of a field, instead of what its terms said of the field. */
export function selectValues(query: ParsedQuery, field: FieldName, values: readonly string[]): string {
  const [term, ...others] = termsOf(query, field);
  if (term === undefined) return values.length === 0 ? query.text : addTerm(query, fieldTerm(field, values));
  // From the end, so that positions before it stay right.
  const without = others.reduceRight(
    (edited, other) => ({ ...edited, text: removeTerm(edited, other) }),
    query,
  );
  return values.length === 0
    ? removeTerm(without, term)
    : replaceTerm(without, term, fieldTerm(field, values));
}

function termsOf(query: ParsedQuery, field: FieldName): readonly FilterNode[] {
  return queryTerms(query)
    .filter((term) => term.kind === 'filter')
    .filter((term) => term.field === field);
}

function around({ text }: ParsedQuery, { start, end }: QueryRange) {
  return { before: text.slice(0, start).trimEnd(), after: text.slice(end).trimStart() };
}

function joined(left: string, right: string): string {
  return left === '' || right === '' ? left + right : `${left} ${right}`;
}

/** A query that others may stand beside. */
function asTerms(text: string): string {
  const closed = withoutLooseEnds(text.trim());
  const { root } = parseQuery(closed);
  return root?.kind === 'or' && !isInParentheses(root, root.children) ? `(${closed})` : closed;
}

/** Without keywords at the end that wait for a term, and with quotes and parentheses closed. */
function withoutLooseEnds(text: string): string {
  const tokens = scanQuery(text);
  const waiting = ['OR', 'AND', 'NOT'];
  const lastIndex = tokens.findLastIndex(({ start, end }) => !waiting.includes(text.slice(start, end)));
  const last = tokens[lastIndex];
  if (last === undefined) return '';
  let open = 0;
  for (const { kind } of tokens.slice(0, lastIndex + 1)) {
    if (kind === '(') open++;
    else if (kind === ')' && open > 0) open--;
  }
  const quote = last.kind === 'word' && last.unclosedQuote >= 0 ? '"' : '';
  return `${text.slice(0, last.end)}${quote}${')'.repeat(open)}`;
}
