import type { Decision } from './decision-rule.ts';
import { LruCache } from './lru-cache.ts';

/** Which traces were decided and how, for their late spans. Many that were dropped do not displace the few kept. */
export class DecisionCache {
  readonly #sampled: LruCache<Decision>;
  readonly #others: LruCache<Decision>;

  /** At least so many of each kind are remembered; twice as many at most, of about 100 bytes each. */
  constructor(sampledSize: number, nonSampledSize: number) {
    this.#sampled = new LruCache(sampledSize);
    this.#others = new LruCache(nonSampledSize);
  }

  get(traceId: string): Decision | undefined {
    return this.#sampled.get(traceId) ?? this.#others.get(traceId);
  }

  set(traceId: string, decision: Decision): void {
    (decision === 'sampled' ? this.#sampled : this.#others).set(traceId, decision);
  }
}
