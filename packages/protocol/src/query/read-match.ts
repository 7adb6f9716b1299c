import { nearestName } from './nearest-name.ts';
import { printText } from './print-query.ts';
import type { QueryField } from './query-fields.ts';
import type { QueryMatch, QueryProblem, QueryQuantity } from './query-node.ts';
import { quantityFault, readQuantity, type QuantityType } from './query-quantity.ts';
import type { ValueToken } from './scan-query.ts';
import { wordsOf } from './words.ts';

const COMPARISON = /^(>=|<=|>|<)(.*)$/s;

/** What is wrong with a value. */
type Fault = Pick<QueryProblem, 'message' | 'replacement'>;

/** Reads one value of a filter by the type of its field. */
export function readMatch(field: QueryField, value: ValueToken): QueryMatch | Fault {
  const { parts } = value;
  const written = parts.join('*');
  if (written === '' && !value.isQuoted) return { message: `${field.name} needs a value here` };
  if (written === '*' && parts.length > 1 && field.type !== 'words') return { kind: 'present' };
  switch (field.type) {
    case 'text':
    case 'id':
      return readText(field, value);
    case 'words':
      return readWords(value);
    case 'enum':
      return readEnum(field, value);
    case 'attribute':
      return (value.isQuoted ? undefined : readOrdered('count', value)) ?? { kind: 'text', parts };
    default:
      return readOrdered(field.type, value) ?? readExact(field, field.type, value);
  }
}

/** Texts have no order: what looks like a comparison is none, unless it is quoted. */
function readText(field: QueryField, { parts, isQuoted }: ValueToken): QueryMatch | Fault {
  const written = parts.join('*');
  if (isQuoted || !COMPARISON.test(written)) return { kind: 'text', parts };
  return {
    message: `${field.name} has no order to compare by; quote the value to look for it as it is`,
    replacement: printText([written]),
  };
}

function readWords({ parts }: ValueToken): QueryMatch | Fault {
  const [phrase = '', ...rest] = parts;
  if (rest.length > 1 || (rest[0] ?? '') !== '') {
    return { message: 'in free text * stands at the end of a word; a field takes it anywhere: name:*part*' };
  }
  if (wordsOf(phrase) === '')
    return { message: 'there is no word to look for: it needs a letter or a digit' };
  return { kind: 'text', parts };
}

function readEnum({ name, values = [] }: QueryField, { parts }: ValueToken): QueryMatch | Fault {
  const written = parts.join('*').toLowerCase();
  if (values.includes(written)) return { kind: 'text', parts: [written] };
  const nearest = nearestName(written, values);
  return {
    message:
      nearest === undefined
        ? `${name} is never "${written}"; it is one of ${values.join(', ')}`
        : `${name} is never "${written}"; did you mean ${nearest}?`,
    ...(nearest !== undefined && { replacement: nearest }),
  };
}

/** `>2s`, `1s..2s`, `1s..` or `..2s`; `undefined` where it is neither. */
function readOrdered(type: QuantityType, value: ValueToken): QueryMatch | Fault | undefined {
  if (value.parts.length > 1) return undefined;
  const written = value.parts.join('');
  const [, operator, operand = ''] = COMPARISON.exec(written) ?? [];
  if (operator !== undefined) {
    const compared = readQuantity(type, operand);
    if (compared === undefined) return quantityFault(type, operand);
    return { kind: 'compare', operator: operator as '>', value: compared };
  }
  const dots = written.indexOf('..');
  if (dots < 0) return undefined;
  const [from, to] = [written.slice(0, dots), written.slice(dots + 2)];
  const [low, high] = [readQuantity(type, from), readQuantity(type, to)];
  if (from === '' && high !== undefined) return { kind: 'compare', operator: '<=', value: high };
  if (low === undefined) return undefined;
  if (to === '') return { kind: 'compare', operator: '>=', value: low };
  if (high === undefined) return undefined;
  if (isBackwards(low, high)) {
    return { message: `${from}..${to} runs backwards: nothing is in it`, replacement: `${to}..${from}` };
  }
  return { kind: 'range', from: low, to: high };
}

function isBackwards(low: QueryQuantity, high: QueryQuantity): boolean {
  if (typeof low === 'number') return typeof high === 'number' && low > high;
  return typeof high !== 'number' && low.agoMs < high.agoMs;
}

function readExact(field: QueryField, type: QuantityType, { parts }: ValueToken): QueryMatch | Fault {
  const written = parts.join('*');
  const value = readQuantity(type, written);
  if (value === undefined) return quantityFault(type, written);
  if (type !== 'time' && typeof value === 'number') return { kind: 'equal', value };
  return {
    message: `nothing happens at exactly one moment; write ${field.name}:>=${written} for what came later`,
    replacement: `>=${written}`,
  };
}
