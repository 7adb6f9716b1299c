import { inspect } from 'node:util';
import { visibleText } from './visible-text.ts';

/** Longest value in a message. */
const valueLimit = 120;
/** So deep a value is shown. */
const mostDepth = 4;

/**
 * A value as a message shows it, in one line: `"network"`, `/^5\d\d/`, `{ id: 7 }`, `StringContaining "x"`. Of what is
 * too long, first what is deep inside is left out: `{ span: 'a', children: […] }`.
 */
export function valueText(value: unknown, limit = valueLimit): string {
  const said = typeof value === 'string' ? quoted(value) : matcherText(value);
  if (said === undefined) return inspected(value, limit);
  const text = visibleText(said);
  return text.length <= limit ? text : `${text.slice(0, limit - 2)}…${text.slice(-1)}`;
}

/** In the quotes that it does not have itself: a line of a tree has `"` around a name. */
function quoted(text: string): string {
  const json = JSON.stringify(text);
  if (!text.includes('"') || text.includes("'")) return json;
  return `'${json.slice(1, -1).replaceAll(String.raw`\"`, '"')}'`;
}

function inspected(value: unknown, limit: number): string {
  let text = '';
  for (let depth = mostDepth; depth >= 0; depth--) {
    const line = inspect(value, { breakLength: Number.POSITIVE_INFINITY, compact: true, depth })
      .replaceAll(/\s*\n\s*/g, ' ')
      .replaceAll('[Object]', '{…}')
      .replaceAll('[Array]', '[…]');
    text = visibleText(line);
    if (text.length <= limit) return text;
  }
  const [end = ''] = /[}\]]$/.exec(text) ?? [];
  const cut = text.slice(0, limit - 4);
  const lastComma = cut.lastIndexOf(', ');
  return end !== '' && lastComma > 0 ? `${cut.slice(0, lastComma)}, … ${end}` : `${cut}…`;
}

/** What an asymmetric matcher of Jest or Vitest calls itself; of another value `undefined`. */
function matcherText(value: unknown): string | undefined {
  if (!isMatcher(value)) return undefined;
  if (value.toAsymmetricMatcher) return value.toAsymmetricMatcher();
  return 'sample' in value ? `${value.toString()} ${valueText(value.sample)}` : value.toString();
}

interface Matcher {
  toString(): string;
  toAsymmetricMatcher?(): string;
  readonly sample?: unknown;
}

function isMatcher(value: unknown): value is Matcher {
  return typeof value === 'object' && value !== null && 'asymmetricMatch' in value && 'toString' in value;
}
