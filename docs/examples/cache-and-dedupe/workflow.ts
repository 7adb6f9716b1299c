import { cache, dedupe, lambda, named, parallel, sequential } from '@tta/obs-primitives';

export interface Question {
  readonly article: string;
  readonly currency: string;
}

export interface Offer {
  readonly price: number;
  readonly stock: number;
}

/** The other sides that an offer is made of. */
export interface Sources {
  /** What a dollar is worth. It may be a minute old, and each question costs. */
  readonly rateOf: (currency: string) => Promise<number>;
  /** How many there are. It has to be right at the moment. */
  readonly stockOf: (article: string) => Promise<number>;
  readonly priceUsd: (article: string) => number;
}

/**
 * Makes an offer. The rate is remembered for a minute; what is in stock never is, but customers who ask at the same
 * moment share one question.
 *
 * Build it once and use it for all customers: what it remembers and shares is its own. `rate.stats()` tells what that has
 * saved.
 */
export function offers({ rateOf, stockOf, priceUsd }: Sources) {
  const rate = cache(lambda('ask the bank', rateOf), {
    key: (currency) => currency,
    ttlMs: 60_000,
    costPerCallUsd: 0.01,
  });
  const stock = dedupe(lambda('ask the warehouse', stockOf), { key: (article) => article });

  const offer = sequential(
    parallel({
      rate: named('rate', sequential(currencyOf, rate)),
      stock: named('stock', sequential(articleOf, stock)),
      usd: lambda('look up price', ({ article }: Question) => priceUsd(article)),
    }),
    function multiply({ rate, stock, usd }): Offer {
      return { price: Math.round(usd * rate * 100) / 100, stock };
    },
  );
  return { makeOffer: named('make offer', offer), rate };
}

const currencyOf = ({ currency }: Question): string => currency;
const articleOf = ({ article }: Question): string => article;
