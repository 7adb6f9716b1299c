import type { Refund } from './workflow.ts';

/** A shop in memory. */
export class Shop {
  readonly refunds: Refund[] = [];

  readonly find = (order: string) =>
    order === 'A-17'
      ? { order, article: 'kettle', usd: 30, status: 'delivered' }
      : { order, status: 'there is no such order' };

  readonly refund = (refund: Refund) => {
    this.refunds.push(refund);
    return { ...refund, status: 'refunded' };
  };
}
