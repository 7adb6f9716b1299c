import { lambda, named, type PrimitiveLike, retry, sequential, timeout } from '@tta/obs-primitives';

export interface Order {
  readonly article: string;
  readonly count: number;
}

/** What the warehouse answers. */
export interface Reservation {
  readonly shelf: string;
  readonly left: number;
  /** Of the trace that the warehouse's part is in. */
  readonly traceId: string | undefined;
}

/**
 * In the shop's process: takes an order and has the warehouse reserve it.
 *
 * @param reserve - Asks the warehouse, which is another process.
 */
export function placeOrder(reserve: PrimitiveLike<Order, Reservation>) {
  return named(
    'place order',
    sequential(
      lambda('check order', (order: Order) => {
        if (!Number.isSafeInteger(order.count) || order.count < 1)
          throw new RangeError('an order has to be of something');
        return order;
      }),
      retry(timeout(reserve, { ms: 2_000 }), { baseMs: 50 }),
    ),
  );
}

/** In the warehouse's process: finds the shelf of an article, and takes from it. */
export function reserveStock(shelves: ReadonlyMap<string, { shelf: string; left: number }>) {
  return named(
    'reserve stock',
    sequential(
      lambda('find shelf', ({ article, count }: Order) => {
        const found = shelves.get(article);
        if (found === undefined || found.left < count) throw new Error(`there are no ${count} of ${article}`);
        return { found, count };
      }),
      lambda('take from shelf', ({ found, count }) => {
        found.left -= count;
        return { ...found };
      }),
    ),
  );
}
