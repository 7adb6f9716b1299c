import { type Attributes, type AttributeValue, type SpanContext, SpanKind } from '@opentelemetry/api';
import { InvalidOptionError } from '@tta/obs-context';

/**
 * What is known of a span when it starts; everything that is given has to hold. Attributes that are set
 * later cannot be asked for.
 */
export interface SpanCondition {
  /** The span's name: a text in which `*` stands for any characters, or a regular expression. */
  readonly name?: string | RegExp;
  readonly kind?: SpanKind;
  /** Where the parent is: `none` for the root of a trace, `remote` for the first span of a trace in this process. */
  readonly parent?: 'none' | 'local' | 'remote';
  /** By key: the value it has, or a function that is asked about it (`undefined` when it is not there). */
  readonly attributes?: Readonly<
    Record<string, string | number | boolean | ((value: AttributeValue | undefined) => boolean)>
  >;
}

export type SpanTest = (
  name: string,
  kind: SpanKind,
  parent: SpanContext | undefined,
  attributes: Attributes,
) => boolean;

const parents: ReadonlySet<unknown> = new Set(['none', 'local', 'remote']);
const known: ReadonlySet<string> = new Set(['name', 'kind', 'parent', 'attributes']);

/**
 * Turns a condition into a test.
 *
 * @param where - What messages call it, e.g. `rule 2`.
 * @throws InvalidOptionError for what could never hold.
 */
export function compileCondition(condition: SpanCondition, where: string): SpanTest {
  const unknown = Object.keys(condition).find((key) => !known.has(key));
  if (unknown !== undefined)
    throw new InvalidOptionError(`${where} asks for "${unknown}"; it can ask for ${[...known].join(', ')}`);
  const { kind, parent } = condition;
  if (kind !== undefined && SpanKind[kind] === undefined)
    throw new InvalidOptionError(`${where} asks for the kind ${kind}; take one of SpanKind`);
  if (parent !== undefined && !parents.has(parent))
    throw new InvalidOptionError(
      `${where} asks for the parent "${String(parent)}"; it is none, local or remote`,
    );
  const hasName = condition.name === undefined ? undefined : compileName(condition.name);
  const attributes = Object.entries(condition.attributes ?? {});
  return (spanName, spanKind, spanParent, spanAttributes) => {
    if (kind !== undefined && spanKind !== kind) return false;
    if (parent !== undefined && placeOf(spanParent) !== parent) return false;
    if (hasName !== undefined && !hasName(spanName)) return false;
    for (const [key, expected] of attributes) {
      const value = spanAttributes[key];
      if (typeof expected === 'function' ? !expected(value) : value !== expected) return false;
    }
    return true;
  };
}

/** As it would be written in a sentence. */
export function describeCondition(condition: SpanCondition): string {
  const parts: string[] = [];
  if (condition.parent !== undefined) parts.push(`parent ${condition.parent}`);
  if (condition.kind !== undefined) parts.push(`kind ${SpanKind[condition.kind]}`);
  if (condition.name !== undefined) parts.push(`name ${String(condition.name)}`);
  for (const [key, expected] of Object.entries(condition.attributes ?? {}))
    parts.push(typeof expected === 'function' ? `${key} as tested` : `${key}=${expected}`);
  return parts.length === 0 ? 'any' : parts.join(' and ');
}

function placeOf(parent: SpanContext | undefined): SpanCondition['parent'] {
  if (parent === undefined) return 'none';
  return parent.isRemote === true ? 'remote' : 'local';
}

function compileName(pattern: string | RegExp): (name: string) => boolean {
  if (pattern instanceof RegExp) {
    // With g or y a regular expression remembers where it stopped, and would match every other time.
    const expression = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
    return (name) => expression.test(name);
  }
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return (name) => name === pattern;
  return (name) => {
    const end = name.length - last.length;
    if (!name.startsWith(first) || !name.endsWith(last) || end < first.length) return false;
    let from = first.length;
    for (const part of rest) {
      const at = name.indexOf(part, from);
      if (at === -1 || at + part.length > end) return false;
      from = at + part.length;
    }
    return true;
  };
}
