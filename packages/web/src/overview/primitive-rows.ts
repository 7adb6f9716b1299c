import type { PrimitiveStats } from '@tta/obs-protocol';

/** What rows can be put in order by. */
export type PrimitiveColumn =
  'name' | 'service' | 'calls' | 'errorRatio' | 'p50Ms' | 'p95Ms' | 'p99Ms' | 'maxMs' | 'totalMs';

export interface PrimitiveOrder {
  readonly by: PrimitiveColumn;
  readonly isDescending: boolean;
}

/** Where the time goes is what is asked first. */
export const DEFAULT_ORDER: PrimitiveOrder = { by: 'totalMs', isDescending: true };

/** The order after a click on the head of a column: the other way round, or as its values are wanted most. */
export function orderAfter(order: PrimitiveOrder, column: PrimitiveColumn): PrimitiveOrder {
  if (order.by === column) return { by: column, isDescending: !order.isDescending };
  return { by: column, isDescending: column !== 'name' && column !== 'service' };
}

export function errorRatio({ calls, errors }: Pick<PrimitiveStats, 'calls' | 'errors'>): number {
  return calls === 0 ? 0 : errors / calls;
}

/** Rows in whose type, name or service all words of `filter` occur, in order. */
export function primitiveRows(
  items: readonly PrimitiveStats[],
  filter: string,
  { by, isDescending }: PrimitiveOrder,
): readonly PrimitiveStats[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const found =
    words.length === 0
      ? items
      : items.filter(({ primitiveType, name, serviceName }) => {
          const text = `${primitiveType} ${name} ${serviceName}`.toLowerCase();
          return words.every((word) => text.includes(word));
        });
  const sign = isDescending ? -1 : 1;
  // Sorting is stable: what is equal stays in the order of the answer, most time first.
  return found.toSorted((one, other) => sign * compare(one, other, by));
}

function compare(one: PrimitiveStats, other: PrimitiveStats, by: PrimitiveColumn): number {
  switch (by) {
    case 'name':
      return byText(one.name, other.name) || byText(one.primitiveType, other.primitiveType);
    case 'service':
      return byText(one.serviceName, other.serviceName);
    case 'errorRatio':
      return errorRatio(one) - errorRatio(other) || one.errors - other.errors;
    default:
      return one[by] - other[by];
  }
}

const collator = new Intl.Collator('en', { numeric: true });

function byText(one: string, other: string): number {
  return collator.compare(one, other);
}
