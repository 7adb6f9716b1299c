import type { AttributeJson, AttributesJson } from '../trace.ts';
import type { SpanFieldName, TraceFieldName } from './query-fields.ts';
import type { FilterNode, QueryMatch, QueryNode, QueryQuantity, SomeNode } from './query-node.ts';
import { wordsOf } from './words.ts';

/** Texts, or a number in the unit of the field's type; a list where there are several. Without one, the field is absent. */
export type QueryFieldValue = string | number | readonly string[];

/** What a query may ask of a span. */
export interface QueryableSpan {
  readonly fields: Readonly<Partial<Record<Exclude<SpanFieldName, 'text'>, QueryFieldValue>>>;
  /** All its texts: its name, message and attributes, those of its events, and its log lines. */
  readonly text: string;
  readonly attributes: AttributesJson;
  /** Attributes of its resource. */
  readonly resource: AttributesJson;
}

/** What a query may ask of a trace. */
export interface QueryableTrace {
  readonly fields: Readonly<Partial<Record<TraceFieldName, QueryFieldValue>>>;
  /** At least one. */
  readonly spans: readonly QueryableSpan[];
}

/**
 * Answers a query in memory: whether there is a span in the trace of which it is true.
 *
 * A filter is false of a span that has no value of its field, and its negation true.
 *
 * @param root - `undefined` is true of every trace.
 * @param nowMs - Since the Unix epoch: what `-15m` counts from.
 */
export function matchesQuery(root: QueryNode | undefined, trace: QueryableTrace, nowMs: number): boolean {
  if (root === undefined) return true;
  const matcher = new TraceMatcher(trace, nowMs);
  return trace.spans.some((span) => matcher.matches(root, span));
}

class TraceMatcher {
  readonly #trace: QueryableTrace;
  readonly #nowMs: number;
  /** The answer is the same for every span. */
  readonly #some = new Map<SomeNode, boolean>();

  constructor(trace: QueryableTrace, nowMs: number) {
    this.#trace = trace;
    this.#nowMs = nowMs;
  }

  matches(node: QueryNode, span: QueryableSpan): boolean {
    switch (node.kind) {
      case 'and':
        return node.children.every((child) => this.matches(child, span));
      case 'or':
        return node.children.some((child) => this.matches(child, span));
      case 'not':
        return !this.matches(node.child, span);
      case 'some':
        return this.#matchesSome(node);
      case 'filter':
        return this.#matchesFilter(node, span);
    }
  }

  #matchesSome(node: SomeNode): boolean {
    let matches = this.#some.get(node);
    if (matches === undefined) {
      matches = this.#trace.spans.some((span) => this.matches(node.child, span));
      this.#some.set(node, matches);
    }
    return matches;
  }

  #matchesFilter({ field, anyOf }: FilterNode, span: QueryableSpan): boolean {
    if (field === 'text') return anyOf.some((match) => hasWords(match, span));
    const values = this.#valuesOf(field, span);
    return anyOf.some((match) => values.some((value) => this.#matchesValue(match, value)));
  }

  #valuesOf(field: string, span: QueryableSpan): readonly AttributeJson[] {
    if (!field.startsWith('attr.')) {
      const ofTrace = field === 'trace' || field.startsWith('trace.');
      const fields: Readonly<Record<string, QueryFieldValue | undefined>> = ofTrace
        ? this.#trace.fields
        : span.fields;
      return listOf(fields[field] ?? null);
    }
    const key = field.slice('attr.'.length);
    return [span.attributes, span.resource].flatMap((attributes) =>
      Object.hasOwn(attributes, key) ? listOf(attributes[key] ?? null) : [],
    );
  }

  #matchesValue(match: QueryMatch, value: AttributeJson): boolean {
    switch (match.kind) {
      case 'present':
        return true;
      case 'text':
        return matchesText(match, value);
      case 'equal':
        return value === match.value;
      case 'compare':
        return typeof value === 'number' && compare(value, match.operator, this.#numberOf(match.value));
      case 'range':
        return (
          typeof value === 'number' &&
          value >= this.#numberOf(match.from) &&
          value <= this.#numberOf(match.to)
        );
    }
  }

  #numberOf(quantity: QueryQuantity): number {
    return typeof quantity === 'number' ? quantity : this.#nowMs - quantity.agoMs;
  }
}

/** A list has several values; `null` is none. */
function listOf(value: AttributeJson): readonly AttributeJson[] {
  return (Array.isArray(value) ? (value as readonly AttributeJson[]) : [value]).filter(
    (item) => item !== null,
  );
}

function compare(value: number, operator: '>' | '>=' | '<' | '<=', bound: number): boolean {
  switch (operator) {
    case '>':
      return value > bound;
    case '>=':
      return value >= bound;
    case '<':
      return value < bound;
    case '<=':
      return value <= bound;
  }
}

/** A number is meant by any way to write it; maps are no text. */
function matchesText(match: TextMatch, value: AttributeJson): boolean {
  if (typeof value === 'object') return false;
  const { parts } = match;
  const [only = ''] = parts;
  if (typeof value === 'number' && parts.length === 1) return only.trim() !== '' && Number(only) === value;
  return matchesPattern(smallParts.of(match), withSmallLetters(String(value)));
}

function matchesPattern(parts: readonly string[], text: string): boolean {
  const [first = '', ...others] = parts;
  const last = others.pop();
  if (last === undefined) return text === first;
  const end = text.length - last.length;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let position = first.length;
  for (const part of others) {
    const found = text.indexOf(part, position);
    if (found < 0) return false;
    position = found + part.length;
  }
  return position <= end;
}

/** Of the letters A to Z alone, as SQLite compares. */
function withSmallLetters(text: string): string {
  return /[A-Z]/.test(text) ? text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text;
}

function hasWords(match: QueryMatch, span: QueryableSpan): boolean {
  const words = wordsOfSpans.of(span);
  return match.kind === 'text' ? words.includes(soughtWords.of(match)) : words !== '';
}

type TextMatch = QueryMatch & { readonly kind: 'text' };

/** What is made of an object once, however often it is asked for: a query is asked of many spans, a span by many terms. */
class MadeOnce<Key extends object, Value> {
  readonly #values = new WeakMap<Key, Value>();
  readonly #make: (key: Key) => Value;

  constructor(make: (key: Key) => Value) {
    this.#make = make;
  }

  of(key: Key): Value {
    let value = this.#values.get(key);
    if (value === undefined) this.#values.set(key, (value = this.#make(key)));
    return value;
  }
}

const wordsOfSpans = new MadeOnce(({ text }: QueryableSpan) => wordsOf(text));
const smallParts = new MadeOnce(({ parts }: TextMatch) => parts.map(withSmallLetters));
const soughtWords = new MadeOnce(({ parts: [phrase = '', ...rest] }: TextMatch) => {
  const words = wordsOf(phrase);
  return rest.length > 0 ? words.trimEnd() : words;
});
