import { InvalidCompositionError } from '@tta/obs-context';
import { requirePositive, requirePositiveInteger } from '../internal/requirements.ts';

/** Looks at the last calls, however long ago they were. */
export interface CountWindow {
  /** How many calls it looks back. */
  readonly size: number;
  /** Failures over calls from which on the circuit opens: above 0, at most 1. */
  readonly failureRatio: number;
  /** How many calls it takes to judge, at most `size`. @defaultValue `size` */
  readonly minCalls?: number;
}

/** Looks at the calls of the last while, which it counts in tenths of that while. */
export interface SamplingWindow {
  /** How long it looks back, in milliseconds. */
  readonly windowMs: number;
  /** Failures over calls from which on the circuit opens: above 0, at most 1. */
  readonly failureRatio: number;
  /** How many calls it takes to judge. */
  readonly minCalls: number;
}

/** When a closed circuit opens: after so many failures in a row, or at a share of the calls of a window. */
export type TripRule =
  { readonly failures: number } | { readonly count: CountWindow } | { readonly sampling: SamplingWindow };

/** @throws `OBS_ERR_INVALID_COMPOSITION` for a rule that can never open a circuit, or judges by nothing. */
export function requireTripRule(rule: TripRule, what: string): void {
  // JavaScript may give a number, or a rule whose window is missing.
  const given = (typeof rule === 'object' ? (rule ?? {}) : {}) as TripRule;
  if ('failures' in given) return requirePositiveInteger(given.failures, `${what}.failures`);
  if ('count' in given) return requireCountWindow(given.count ?? {}, `${what}.count`);
  if ('sampling' in given) return requireSamplingWindow(given.sampling ?? {}, `${what}.sampling`);
  throw new InvalidCompositionError(`${what} has to have failures, count or sampling`);
}

function requireCountWindow(
  { size, failureRatio, minCalls = size }: Partial<CountWindow>,
  what: string,
): void {
  requirePositiveInteger(size as number, `${what}.size`);
  requireJudgement(failureRatio, minCalls, what);
  if ((minCalls as number) > (size as number))
    throw new InvalidCompositionError(
      `${what}.minCalls is ${minCalls}; it has to be at most the size, which is ${size}`,
    );
}

function requireSamplingWindow(window: Partial<SamplingWindow>, what: string): void {
  requirePositive(window.windowMs, `${what}.windowMs`);
  requireJudgement(window.failureRatio, window.minCalls, what);
}

function requireJudgement(
  failureRatio: number | undefined,
  minCalls: number | undefined,
  what: string,
): void {
  if (failureRatio === undefined || !(failureRatio > 0 && failureRatio <= 1))
    throw new InvalidCompositionError(
      `${what}.failureRatio is ${failureRatio}; it has to be above 0 and at most 1`,
    );
  requirePositiveInteger(minCalls as number, `${what}.minCalls`);
}
