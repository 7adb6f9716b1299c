import {
  namesOf,
  queryFieldNamed,
  queryFields,
  type AttributeFieldName,
  type QueryField,
  type QueryFieldName,
} from './query-fields.ts';
import type { QueryRange } from './query-node.ts';
import { printField, printText } from './print-query.ts';
import { quantityExamples } from './query-quantity.ts';
import { scanQuery, scanValues, unquoted, type QueryToken, type WordToken } from './scan-query.ts';

/** Something that may stand at the cursor. */
export interface Completion {
  readonly kind: 'field' | 'operator' | 'value' | 'keyword';
  /** What takes the place of {@link QueryCompletion}'s range. */
  readonly text: string;
  /** One line for people; `''` where the text says it all. */
  readonly help: string;
}

/** What only who has the data can complete. */
export type CompletionRequest =
  /** Values of a field that begin so, without regard to case. */
  | {
      readonly kind: 'values';
      readonly field: QueryFieldName | AttributeFieldName;
      readonly beginning: string;
    }
  /** Keys of attributes that begin so. A value follows, unless it is only asked whether there is one. */
  | { readonly kind: 'attributes'; readonly beginning: string; readonly isPresence: boolean };

/** What may follow at the cursor, best first; it takes the place of the range. */
export interface QueryCompletion extends QueryRange {
  readonly completions: readonly Completion[];
  /** More than the list: answer it through {@link completionsOf}. */
  readonly request?: CompletionRequest;
}

const keywords: readonly Completion[] = [
  { kind: 'keyword', text: '-', help: 'Not: the span must not match what follows' },
  { kind: 'keyword', text: 'some(', help: 'Any span of the trace matches, not only this one' },
];
const or: Completion = { kind: 'keyword', text: 'OR', help: 'Either what stands before or what follows' };
const has: Completion = { kind: 'field', text: 'has:', help: 'Has any value of a field' };
const since: Completion = { kind: 'field', text: 'since:', help: 'Began so long ago at most: since:15m' };
const attribute: Completion = { kind: 'field', text: 'attr.', help: 'Any attribute, by its key' };

const operators: readonly Completion[] = [
  { kind: 'operator', text: '>', help: 'more than' },
  { kind: 'operator', text: '>=', help: 'at least' },
  { kind: 'operator', text: '<', help: 'less than' },
  { kind: 'operator', text: '<=', help: 'at most' },
];

/**
 * What may stand at the cursor of a query that is being typed. Never throws.
 *
 * @param cursor - In UTF-16 code units from 0.
 */
export function completeQuery(text: string, cursor: number): QueryCompletion {
  const tokens = scanQuery(text);
  const index = tokens.findLastIndex(({ start, end }) => start < cursor && cursor <= end);
  const token = tokens[index];
  if (token?.kind !== 'word') {
    const before = tokens.findLast(({ end }) => end <= cursor);
    return completeTerm({ start: cursor, end: cursor }, '', canFollowOr(text, before));
  }
  if (token.colon >= 0 && cursor > token.colon) return completeValue(text, token, cursor);
  const end = token.colon >= 0 ? token.colon + 1 : token.end;
  if (text.charAt(token.start) === '"') return { start: token.start, end, completions: [] };
  const beginning = unquoted(text, { start: token.start, end: cursor });
  return completeTerm({ start: token.start, end }, beginning, canFollowOr(text, tokens[index - 1]));
}

/** Whether a term stands before. */
function canFollowOr(text: string, before: QueryToken | undefined): boolean {
  if (before === undefined || before.kind === '(' || before.kind === '-') return false;
  return !['OR', 'AND', 'NOT'].includes(text.slice(before.start, before.end));
}

function completeTerm({ start, end }: QueryRange, beginning: string, isAfterTerm: boolean): QueryCompletion {
  const begins = beginning.toLowerCase();
  if (begins.startsWith('attr.')) {
    const request = {
      kind: 'attributes',
      beginning: beginning.slice('attr.'.length),
      isPresence: false,
    } as const;
    return { start, end, completions: [], request };
  }
  const others = [...(isAfterTerm ? [or] : []), has, since, attribute, ...keywords];
  return {
    start,
    end,
    completions: [
      ...fieldsLike(begins).map(({ name, help }): Completion => ({ kind: 'field', text: `${name}:`, help })),
      ...others.filter((completion) => completion.text.toLowerCase().startsWith(begins)),
    ],
  };
}

/** Those that begin so first, then those that contain it. */
function fieldsLike(begins: string): readonly QueryField[] {
  const fields: readonly QueryField[] = queryFields;
  const beginning = fields.filter((field) => namesOf(field).some((name) => name.startsWith(begins)));
  const containing = fields.filter(({ name }) => name.includes(begins));
  return [...new Set([...beginning, ...containing])];
}

function completeValue(text: string, word: WordToken, cursor: number): QueryCompletion {
  const name = unquoted(text, { start: word.start, end: word.colon });
  const all = { start: word.colon + 1, end: word.end };
  if (name.toLowerCase() === 'has')
    return completePresence(all, unquoted(text, { start: all.start, end: cursor }));
  const isSince = name.toLowerCase() === 'since';
  const field = queryFieldNamed(isSince ? 'time' : name);
  const value = scanValues(text, all, ',').find(({ end }) => cursor <= end);
  if (!field || !value) return { start: cursor, end: cursor, completions: [] };
  const { start, end } = value;
  const typed = { start, end: cursor };
  const beginning = unquoted(text, typed);
  switch (field.type) {
    case 'enum':
      return { start, end, completions: valuesLike(field.values ?? [], beginning) };
    case 'words':
      return { start, end, completions: [] };
    case 'text':
    case 'id':
    case 'attribute': {
      const isPattern = (scanValues(text, typed, '')[0]?.parts.length ?? 0) > 1;
      if (isPattern || field.type === 'id') return { start, end, completions: [] };
      return { start, end, completions: [], request: { kind: 'values', field: field.name, beginning } };
    }
    default: {
      const [, operator = '', operand = ''] = /^([<>]=?)?(.*)$/s.exec(beginning) ?? [];
      // Of a time, only what is later or earlier can be asked.
      const implied = field.type === 'time' && !isSince ? '>=' : '';
      const examples = valuesLike(quantityExamples[field.type], operand);
      return {
        start,
        end,
        completions: [
          ...(isSince ? [] : operators.filter(({ text }) => operand === '' && text.startsWith(operator))),
          ...examples.map((example) => ({ ...example, text: `${operator || implied}${example.text}` })),
        ],
      };
    }
  }
}

function completePresence(range: QueryRange, beginning: string): QueryCompletion {
  const begins = beginning.toLowerCase();
  if (begins.startsWith('attr.')) {
    const request = {
      kind: 'attributes',
      beginning: beginning.slice('attr.'.length),
      isPresence: true,
    } as const;
    return { ...range, completions: [], request };
  }
  const fields = fieldsLike(begins).map(({ name, help }): Completion => ({
    kind: 'field',
    text: name,
    help,
  }));
  return { ...range, completions: 'attr.'.startsWith(begins) ? [...fields, attribute] : fields };
}

function valuesLike(values: readonly string[], beginning: string): Completion[] {
  const begins = beginning.toLowerCase();
  return values
    .filter((value) => value.toLowerCase().startsWith(begins))
    .map((text) => ({ kind: 'value', text, help: '' }));
}

/** What was found for a request, in the order given, written as a query writes it. */
export function completionsOf(request: CompletionRequest, found: readonly string[]): Completion[] {
  if (request.kind === 'values') {
    return found.map((value) => ({ kind: 'value', text: printText([value]), help: '' }));
  }
  return found.map((key) => ({
    kind: 'field',
    text: `${printField(`attr.${key}`)}${request.isPresence ? '' : ':'}`,
    help: '',
  }));
}
