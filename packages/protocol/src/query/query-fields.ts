import type { AiOperation } from '../ai-span.ts';
import type { ExecutionStatus } from '../trace.ts';

/**
 * What the values of a field are, and how they are written:
 *
 * - `text` and `id`: texts, compared without regard to the case of the letters A to Z; `*` stands for any characters.
 *   An `id` has too many values to offer.
 * - `words`: words in the text of a span.
 * - `enum`: one of {@link QueryField.values}.
 * - `duration`: milliseconds; written `150`, `2s`, `1m30s`, `2h`.
 * - `money`: US dollars; written `0.05` or `$0.05`.
 * - `count`: a number without unit; written `3`, `10k`, `2M`.
 * - `time`: milliseconds since the Unix epoch; written `-15m` (ago) or `2026-11-21T10:00`, which is UTC without an offset.
 * - `attribute`: whatever the sender chose, a text, a number, a boolean, or a list of them.
 */
export type QueryFieldType =
  'text' | 'id' | 'words' | 'enum' | 'duration' | 'money' | 'count' | 'time' | 'attribute';

/** A field that a query may ask about. */
export interface QueryField {
  /** As canonical queries write it. */
  readonly name: string;
  /** What else it may be called. */
  readonly aliases?: readonly string[];
  readonly type: QueryFieldType;
  /** Of an `enum`: all of its values. */
  readonly values?: readonly string[];
  /** Whether each span has a value of its own, or the trace as a whole has one. */
  readonly level: 'span' | 'trace';
  /** One line for people. */
  readonly help: string;
}

const STATUSES = [
  'success',
  'error',
  'timeout',
  'cancelled',
  'suspended',
] as const satisfies readonly ExecutionStatus[];

const AI_OPERATIONS = [
  'inference',
  'embeddings',
  'rerank',
  'retrieval',
  'tool',
  'agent',
  'workflow',
  'step',
  'memory',
  'guardrail',
  'evaluation',
  'other',
] as const satisfies readonly AiOperation[];

/** All fields, in the order in which they are offered. Attributes are asked for by `attr.<key>` beside them. */
export const queryFields = [
  { name: 'status', type: 'enum', level: 'span', values: STATUSES, help: 'How the span ended' },
  { name: 'name', type: 'text', level: 'span', help: 'Name of the span' },
  { name: 'service', type: 'text', level: 'span', help: 'Service that the span is of' },
  { name: 'duration', aliases: ['latency'], type: 'duration', level: 'span', help: 'How long it took' },
  { name: 'time', type: 'time', level: 'span', help: 'When it began; since:15m is short for time:>=-15m' },
  { name: 'primitive', type: 'text', level: 'span', help: 'Type of the primitive: retry, sequential, …' },
  {
    name: 'label',
    aliases: ['step'],
    type: 'text',
    level: 'span',
    help: 'Name of the primitive or the step',
  },
  { name: 'attempts', type: 'count', level: 'span', help: 'How often it was tried, the first time counted' },
  {
    name: 'cache',
    type: 'enum',
    level: 'span',
    values: ['hit', 'miss', 'stale'],
    help: 'What the cache answered',
  },
  {
    name: 'kind',
    type: 'enum',
    level: 'span',
    values: ['internal', 'server', 'client', 'producer', 'consumer', 'unspecified'],
    help: 'Role in a call',
  },
  {
    name: 'error',
    aliases: ['error.type', 'error.code'],
    type: 'text',
    level: 'span',
    help: 'Type or code of the error',
  },
  {
    name: 'message',
    aliases: ['error.message'],
    type: 'text',
    level: 'span',
    help: 'Message of the error',
  },
  {
    name: 'category',
    aliases: ['error.category'],
    type: 'enum',
    level: 'span',
    values: [
      'network',
      'timeout',
      'rate_limit',
      'resource',
      'transient',
      'validation',
      'auth',
      'cancelled',
      'permanent',
      'unknown',
    ],
    help: 'Category of the error',
  },
  {
    name: 'operation',
    aliases: ['op'],
    type: 'enum',
    level: 'span',
    values: AI_OPERATIONS,
    help: 'What a span of an AI program did',
  },
  { name: 'model', type: 'text', level: 'span', help: 'Model that was asked for, or that answered' },
  { name: 'provider', type: 'text', level: 'span', help: 'Who serves the model' },
  { name: 'cost', type: 'money', level: 'span', help: 'Price of the call in US dollars' },
  {
    name: 'cost.source',
    type: 'enum',
    level: 'span',
    values: ['reported', 'estimated', 'unpriced'],
    help: 'Where the price is from',
  },
  { name: 'tokens', type: 'count', level: 'span', help: 'Tokens of the call, in and out' },
  {
    name: 'tokens.in',
    aliases: ['tokens.input'],
    type: 'count',
    level: 'span',
    help: 'Tokens read, also cached',
  },
  { name: 'tokens.out', aliases: ['tokens.output'], type: 'count', level: 'span', help: 'Tokens written' },
  {
    name: 'tokens.cache_read',
    aliases: ['tokens.cached'],
    type: 'count',
    level: 'span',
    help: 'Tokens that the provider had in its cache',
  },
  {
    name: 'tokens.cache_write',
    type: 'count',
    level: 'span',
    help: 'Tokens that the provider put into its cache',
  },
  { name: 'tokens.reasoning', type: 'count', level: 'span', help: 'Tokens spent on reasoning' },
  { name: 'ttft', type: 'duration', level: 'span', help: 'Time to the first token or chunk' },
  { name: 'finish', type: 'text', level: 'span', help: 'Why the model stopped: stop, length, …' },
  { name: 'tool', type: 'text', level: 'span', help: 'Tool that was called' },
  { name: 'agent', type: 'text', level: 'span', help: 'Name of the agent' },
  { name: 'workflow', type: 'text', level: 'span', help: 'Workflow that it is part of' },
  { name: 'session', aliases: ['conversation'], type: 'id', level: 'span', help: 'Session or conversation' },
  { name: 'user', type: 'id', level: 'span', help: 'User that it was done for' },
  { name: 'tag', type: 'text', level: 'span', help: 'Any of its tags' },
  { name: 'request', type: 'id', level: 'span', help: 'Request that it belongs to' },
  { name: 'correlation', type: 'id', level: 'span', help: 'Correlation id' },
  { name: 'version', type: 'text', level: 'span', help: 'Version of the service' },
  { name: 'span', type: 'id', level: 'span', help: 'Id of the span' },
  { name: 'parent', type: 'id', level: 'span', help: 'Id of its parent; -has:parent finds roots' },
  { name: 'text', type: 'words', level: 'span', help: 'Words in attributes, messages and logs' },
  { name: 'trace', aliases: ['trace.id'], type: 'id', level: 'trace', help: 'Id of the trace' },
  { name: 'trace.status', type: 'enum', level: 'trace', values: STATUSES, help: 'How the whole run ended' },
  { name: 'trace.name', type: 'text', level: 'trace', help: 'Name of the run' },
  { name: 'trace.service', type: 'text', level: 'trace', help: 'Service that the run began in' },
  { name: 'trace.duration', type: 'duration', level: 'trace', help: 'How long the whole run took' },
  { name: 'trace.time', type: 'time', level: 'trace', help: 'When the run began' },
  { name: 'trace.spans', type: 'count', level: 'trace', help: 'How many spans it has' },
  { name: 'trace.errors', type: 'count', level: 'trace', help: 'How many spans failed' },
  { name: 'trace.cost', type: 'money', level: 'trace', help: 'Price of the whole run in US dollars' },
  { name: 'trace.tokens', type: 'count', level: 'trace', help: 'Tokens of all model calls, in and out' },
  {
    name: 'trace.pinned',
    type: 'enum',
    level: 'trace',
    values: ['true', 'false'],
    help: 'Kept from removal',
  },
] as const satisfies readonly QueryField[];

type CatalogueField = (typeof queryFields)[number];

/** Canonical name of a field. */
export type QueryFieldName = CatalogueField['name'];
/** Canonical name of a field of which each span has its own value. */
export type SpanFieldName = Extract<CatalogueField, { level: 'span' }>['name'];
/** Canonical name of a field of which a trace has one value. */
export type TraceFieldName = Extract<CatalogueField, { level: 'trace' }>['name'];
/** Asks for an attribute of the span or of its resource, under the key that the sender gave it. */
export type AttributeFieldName = `attr.${string}`;

/** Any attribute, as a field. */
export interface AttributeField extends QueryField {
  readonly name: AttributeFieldName;
  readonly type: 'attribute';
}

const fields: readonly (QueryField & { readonly name: QueryFieldName })[] = queryFields;

/** What names a field: its name, or another one of it. */
export function namesOf(field: QueryField): readonly string[] {
  return [field.name, ...(field.aliases ?? [])];
}

/**
 * The field of a name or an alias, in any case; `attr.<key>` is one for any key, whose case counts.
 *
 * @returns `undefined` where there is none.
 */
export function queryFieldNamed(
  name: string,
): (QueryField & { readonly name: QueryFieldName }) | AttributeField | undefined {
  const lowerCase = name.toLowerCase();
  if (lowerCase.startsWith('attr.') && name.length > 'attr.'.length) {
    const key = name.slice('attr.'.length);
    return { name: `attr.${key}`, type: 'attribute', level: 'span', help: `Attribute ${key}` };
  }
  return fields.find((field) => namesOf(field).includes(lowerCase));
}
