import type { AttributeJson, SpanDetail } from '@tta/obs-protocol';
import { boundedJson, isObject, member, parsedJson } from './bounded-json.ts';

/** What of a span conventions read. */
export type SourceSpan = Pick<SpanDetail, 'name' | 'attributes' | 'startTimeUnixNano'> & {
  readonly scope: Pick<SpanDetail['scope'], 'name'>;
  readonly resource: SpanDetail['resource'];
  readonly events: readonly Pick<SpanDetail['events'][number], 'name' | 'attributes'>[];
};

/** Longer texts than these are no names and no ids. */
const LONGEST_NAME = 1024;
const MOST_NAMES = 128;
const MOST_TOKENS = 1e12;

/**
 * The value of an attribute, `undefined` where there is none. `name#member` is a member of a JSON object that the
 * attribute `name` holds, as text or as it is; further `#` go deeper.
 */
export function attributeOf(
  { attributes }: Pick<SourceSpan, 'attributes'>,
  name: string,
): AttributeJson | undefined {
  if (!name.includes('#')) return member(attributes, name);
  const [key = '', ...inner] = name.split('#');
  let value = member(attributes, key);
  for (const step of inner) {
    const object = value === undefined ? undefined : parsedJson(value);
    value = isObject(object) ? member(object, step) : undefined;
  }
  return value;
}

/** The first of these that is told, whatever it is, within the bounds of a transcript. */
export function firstValue(span: SourceSpan, names: readonly string[]): AttributeJson | undefined {
  for (const name of names) {
    const value = attributeOf(span, name);
    if (value !== undefined && value !== '') return boundedJson(parsedJson(value));
  }
  return undefined;
}

/** The first of these that is a text with something in it; numbers are ids as well. */
export function firstText(span: Pick<SourceSpan, 'attributes'>, names: readonly string[]): string | null {
  for (const name of names) {
    const value = attributeOf(span, name);
    if (typeof value === 'string' && value !== '') return value.slice(0, LONGEST_NAME);
    if (typeof value === 'number') return String(value);
  }
  return null;
}

/** The first of these that is an amount; some send it as text. */
export function firstAmount(span: SourceSpan, names: readonly string[]): number | null {
  for (const name of names) {
    const amount = asAmount(attributeOf(span, name));
    if (amount !== null) return amount;
  }
  return null;
}

/** The first of these that is a whole number of tokens. */
export function firstCount(span: SourceSpan, names: readonly string[]): number | null {
  for (const name of names) {
    const count = asCount(attributeOf(span, name));
    if (count !== null) return count;
  }
  return null;
}

/** The first of these that lists anything: a list, JSON of one, or a text with commas between. */
export function firstTexts(span: SourceSpan, names: readonly string[]): readonly string[] {
  for (const name of names) {
    const value = attributeOf(span, name);
    const items = value === undefined ? [] : listed(parsedJson(value));
    if (items.length > 0) return items.slice(0, MOST_NAMES).map((item) => item.slice(0, LONGEST_NAME));
  }
  return [];
}

/** What can be a number of tokens; more than `MOST_TOKENS` no call has, and sums would no longer count what is added. */
export function asCount(value: AttributeJson | undefined): number | null {
  const amount = asAmount(value);
  return Number.isInteger(amount) && (amount ?? 0) <= MOST_TOKENS ? amount : null;
}

function asAmount(value: AttributeJson | undefined): number | null {
  const number = typeof value === 'string' && /^\d{1,20}(\.\d{1,20})?$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : null;
}

function listed(value: AttributeJson): readonly string[] {
  const items = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',', MOST_NAMES) : [];
  return (items as readonly AttributeJson[])
    .flatMap((item) => (typeof item === 'string' ? item.trim() : []))
    .filter((item) => item !== '');
}
