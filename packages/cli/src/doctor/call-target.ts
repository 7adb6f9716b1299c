import type { AttributesJson } from '@tta/obs-protocol';
import type { StoredSpan } from './evidence.ts';

/** What a call was made to, in words that two instrumentations of the same call have in common. */
export interface CallTarget {
  readonly kind: 'http' | 'rpc' | 'db' | 'gen_ai';
  readonly text: string;
}

/** Names of old and new conventions for the same thing, the new one first. */
const HTTP_METHOD = ['http.request.method', 'http.method'];
const HTTP_URL = ['url.full', 'http.url'];
const DB_SYSTEM = ['db.system.name', 'db.system'];
const DB_QUERY = ['db.query.text', 'db.statement'];

/** `undefined` where the attributes do not tell exactly what was called. */
export function callTarget({ attributes, ai }: StoredSpan): CallTarget | undefined {
  if (ai !== null) {
    const isCall = ai.operation === 'inference' || ai.operation === 'embeddings';
    const model = ai.responseModel ?? ai.requestModel;
    return isCall && model !== null ? { kind: 'gen_ai', text: `${ai.operation} ${model}` } : undefined;
  }
  return (
    target('rpc', attributes, [['rpc.system'], ['rpc.service'], ['rpc.method']]) ??
    target('db', attributes, [DB_SYSTEM, DB_QUERY]) ??
    target('http', attributes, [HTTP_METHOD, HTTP_URL])
  );
}

function target(
  kind: CallTarget['kind'],
  attributes: AttributesJson,
  parts: readonly (readonly string[])[],
): CallTarget | undefined {
  const values = parts.flatMap((names) => firstText(names, attributes) ?? []);
  return values.length === parts.length ? { kind, text: values.join(' ') } : undefined;
}

function firstText(names: readonly string[], attributes: AttributesJson): string | undefined {
  const values = names.map((name) => attributes[name]);
  return values.find((value): value is string => typeof value === 'string' && value !== '');
}
