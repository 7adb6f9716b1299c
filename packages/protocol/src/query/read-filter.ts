import { nearestName } from './nearest-name.ts';
import { namesOf, queryFieldNamed, queryFields } from './query-fields.ts';
import type { FilterNode, QueryMatch, QueryProblem, QueryRange } from './query-node.ts';
import { quantityFault, readQuantity } from './query-quantity.ts';
import { readMatch } from './read-match.ts';
import { scanValues, unquoted, type ValueToken, type WordToken } from './scan-query.ts';

type FoundField = NonNullable<ReturnType<typeof queryFieldNamed>>;

/** What a word asks for. */
export interface WordReading {
  /** `undefined` where none of it can be understood. */
  readonly filter: FilterNode | undefined;
  readonly problems: readonly QueryProblem[];
}

/** Reads a word that is no keyword: `field:value`, or text to look for. */
export function readFilter(text: string, word: WordToken): WordReading {
  const problems: QueryProblem[] = [];
  const report = (
    { start, end }: QueryRange,
    fault: Pick<QueryProblem, 'message' | 'replacement'>,
  ): undefined => {
    problems.push({ ...fault, start, end });
  };
  if (word.unclosedQuote >= 0) {
    report({ start: word.unclosedQuote, end: word.end }, { message: 'this quote is not closed; add "' });
  }
  return { filter: word.colon < 0 ? freeText() : fieldFilter(), problems };

  function freeText(): FilterNode | undefined {
    const raw = text.slice(word.start, word.end);
    const [, name = '', comparison] = /^([a-z.]+)([<>].*)$/is.exec(raw) ?? [];
    if (queryFieldNamed(name)) {
      const replacement = `${name}:${comparison}`;
      return report(word, { message: `a colon stands behind a field; write ${replacement}`, replacement });
    }
    return filterOf(queryFieldNamed('text')!, scanValues(text, word, ''));
  }

  function fieldFilter(): FilterNode | undefined {
    const nameRange = { start: word.start, end: word.colon };
    const valueRange = { start: word.colon + 1, end: word.end };
    const name = unquoted(text, nameRange);
    const keyword = name.toLowerCase();
    if (name === '') {
      return report(word, { message: 'no field stands before the colon; quote it to look for the text' });
    }
    if (valueRange.start === valueRange.end) {
      if (keyword !== 'has' && keyword !== 'since' && !fieldNamed(name, nameRange)) return undefined;
      return report(word, { message: `${name} needs a value right behind the colon` });
    }
    if (keyword === 'has') {
      const field = fieldNamed(unquoted(text, valueRange), valueRange);
      return field && { ...positionOf(word), field: field.name, anyOf: [{ kind: 'present' }] };
    }
    if (keyword === 'since') return since(valueRange);
    const field = fieldNamed(name, nameRange);
    return field && filterOf(field, scanValues(text, valueRange, ','));
  }

  function since(valueRange: QueryRange): FilterNode | undefined {
    const written = unquoted(text, valueRange);
    const value = readQuantity('time', written);
    if (value === undefined) return report(valueRange, quantityFault('time', written));
    return { ...positionOf(word), field: 'time', anyOf: [{ kind: 'compare', operator: '>=', value }] };
  }

  function fieldNamed(name: string, range: QueryRange): FoundField | undefined {
    const field = queryFieldNamed(name);
    if (field) return field;
    const nearest = nearestName(name.toLowerCase(), ['has', 'since', ...queryFields.flatMap(namesOf)]);
    const replacement = nearest ?? `attr.${name}`;
    return report(range, {
      message:
        nearest === undefined
          ? `there is no field "${name}"; attr.${name} asks for an attribute, quotes look for the text`
          : `there is no field "${name}"; did you mean ${nearest}?`,
      replacement,
    });
  }

  function filterOf(field: FoundField, values: readonly ValueToken[]): FilterNode | undefined {
    const anyOf: QueryMatch[] = [];
    for (const value of values) {
      const read = readMatch(field, value);
      if ('kind' in read) anyOf.push(read);
      // Where nothing stands, the sign before it is to blame.
      else report(value.start < value.end ? value : { start: value.start - 1, end: value.end }, read);
    }
    return anyOf.length === 0 ? undefined : { ...positionOf(word), field: field.name, anyOf };
  }
}

function positionOf({ start, end }: QueryRange): { readonly kind: 'filter' } & QueryRange {
  return { kind: 'filter', start, end };
}
