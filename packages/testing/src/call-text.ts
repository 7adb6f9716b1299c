import type { Colors } from './marked-tree.ts';

/** Longest text of the arguments. */
const argumentsLimit = 120;

/** A call of a matcher as it stands in a test. */
export interface MatcherCall {
  readonly matcher: string;
  readonly expected: readonly unknown[];
}

/** A call as a test writes it: `expect(trace).not.toHaveRetried("fetch page", 2)`. */
export function callText({ matcher, expected }: MatcherCall, isNot: boolean, colors: Colors): string {
  const { dim } = colors;
  const begin = `${dim('expect(')}${colors.received('trace')}${dim(isNot ? ').not.' : ').')}`;
  return `${begin}${matcher}${dim('(')}${colors.expected(argumentsText(expected))}${dim(')')}`;
}

function argumentsText(expected: readonly unknown[]): string {
  const given = expected.slice(0, expected.findLastIndex((value) => value !== undefined) + 1);
  const text = given.map(valueText).join(', ');
  return text.length <= argumentsLimit ? text : `${text.slice(0, argumentsLimit - 1)}…`;
}

/** A value in a line, as source code would have it. */
export function valueText(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null || value instanceof RegExp) return String(value);
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  if (isAsymmetric(value)) return value.toAsymmetricMatcher?.() ?? String(value);
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  if (entries.length === 0) return '{}';
  return `{ ${entries.map(([key, field]) => `${keyText(key)}: ${valueText(field)}`).join(', ')} }`;
}

function keyText(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
}

function isAsymmetric(value: object): value is { readonly toAsymmetricMatcher?: () => string } {
  return 'asymmetricMatch' in value;
}
