import { number, text } from './sqlite-rows.ts';
import type { SqlRow } from './sqlite-driver.ts';

/** A cursor that no answer of ours has given. */
export class InvalidCursorError extends Error {
  constructor() {
    super('cursor must be the nextCursor of an earlier answer.');
    this.name = 'InvalidCursorError';
  }
}

/** The largest number that SQLite stores. */
const LATEST_NS = 2n ** 63n - 1n;

/** A page ends before the item that would make it larger, for it is one text in memory. */
const PAGE_BYTES = 4_000_000;

/** Position in a list that is ordered by a time in nanoseconds and then by a key. */
export type CursorPosition = readonly [timeNs: bigint, key: bigint];

/** @throws InvalidCursorError when it is not one of ours. */
export function parseCursor(cursor: string): CursorPosition {
  const match = /^([0-9]{1,19})-([0-9]{1,15})$/.exec(cursor);
  if (match === null || BigInt(match[1]!) > LATEST_NS) throw new InvalidCursorError();
  return [BigInt(match[1]!), BigInt(match[2]!)];
}

/**
 * Makes a page of up to `limit` items out of rows that were asked for with a limit of one more.
 *
 * @param timeColumn - Column with the time as text, `keyColumn` with the key.
 */
export function pageOf<Item>(
  rows: readonly SqlRow[],
  limit: number,
  [timeColumn, keyColumn]: readonly [string, string],
  toItem: (row: SqlRow) => Item,
): { readonly items: readonly Item[]; readonly nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return {
    items: page.map(toItem),
    nextCursor: hasMore ? `${text(last, timeColumn)}-${number(last, keyColumn)}` : null,
  };
}

/** How many items of these sizes fit on a page; of those that are larger than a page, one. */
export function fitting(sizes: readonly number[]): number {
  let bytes = 0;
  const over = sizes.findIndex((size, index) => (bytes += size) > PAGE_BYTES && index > 0);
  return over === -1 ? sizes.length : over;
}
