import type { AttributeFieldName, QueryFieldName } from './query-fields.ts';

/** Part of the text of a query, in UTF-16 code units from 0; `end` is the first one behind it. */
export interface QueryRange {
  readonly start: number;
  readonly end: number;
}

/** A number in the unit of its field, or a moment so many milliseconds before the query is answered. */
export type QueryQuantity = number | { readonly agoMs: number };

/** One of the values that a filter accepts. */
export type QueryMatch =
  /** Any value. */
  | { readonly kind: 'present' }
  /** This text; between two parts, any characters may stand. Also for `enum` and `id`, and for `words` a phrase. */
  | { readonly kind: 'text'; readonly parts: readonly string[] }
  | { readonly kind: 'equal'; readonly value: number }
  | {
      readonly kind: 'compare';
      readonly operator: '>' | '>=' | '<' | '<=';
      readonly value: QueryQuantity;
    }
  /** Both ends belong to it. */
  | { readonly kind: 'range'; readonly from: QueryQuantity; readonly to: QueryQuantity };

/** `field:value`: true of a span one of whose values of the field matches one of `anyOf`. */
export interface FilterNode extends QueryRange {
  readonly kind: 'filter';
  readonly field: QueryFieldName | AttributeFieldName;
  /** At least one. */
  readonly anyOf: readonly QueryMatch[];
}

/** Terms that must all hold (`and`), or one of which must (`or`), of one and the same span. */
export interface GroupNode extends QueryRange {
  readonly kind: 'and' | 'or';
  /** At least two. */
  readonly children: readonly QueryNode[];
}

/** `-term`: true of a span of which the term is not. */
export interface NotNode extends QueryRange {
  readonly kind: 'not';
  readonly child: QueryNode;
}

/** `some(term)`: true where the term is true of any span of the trace, be it the same span or another one. */
export interface SomeNode extends QueryRange {
  readonly kind: 'some';
  readonly child: QueryNode;
}

/**
 * What a query asks of one span and its trace. A trace is listed when the answer is yes for at least one of its spans.
 * The range of a node includes the parentheses around it.
 */
export type QueryNode = FilterNode | GroupNode | NotNode | SomeNode;

/** Something in a query that cannot be understood, and was left out. */
export interface QueryProblem extends QueryRange {
  /** One line: what is wrong, and what to do. */
  readonly message: string;
  /** What may have been meant; it takes the place of the range. */
  readonly replacement?: string;
}

/** A query and what is understood of it. */
export interface ParsedQuery {
  readonly text: string;
  /** `undefined` where nothing is asked: every trace is listed. */
  readonly root: QueryNode | undefined;
  /** In the order of the text. Who answers a query refuses it while there are any. */
  readonly problems: readonly QueryProblem[];
}
