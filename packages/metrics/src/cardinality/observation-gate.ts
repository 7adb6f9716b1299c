import type { Attributes } from '@opentelemetry/api';
import { identityOf, overflowLabels } from './label-gate.ts';

/** What one collection observed beyond the limit. */
interface Beyond {
  sum: number;
  readonly beyond: Map<string, number>;
}

export type Observe = (value: number, labels?: Attributes) => void;

/**
 * Decides under which labels the observations of one metric count: the first `limit` − 1 label sets for
 * themselves, all others as {@link overflowLabels}. The SDK would let the last of these others stand for all.
 */
export class ObservationGate {
  readonly #limit: number;
  readonly #isSum: boolean;
  readonly #known = new Set<string>();
  #collection: Beyond | undefined;

  /** @param isSum - Whether values beyond the limit are added up; of a gauge, the last one counts. */
  constructor(limit: number, isSum: boolean) {
    this.#limit = limit;
    this.#isSum = isSum;
  }

  /** For one call of a callback; those of one collection, which the SDK makes one after the other, add up. */
  bounded(observe: Observe): Observe {
    const collection = (this.#collection ??= this.#beginCollection());
    return (value, labels = {}) => {
      const identity = identityOf(labels);
      if (this.#known.has(identity) || this.#known.size < this.#limit - 1) {
        this.#known.add(identity);
        observe(value, labels);
      } else if (this.#isSum) {
        collection.sum += value - (collection.beyond.get(identity) ?? 0);
        collection.beyond.set(identity, value);
        observe(collection.sum, overflowLabels);
      } else observe(value, overflowLabels);
    };
  }

  #beginCollection(): Beyond {
    queueMicrotask(() => (this.#collection = undefined));
    return { sum: 0, beyond: new Map() };
  }
}
