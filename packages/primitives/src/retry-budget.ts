import type { ErrorClass } from '@tta/obs-context';
import { Allowance } from './internal/allowance.ts';
import { requirePositive } from './internal/requirements.ts';

/** What retries may spend together. The defaults are those of the AWS SDKs. */
export interface RetryBudgetOptions {
  /** How many tokens it holds; it begins full. @defaultValue 500 */
  readonly capacity?: number;
  /** What a retry costs, in tokens. @defaultValue 5 */
  readonly cost?: number;
  /** What a retry costs after a timeout, which has cost the other side more. @defaultValue 10 */
  readonly timeoutCost?: number;
  /** What a success at the first attempt puts back, in tokens. @defaultValue 1 */
  readonly refill?: number;
}

/** Tokens that several retries share. Made by {@link retryBudget}. */
export class RetryBudget {
  readonly #allowance: Allowance;
  readonly #options: Required<RetryBudgetOptions>;

  constructor(options: Required<RetryBudgetOptions>) {
    this.#options = options;
    this.#allowance = new Allowance(options.capacity);
  }

  /** How many tokens are left. */
  get tokens(): number {
    return this.#allowance.tokens;
  }

  /** Pays for the retry that answers such an error. @returns Whether there were tokens enough; else none are taken. */
  spend({ category }: ErrorClass): boolean {
    return this.#allowance.spend(category === 'timeout' ? this.#options.timeoutCost : this.#options.cost);
  }

  /** Puts back what a success at the first attempt is worth. */
  refill(): void {
    this.#allowance.earn(this.#options.refill);
  }
}

/**
 * Keeps an outage from multiplying load: every retry takes tokens, every success at the first attempt puts some back, and
 * where too few are left the failure is thrown in place of another attempt. Give the same budget to all retries that call
 * the same service.
 *
 * @throws `OBS_ERR_INVALID_COMPOSITION` for an option out of range.
 */
export function retryBudget(options: RetryBudgetOptions = {}): RetryBudget {
  const { capacity = 500, cost = 5, timeoutCost = 10, refill = 1 } = options;
  requirePositive(capacity, 'retryBudget: capacity');
  requirePositive(cost, 'retryBudget: cost');
  requirePositive(timeoutCost, 'retryBudget: timeoutCost');
  requirePositive(refill, 'retryBudget: refill');
  return new RetryBudget({ capacity, cost, timeoutCost, refill });
}
