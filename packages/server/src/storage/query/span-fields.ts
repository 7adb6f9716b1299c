import type { SpanFieldName } from '@tta/obs-protocol/query';

/*
 * Where the values of a span's fields are: in columns of the span `s`, of its resource `r` and of its row `a` of AI programs,
 * if it has one, or in JSON. Both the answer in SQL and the one in memory are made of this.
 */

const KIND = `CASE s.kind WHEN 1 THEN 'internal' WHEN 2 THEN 'server' WHEN 3 THEN 'client' WHEN 4 THEN 'producer'
  WHEN 5 THEN 'consumer' ELSE 'unspecified' END`;

/** Texts; where a field has several values, it has several columns. */
export const TEXT_COLUMNS = {
  status: ['s.status'],
  name: ['s.name'],
  service: ['r.service_name'],
  kind: [KIND],
  primitive: ['s.primitive_type'],
  label: ['s.label'],
  operation: ['a.operation'],
  model: ['a.request_model', 'a.response_model'],
  provider: ['a.provider'],
  'cost.source': ['a.cost_source'],
  tool: ['a.tool'],
  agent: ['a.agent'],
  span: ['s.span_id'],
  parent: ['s.parent_span_id'],
} as const satisfies Partial<Record<SpanFieldName, readonly string[]>>;

/** Numbers in the unit of the field. */
export const NUMBER_COLUMNS = {
  duration: '(max(0, s.end_ns - s.start_ns) / 1e6)',
  time: '(s.start_ns / 1e6)',
  cost: 'a.cost_usd',
  tokens: `CASE WHEN coalesce(a.input_tokens, a.output_tokens) IS NOT NULL
    THEN ifnull(a.input_tokens, 0) + ifnull(a.output_tokens, 0) END`,
  'tokens.in': 'a.input_tokens',
  'tokens.out': 'a.output_tokens',
  'tokens.cache_read': 'a.cache_read_tokens',
  'tokens.cache_write': 'a.cache_write_tokens',
  'tokens.reasoning': 'a.reasoning_tokens',
  ttft: 'a.ttft_ms',
} as const satisfies Partial<Record<SpanFieldName, string>>;

/** Of a field whose values are not in columns alone; each of them counts. */
export interface FieldSource {
  /** Keys of attributes of the span. */
  readonly attributes?: readonly string[];
  /** Keys of attributes of its exceptions. */
  readonly exceptions?: readonly string[];
  /** Keys of attributes of its resource. */
  readonly resource?: readonly string[];
  /** Columns of text. */
  readonly columns?: readonly string[];
  /** Columns of JSON lists of texts. */
  readonly lists?: readonly string[];
}

export const FIELD_SOURCES = {
  version: { resource: ['service.version'] },
  cache: { attributes: ['cache.outcome'] },
  error: { attributes: ['error.type', 'error.code'], exceptions: ['exception.type'] },
  message: {
    attributes: ['error.message'],
    exceptions: ['exception.message'],
    columns: [`CASE WHEN s.status <> 'success' THEN s.status_message END`],
  },
  category: { attributes: ['error.category'] },
  finish: { lists: ['a.finish_reasons'] },
  workflow: { attributes: ['workflow.name'], columns: ['a.workflow'] },
  session: { attributes: ['session.id', 'gen_ai.conversation.id'], columns: ['a.session_id'] },
  user: { attributes: ['user.id'], columns: ['a.user_id'] },
  tag: { attributes: ['tag.tags'], lists: ['a.tags'] },
  request: { attributes: ['request.id'] },
  correlation: { attributes: ['correlation.id'] },
} as const satisfies Partial<Record<SpanFieldName, FieldSource>>;

/** How often it was tried: so many attempts are below it, or the hedge that it is says so. */
export const ATTEMPT_NAMES = 'primitive.retry.attempt_*';
export const HEDGE_ATTEMPTS = 'hedge.attempts';

/** What each span `s` is joined with. */
export const SPAN_JOINS =
  'JOIN resource r ON r.id = s.resource_id LEFT JOIN ai_span a ON a.span_key = s.span_key';

type Entries<Value> = readonly (readonly [field: string, value: Value])[];
export const TEXT_FIELDS: Entries<readonly string[]> = Object.entries(TEXT_COLUMNS);
export const NUMBER_FIELDS: Entries<string> = Object.entries(NUMBER_COLUMNS);
export const SOURCE_FIELDS: Entries<FieldSource> = Object.entries(FIELD_SOURCES);

/** Fields that spans of AI programs alone have. */
export const AI_FIELDS: ReadonlySet<string> = new Set(
  [
    ...TEXT_FIELDS.filter(([, columns]) => columns.every(isAiColumn)),
    ...NUMBER_FIELDS.filter(([, column]) => isAiColumn(column)),
    ...SOURCE_FIELDS.filter(([, { lists, ...others }]) => lists && Object.keys(others).length === 0),
  ].map(([field]) => field),
);

function isAiColumn(column: string): boolean {
  return /\ba\./.test(column);
}
