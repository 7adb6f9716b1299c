import type { AttributeJson } from '@tta/obs-protocol';
import { fieldTerm } from '@tta/obs-protocol/query';
import type { QueryFieldName } from '@tta/obs-protocol/query';

/** Attributes that a query has a name of its own for: found faster, and whatever a source calls them. */
const FIELDS: Readonly<Record<string, QueryFieldName>> = {
  'service.name': 'service',
  'service.version': 'version',
  'primitive.type': 'primitive',
  'primitive.name': 'label',
  'step.name': 'label',
  'error.type': 'error',
  'error.code': 'error',
  'error.message': 'message',
  'error.category': 'category',
  'session.id': 'session',
  'user.id': 'user',
  'request.id': 'request',
  'correlation.id': 'correlation',
  'workflow.name': 'workflow',
  'cache.outcome': 'cache',
  'gen_ai.tool.name': 'tool',
  'gen_ai.agent.name': 'agent',
  'gen_ai.request.model': 'model',
  'gen_ai.response.model': 'model',
  'gen_ai.conversation.id': 'session',
};

/** What is longer is no value that others share; a query takes 4,096 characters. */
const LONGEST_VALUE = 500;
const LONGEST_KEY = 500;

export interface AttributeQueries {
  /** Finds the spans with this value; `undefined` for values that a query cannot name. */
  readonly same?: string;
  /** Finds those with another one. */
  readonly other?: string;
  /** Finds those that have the key. */
  readonly any?: string;
}

/** What may be asked about an attribute, in the query language. */
export function attributeQueries(key: string, value: AttributeJson): AttributeQueries {
  if (key === '' || key.length > LONGEST_KEY) return {};
  const field = Object.hasOwn(FIELDS, key) ? FIELDS[key]! : (`attr.${key}` as const);
  // `has:attr."odd key"`: the field as a term writes it, in the place of a value.
  const name = fieldTerm(field, ['']).replace(/:"?"?$/, '');
  const text = scalarOf(value);
  if (text === undefined) return { any: `has:${name}` };
  const same = fieldTerm(field, [text]);
  return { same, other: `has:${name} -${same}`, any: `has:${name}` };
}

function scalarOf(value: AttributeJson): string | undefined {
  if (value === null || typeof value === 'object' || value === '') return undefined;
  const text = String(value);
  return text.length > LONGEST_VALUE ? undefined : text;
}
