import { wordsOf, type FilterNode, type QueryMatch, type QueryNode } from '@tta/obs-protocol/query';
import { REDACTED_VALUE } from '../../otlp/secret-redaction.ts';
import { FIELD_SOURCES, type FieldSource } from './span-fields.ts';

/** What the full text of one of its spans has to have in it, in each trace that a query finds. */
export interface WordFilter {
  /** For the full text: each of these has to be true, the last one is all that is known. */
  readonly matches: readonly string[];
  /** Words that log lines may have instead, which the full text has not. */
  readonly logWords: readonly string[];
}

/** Whether an attribute of a resource may have such a value: resources are not part of the full text. */
export type MayBeOfResource = (key: string, parts: readonly string[]) => boolean;

/** Of a text with many words the longest are looked for. */
const MOST_WORDS = 4;
/** Parts of a query that are taken into account. */
const MOST_PARTS = 16;
/** The beginning of a word has to have so much of it: too many words begin with less. */
const SHORTEST_BEGINNING = 3;
/** Names and ids that conventions read are cut beyond this. */
const LONGEST_VALUE = 1_000;

/**
 * `undefined` where words tell nothing of what a query finds. Only words are taken over from the query, so nothing of it is
 * an operator of the full text.
 */
export function wordFilter(root: QueryNode, mayBeOfResource: MayBeOfResource): WordFilter | undefined {
  switch (root.kind) {
    case 'filter':
      return anyOf(root.anyOf.map((match) => filterWords(root.field, match, mayBeOfResource)));
    case 'some':
      return wordFilter(root.child, mayBeOfResource);
    case 'or':
      return anyOf(root.children.map((child) => wordFilter(child, mayBeOfResource)));
    case 'and': {
      const [some, ofSpan] = [true, false].map((isSome) =>
        root.children
          .filter((child) => hasSome(child) === isSome)
          .map((child) => wordFilter(child, mayBeOfResource))
          .filter((filter) => filter !== undefined),
      );
      // What holds of another span is not in the same text.
      return ofSpan!.length > 0 ? allOf(ofSpan!.slice(0, MOST_PARTS)) : some![0];
    }
    case 'not':
      return undefined;
  }
}

function hasSome(node: QueryNode): boolean {
  if (node.kind === 'filter') return false;
  return node.kind === 'some' || ('children' in node ? node.children : [node.child]).some(hasSome);
}

function anyOf(filters: readonly (WordFilter | undefined)[]): WordFilter | undefined {
  const known = filters.filter((filter) => filter !== undefined);
  if (known.length < filters.length || known.length > MOST_PARTS) return undefined;
  return known.length === 1 ? known[0] : { matches: [joined(known, 'OR')], logWords: logWordsOf(known) };
}

function allOf(filters: readonly WordFilter[]): WordFilter {
  if (filters.length === 1) return filters[0]!;
  const each = filters.flatMap(({ matches }) => matches);
  return { matches: [...each, joined(filters, 'AND')], logWords: logWordsOf(filters) };
}

function joined(filters: readonly WordFilter[], operator: 'AND' | 'OR'): string {
  return filters.map(({ matches }) => `(${matches.at(-1)!})`).join(` ${operator} `);
}

function logWordsOf(filters: readonly WordFilter[]): readonly string[] {
  return filters.flatMap(({ logWords }) => logWords);
}

function filterWords(
  field: FilterNode['field'],
  match: QueryMatch,
  mayBeOfResource: MayBeOfResource,
): WordFilter | undefined {
  if (match.kind !== 'text') return undefined;
  const { parts } = match;
  const [value = ''] = parts;
  if (field === 'text') return textWords(value, parts.length > 1);
  if (parts.length > 1 || !isIndexed(value)) return undefined;
  if (field === 'name' || field === 'label') return valueWords(value);
  if (field.startsWith('attr.')) {
    return mayBeOfResource(field.slice('attr.'.length), parts) ? undefined : valueWords(value);
  }
  const source: FieldSource | undefined = Object.hasOwn(FIELD_SOURCES, field)
    ? FIELD_SOURCES[field as keyof typeof FIELD_SOURCES]
    : undefined;
  if (source === undefined || source.resource !== undefined || source.lists !== undefined) return undefined;
  // What conventions read may stand within JSON, where other characters are escaped.
  const isPlain = /^[^\0-\x1f"\\\x7f-\uffff]*$/.test(value) && value.length <= LONGEST_VALUE;
  return source.columns === undefined || isPlain ? valueWords(value) : undefined;
}

/** Numbers, booleans and what was taken out are not in the full text. */
function isIndexed(value: string): boolean {
  const lowerCase = value.toLowerCase();
  return Number.isNaN(Number(value)) && !['true', 'false', REDACTED_VALUE.toLowerCase()].includes(lowerCase);
}

function valueWords(value: string): WordFilter | undefined {
  const words = longest(indexedWords(value).map(quoted));
  return allWords(words, []);
}

function textWords(phrase: string, isBeginning: boolean): WordFilter | undefined {
  const words = indexedWords(phrase);
  const last = isBeginning ? words.pop() : undefined;
  const whole = longest(words);
  const beginning = last !== undefined && last.length >= SHORTEST_BEGINNING ? [last] : [];
  const sought = [...whole.map(quoted), ...beginning.map((word) => `${quoted(word)} *`)];
  return allWords(sought, [...whole, ...beginning]);
}

function allWords(words: readonly string[], logWords: readonly string[]): WordFilter | undefined {
  if (words.length === 0) return undefined;
  return { matches: words.length === 1 ? words : [...words, words.join(' AND ')], logWords };
}

function longest(words: readonly string[]): readonly string[] {
  return [...new Set(words)].toSorted((one, other) => other.length - one.length).slice(0, MOST_WORDS);
}

/** Those that are words for SQLite, too, whose letters are of an older Unicode. */
function indexedWords(text: string): string[] {
  const words = wordsOf(text).trim().split(' ');
  return words.filter((word) => /[a-z0-9ß-ɏͰ-Ͽа-яぁ-ゖァ-ヺ一-龥가-힣]/.test(word));
}

function quoted(word: string): string {
  return `"${word}"`;
}
