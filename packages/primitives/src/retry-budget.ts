import { type ErrorClass, InvalidCompositionError } from '@tta/obs-context';
import { Allowance } from './internal/allowance.ts';
import { requireOptions, requirePositive } from './internal/requirements.ts';

/** Shared by all copies of this package in one process, where `instanceof` would fail. */
const brand = Symbol.for('@tta/obs/retry-budget');

/** What retries may spend together. The defaults are those of the AWS SDKs. */
export interface RetryBudgetOptions {
  /** How many tokens it holds; it begins full. @defaultValue 500 */
  readonly capacity?: number;
  /** What a retry costs, in tokens; at most the capacity. @defaultValue 5 */
  readonly cost?: number;
  /**
   * What a retry costs after a timeout, which has cost the other side more; at most the capacity.
   *
   * @defaultValue 10, or the capacity where that is less
   */
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
    Object.defineProperty(this, brand, { value: true });
  }

  /** How many tokens are left. */
  get tokens(): number {
    return this.#allowance.tokens;
  }

  /** Pays for the retry that answers such an error. @returns Whether there were tokens enough; else none are taken. */
  spend(found: ErrorClass): boolean {
    return this.#allowance.spend(this.#costAfter(found));
  }

  /** Gives back what was paid for a retry that was not made. */
  refund(found: ErrorClass): void {
    this.#allowance.earn(this.#costAfter(found));
  }

  /** Puts back what a success at the first attempt is worth. */
  refill(): void {
    this.#allowance.earn(this.#options.refill);
  }

  #costAfter({ category }: ErrorClass): number {
    return category === 'timeout' ? this.#options.timeoutCost : this.#options.cost;
  }
}

/** True for every budget, also one made by another installed copy of the package. */
export function isRetryBudget(value: unknown): value is RetryBudget {
  return typeof value === 'object' && value !== null && brand in value;
}

/**
 * Keeps an outage from multiplying load: every retry takes tokens, every success at the first attempt puts some back, and
 * where too few are left the failure is thrown in place of another attempt. Give the same budget to all retries that call
 * the same service.
 *
 * @throws `OBS_ERR_INVALID_COMPOSITION` for an option out of range, and for a cost that it could never pay.
 */
export function retryBudget(options: RetryBudgetOptions = {}): RetryBudget {
  requireOptions(options, 'retryBudget', '{ capacity: 500 }');
  const { capacity = 500, cost = 5, timeoutCost = Math.min(10, capacity), refill = 1 } = options;
  requirePositive(capacity, 'retryBudget: capacity');
  requirePositive(cost, 'retryBudget: cost');
  requirePositive(timeoutCost, 'retryBudget: timeoutCost');
  requirePositive(refill, 'retryBudget: refill');
  for (const [what, tokens] of Object.entries({ cost, timeoutCost })) {
    if (tokens > capacity)
      throw new InvalidCompositionError(
        `retryBudget: ${what} is ${tokens} and capacity ${capacity}; a retry that costs more than the budget holds is never made`,
      );
  }
  return new RetryBudget({ capacity, cost, timeoutCost, refill });
}
