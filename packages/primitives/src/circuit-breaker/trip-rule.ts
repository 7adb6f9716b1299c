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
  if ('failures' in rule) return requirePositiveInteger(rule.failures, `${what}.failures`);
  if ('count' in rule) {
    const { size, minCalls = size } = rule.count;
    requirePositiveInteger(size, `${what}.count.size`);
    requireWindow({ ...rule.count, minCalls }, `${what}.count`);
    if (minCalls > size)
      throw new InvalidCompositionError(
        `${what}.count.minCalls is ${minCalls}; it has to be at most the size, which is ${size}`,
      );
    return;
  }
  if (!('sampling' in (rule as object)))
    throw new InvalidCompositionError(`${what} has to have failures, count or sampling`);
  requirePositive(rule.sampling.windowMs, `${what}.sampling.windowMs`);
  requireWindow(rule.sampling, `${what}.sampling`);
}

function requireWindow(window: Pick<SamplingWindow, 'failureRatio' | 'minCalls'>, what: string): void {
  const { failureRatio, minCalls } = window;
  if (!(failureRatio > 0 && failureRatio <= 1))
    throw new InvalidCompositionError(
      `${what}.failureRatio is ${failureRatio}; it has to be above 0 and at most 1`,
    );
  requirePositiveInteger(minCalls, `${what}.minCalls`);
}
