import { attributeNames as names } from '@tta/obs-context';
import type { RunScope } from '@tta/obs-instrumentation';
import type { CacheEntry } from './cache-store.ts';
import { hashOf } from './store-key.ts';

/** What the look-ups of a cache came to. */
export interface LookUpCounts {
  /** Look-ups that were answered as if the step had run just now; by a remembered failure as well. */
  readonly hits: number;
  readonly misses: number;
  /** Look-ups that found nothing fresh and waited for the run of another, instead of one of their own. */
  readonly joined: number;
  /** Look-ups that were answered with what is out of date. */
  readonly stale: number;
  /** Look-ups that found an answer out of date, and were not answered with it. */
  readonly expirations: number;
  /** Hits and stale answers over all look-ups, from 0 to 1; 0 before the first. */
  readonly hitRate: number;
  /** In US dollars. */
  readonly savedUsd: number;
}

/** Counts what look-ups come to, and tells it on their spans and in the metrics. */
export class LookUps {
  readonly #cacheType: string;
  readonly #costPerCallUsd: number;
  readonly #outcomes = { hit: 0, miss: 0, stale: 0 };
  #joined = 0;
  #expirations = 0;
  #savedUsd = 0;

  constructor(cacheType: string, costPerCallUsd: number) {
    this.#cacheType = cacheType;
    this.#costPerCallUsd = costPerCallUsd;
  }

  get counts(): LookUpCounts {
    const { hit, miss, stale } = this.#outcomes;
    const all = hit + miss + stale;
    return {
      hits: hit,
      misses: miss,
      joined: this.#joined,
      stale,
      expirations: this.#expirations,
      hitRate: all === 0 ? 0 : (hit + stale) / all,
      savedUsd: this.#savedUsd,
    };
  }

  /**
   * An answer that was there is given.
   *
   * @param saves - Whether no call of the step is made for it.
   */
  given(scope: RunScope, outcome: 'hit' | 'stale', entry: CacheEntry, ageMs: number, saves: boolean): void {
    this.#tell(scope, outcome, {
      [names.cacheKey]: entry.keyHash,
      [names.cacheAgeMs]: Math.round(ageMs),
      [names.cacheTtlMs]: Math.round(entry.ttlMs),
    });
    if (saves) this.#save(scope);
  }

  /**
   * No answer is given that was there: the step is asked, or a remembered failure thrown, which is a hit.
   *
   * @param found - What was there, out of date.
   */
  notGiven(scope: RunScope, outcome: 'hit' | 'miss', key: string, found?: CacheEntry): void {
    if (found) this.#expirations++;
    this.#tell(scope, outcome, { [names.cacheKey]: hashOf(key) });
    if (outcome === 'hit') this.#save(scope);
  }

  /** A run of the step was shared that another look-up had begun. */
  joined(scope: RunScope): void {
    this.#joined++;
    this.#save(scope);
  }

  #tell(
    scope: RunScope,
    outcome: 'hit' | 'miss' | 'stale',
    attributes: Readonly<Record<string, string | number>>,
  ): void {
    this.#outcomes[outcome]++;
    scope.attr(names.cacheOutcome, outcome);
    scope.record({ type: 'cache', outcome, cacheType: this.#cacheType, attributes });
  }

  #save(scope: RunScope): void {
    if (this.#costPerCallUsd === 0) return;
    this.#savedUsd += this.#costPerCallUsd;
    scope.cost(this.#costPerCallUsd, 'saved');
  }
}
