/** Executions that an SLO has judged. */
export interface SloCounts {
  readonly good: number;
  readonly bad: number;
}

/** The share that may be bad. Twelve decimals, so that an objective of 0.999 allows 0.001 and not a bit more. */
export function errorBudget(objective: number): number {
  return Number((1 - objective).toFixed(12));
}

/** The share that is good; 1 where there is nothing. */
export function compliance({ good, bad }: SloCounts): number {
  return bad === 0 ? 1 : good / (good + bad);
}

/** How many times as fast as allowed the error budget is spent: 1 spends it exactly; 0 where there is nothing. */
export function burnRate({ good, bad }: SloCounts, objective: number): number {
  return bad === 0 ? 0 : bad / (good + bad) / errorBudget(objective);
}

/**
 * The share of the error budget that is left: 1 − (1 − compliance) ÷ (1 − objective). Below 0 once more is spent
 * than there was, on purpose: −3 says that three budgets more are gone than one that is merely spent.
 */
export function errorBudgetRemaining(counts: SloCounts, objective: number): number {
  return 1 - burnRate(counts, objective);
}
