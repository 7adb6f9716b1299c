export {
  completeQuery,
  completionsOf,
  type Completion,
  type CompletionRequest,
  type QueryCompletion,
} from './complete-query.ts';
export {
  addTerm,
  fieldTerm,
  queryTerms,
  removeTerm,
  replaceTerm,
  selectedValues,
  selectValues,
} from './edit-query.ts';
export {
  matchesQuery,
  type QueryableSpan,
  type QueryableTrace,
  type QueryFieldValue,
} from './match-query.ts';
export { nearestName } from './nearest-name.ts';
export { parseQuery, queryLimits } from './parse-query.ts';
export { printQuery } from './print-query.ts';
export {
  queryFieldNamed,
  queryFields,
  type AttributeField,
  type AttributeFieldName,
  type QueryField,
  type QueryFieldName,
  type QueryFieldType,
  type SpanFieldName,
  type TraceFieldName,
} from './query-fields.ts';
export type {
  FilterNode,
  GroupNode,
  NotNode,
  ParsedQuery,
  QueryMatch,
  QueryNode,
  QueryProblem,
  QueryQuantity,
  QueryRange,
  SomeNode,
} from './query-node.ts';
export { wordsOf } from './words.ts';
