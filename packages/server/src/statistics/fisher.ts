import { logChoose, normalTails } from './distributions.ts';

/** Values that are summed one by one; for more of them the normal distribution is exact enough. */
const MOST_TERMS = 10_000;
/** Two probabilities are the same when they differ by less: they come from logarithms. */
const ROUNDING = 1e-7;
const LEVEL = 0.05;

/** Of so many executions so many failed. */
export interface Failures {
  readonly calls: number;
  readonly errors: number;
}

/**
 * Fisher's exact test: how often parts of the executions that failed are at least as unlike by chance (all outcomes that are no
 * likelier count). By the normal distribution where both failed and other executions are many.
 *
 * @returns `null` when it could not be less than 0.05 with so many executions and failures.
 */
export function fisher(baseline: Failures, candidate: Failures): number | null {
  const { calls } = candidate;
  const all = baseline.calls + calls;
  const errors = baseline.errors + candidate.errors;
  const least = Math.max(0, errors - baseline.calls);
  const most = Math.min(errors, calls);
  if (most === least) return null;
  if (most - least > MOST_TERMS) return zTest(baseline, candidate);
  // Of the errors, how many are of the candidate: hypergeometrically distributed.
  const logAll = logChoose(all, calls);
  const probabilityOf = (own: number) =>
    Math.exp(logChoose(errors, own) + logChoose(all - errors, calls - own) - logAll);
  if (Math.min(probabilityOf(least), probabilityOf(most)) > LEVEL) return null;
  const seen = probabilityOf(candidate.errors) * (1 + ROUNDING);
  let sum = 0;
  for (let own = least; own <= most; own++) {
    const probability = probabilityOf(own);
    if (probability <= seen) sum += probability;
  }
  return Math.min(1, sum);
}

function zTest(one: Failures, other: Failures): number {
  const rate = (one.errors + other.errors) / (one.calls + other.calls);
  const deviation = Math.sqrt(rate * (1 - rate) * (1 / one.calls + 1 / other.calls));
  return normalTails((one.errors / one.calls - other.errors / other.calls) / deviation);
}
