/*
 * What comes from a model or its provider may be anything, whatever its type says: each of these takes it as it is and says
 * `undefined`, or nothing, where it is something else.
 */

export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

export function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A whole number that can be counted on: sums of tokens are made of it. */
export function countOf(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}

/** What may be a cost. */
export function usdOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** Their sum; `undefined` where none of them is known. */
export function sumOf(...values: unknown[]): number | undefined {
  const counts = values.map(countOf).filter((count) => count !== undefined);
  return counts.length === 0 ? undefined : countOf(counts.reduce((sum, count) => sum + count));
}

/** What can be part of a text: several pieces of the same reply. */
export function joined(pieces: readonly unknown[]): string {
  return pieces.filter((piece) => typeof piece === 'string').join('');
}
