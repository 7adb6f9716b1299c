import { inspect } from 'node:util';

/** Longest value in a message. */
const valueLimit = 120;

/** A value as a message shows it, in one line: `"network"`, `/^5\d\d/`, `{ id: 7 }`, `StringContaining "x"`. */
export function valueText(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : (matcherText(value) ?? inspected(value));
  return text.length <= valueLimit ? text : `${text.slice(0, valueLimit - 1)}…`;
}

function inspected(value: unknown): string {
  return inspect(value, { breakLength: Number.POSITIVE_INFINITY, compact: true, depth: 4 }).replaceAll(
    /\s*\n\s*/g,
    ' ',
  );
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
