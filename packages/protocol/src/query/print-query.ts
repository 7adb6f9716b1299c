import type { FilterNode, QueryMatch, QueryNode, QueryQuantity } from './query-node.ts';
import { queryFieldNamed, type QueryFieldType } from './query-fields.ts';
import { printQuantity } from './query-quantity.ts';

/**
 * The canonical text of a query: {@link parseQuery} reads it as the same query without problems, and what was printed
 * prints as itself.
 *
 * @param root - `undefined` gives `''`.
 */
export function printQuery(root: QueryNode | undefined): string {
  return root === undefined ? '' : printNode(root);
}

function printNode(node: QueryNode): string {
  switch (node.kind) {
    case 'filter':
      return printFilter(node);
    case 'some':
      return `some(${printNode(node.child)})`;
    case 'not':
      return `-${inParentheses(node.child, ['and', 'or', 'not'])}`;
    case 'and':
      return node.children.map((child) => inParentheses(child, ['and', 'or'])).join(' ');
    case 'or':
      return node.children.map((child) => inParentheses(child, ['or'])).join(' OR ');
  }
}

/** Of the kinds that would be read otherwise without them. */
function inParentheses(node: QueryNode, kinds: readonly QueryNode['kind'][]): string {
  const text = printNode(node);
  return kinds.includes(node.kind) ? `(${text})` : text;
}

function printFilter({ field, anyOf }: FilterNode): string {
  const [first] = anyOf;
  if (anyOf.length === 1 && first) {
    if (first.kind === 'present') return `has:${printField(field)}`;
    if (field === 'text' && first.kind === 'text') return printFreeText(first.parts);
  }
  const type = queryFieldNamed(field)?.type ?? 'attribute';
  return `${printField(field)}:${anyOf.map((match) => printMatch(type, match)).join(',')}`;
}

/** A field of the catalogue, or `attr.` and a key, which is quoted where it has to be. */
export function printField(field: string): string {
  const key = /^attr\.(.*)$/s.exec(field)?.[1];
  return key === undefined || /^[\w./@-]+$/.test(key) ? field : `attr.${quote(key)}`;
}

/** A value of a field as a query writes it: quoted where it would be read as something else. */
export function printText(parts: readonly string[]): string {
  const isPattern = parts.length > 1;
  return parts
    .map((part) => (isPlainValue(part) || (isPattern && part === '') ? part : quote(part)))
    .join('*');
}

function printFreeText(parts: readonly string[]): string {
  const [phrase = '', ...rest] = parts;
  const isKeyword = /^(and|or|not|some)$/i.test(phrase);
  const isPlain = /^[\p{L}\p{N}_./@][\p{L}\p{N}_./@-]*$/u.test(phrase) && !isKeyword;
  return [isPlain ? phrase : quote(phrase), ...rest].join('*');
}

/** Two dots would be a range, and what begins with a sign a comparison. */
function isPlainValue(text: string): boolean {
  return /^[\p{L}\p{N}_./@:+-]+$/u.test(text) && !text.includes('..');
}

function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

function printMatch(type: QueryFieldType, match: QueryMatch): string {
  const print = (value: QueryQuantity): string =>
    printQuantity(type === 'duration' || type === 'money' || type === 'time' ? type : 'count', value);
  switch (match.kind) {
    case 'present':
      return '*';
    case 'text':
      return printText(match.parts);
    case 'equal':
      return print(match.value);
    case 'compare':
      return `${match.operator}${print(match.value)}`;
    case 'range':
      return `${print(match.from)}..${print(match.to)}`;
  }
}
