import { isDeepStrictEqual, types } from 'node:util';
import { type Colors, noColors, type Note } from '../drawing/marked-tree.ts';
import { valueText } from '../drawing/value-text.ts';
import { visibleText } from '../drawing/visible-text.ts';

/** Where a value is not what is expected. */
export interface Difference {
  /** The keys that lead to it: `user.roles`; of the value itself nothing. */
  readonly path: string;
  readonly expected: unknown;
  /** `undefined` where there is nothing. */
  readonly received: unknown;
}

/** Whether a value is what is expected, as {@link partialDifferences} compares them. */
export function matchesPartially(expected: unknown, received: unknown): boolean {
  return partialDifferences(expected, received).length === 0;
}

/**
 * Where a value is not what is expected. Objects are compared by the keys that the expectation has, at every depth; a
 * key that is expected to be `undefined` may be missing. Arrays have to be equally long. A RegExp is looked for in
 * text. A matcher of Jest or Vitest (`expect.any(Number)`) is asked. All else has to be equal.
 *
 * @param path - Of the value, where it is part of another one.
 */
export function partialDifferences(expected: unknown, received: unknown, path = ''): readonly Difference[] {
  if (expected === received) return [];
  return isObject(expected) && isObject(received) && isRecord(expected) && !isAsymmetric(expected)
    ? Object.keys(expected).flatMap((key) =>
        partialDifferences(expected[key], received[key], path === '' ? key : `${path}.${key}`),
      )
    : isEqual(expected, received)
      ? []
      : [{ path, expected, received }];
}

/** How far a value is from what is expected: what is another value is closer than what is missing. */
export function distance(differences: readonly Difference[]): number {
  return differences.reduce((sum, { received }) => sum + (received === undefined ? 1.5 : 1), 0);
}

/** A difference as a message shows it: `error.category: expected "network", is "transient"`. */
export function differenceText({ path, expected, received }: Difference, colors: Colors = noColors): string {
  const wanted = colors.expected(expected === undefined ? 'none' : valueText(expected));
  const found = received === undefined ? 'is missing' : `is ${colors.received(valueText(received))}`;
  return `${path === '' ? '' : `${visibleText(path)}: `}expected ${wanted}, ${found}`;
}

/** Differences below what they are about, in the colours of what was expected and of what is there. */
export function differenceNotes(differences: readonly Difference[]): readonly Note[] {
  return differences.map((difference) => (colors) => differenceText(difference, colors));
}

function isEqual(expected: unknown, received: unknown): boolean {
  // The same has been found before, but for NaN.
  if (!isObject(expected)) return typeof expected === 'number' && Object.is(expected, received);
  if (isAsymmetric(expected)) return expected.asymmetricMatch(received);
  if (types.isRegExp(expected) && typeof received === 'string') return received.search(expected) >= 0;
  if (Array.isArray(expected)) {
    return (
      Array.isArray(received) &&
      received.length === expected.length &&
      expected.every((item, index) => matchesPartially(item, received[index]))
    );
  }
  return isDeepStrictEqual(expected, received);
}

interface Asymmetric {
  asymmetricMatch(received: unknown): boolean;
}

/** Whether a value is a matcher of Jest or Vitest, `expect.any(Number)`: it says itself what it matches. */
export function isAsymmetric(value: unknown): value is Asymmetric {
  return isObject(value) && typeof value['asymmetricMatch'] === 'function';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Whether what a value is lies in its keys alone: not so of a date, a map, a list. */
function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return Object.prototype.toString.call(value) === '[object Object]';
}
