import { attributeNames as names, classifyError } from '@tta/obs-context';
import { pause, type RunScope } from '@tta/obs-instrumentation';
import { Backoff } from '../internal/backoff.ts';
import { countLateFailure, countLateResult, isAnswerToAbort } from '../internal/late-result.ts';
import { TimeoutError } from '../timeout.ts';
import type { SagaStep } from './saga-step.ts';

/** A step that came to its end, and what it returned. */
export interface FinishedStep {
  readonly step: SagaStep<unknown, unknown>;
  /** Among the steps of its saga, from 0. */
  readonly index: number;
  /** How many steps the saga has. */
  readonly total: number;
  readonly output: unknown;
}

/** How much is done to undo a step. */
export interface UndoLimits {
  /** Attempts after the first, of each step. */
  readonly retries: number;
  /** For all steps together, in milliseconds. */
  readonly timeoutMs: number;
}

/** Between two attempts; like those of a retry, but that the caller waits. */
const waits = { baseMs: 500, factor: 2, maxDelayMs: 10_000, jitter: 'equal' } as const;

/**
 * Undoes steps, the last one first, each with its share of the time that is left: one that hangs does not take the
 * time of the others. Never rejects.
 *
 * @param failure - Why they are undone.
 * @returns What those failed with that could not be undone, by their names.
 */
export async function undoAll(
  finished: readonly FinishedStep[],
  failure: unknown,
  limits: UndoLimits,
  scope: RunScope,
): Promise<ReadonlyMap<string, unknown>> {
  const failures = new Map<string, unknown>();
  const endsAtMs = scope.clock.monotonic() + limits.timeoutMs;
  for (const [before, one] of [...finished.entries()].reverse()) {
    const { stepName } = one.step;
    const attributes = { [names.sagaStep]: stepName };
    const leftMs = endsAtMs - scope.clock.monotonic();
    try {
      await undo(one, Math.max(0, Math.floor(leftMs / (before + 1))), limits.retries, scope);
      scope.record({ type: 'recovery', kind: 'compensation', error: failure, attributes });
    } catch (error) {
      failures.set(stepName, error);
      scope.record({ type: 'recovery', kind: 'compensation_failed', error, attributes });
    }
  }
  return failures;
}

/** Undoes a step within a time limit. What comes later is dropped and counted. */
function undo(finished: FinishedStep, limitMs: number, retries: number, scope: RunScope): Promise<void> {
  // Not linked to the run's: that one may have aborted, and this is what has to be done then.
  const abort = new AbortController();
  const { signal } = abort;
  return new Promise((resolve, reject) => {
    const expire = (): void => {
      const late = new TimeoutError(`compensate_${finished.step.stepName}`, limitMs);
      // First, so that a step which answers at once ends before the next one begins.
      abort.abort(late);
      reject(late);
    };
    const cancel = scope.clock.timer(limitMs, expire, true);
    attempts(finished, { retries, endsAtMs: scope.clock.monotonic() + limitMs }, signal, scope).then(
      () => {
        if (signal.aborted) return countLateResult(scope);
        cancel();
        resolve();
      },
      (error: unknown) => {
        if (!signal.aborted) {
          cancel();
          reject(error);
        } else if (!isAnswerToAbort(error, signal)) {
          countLateFailure(scope, error);
        }
      },
    );
  });
}

/** Tries until it is done, cannot be done, or there is no time for another attempt. */
async function attempts(
  { step, output, index, total }: FinishedStep,
  { retries, endsAtMs }: { readonly retries: number; readonly endsAtMs: number },
  signal: AbortSignal,
  scope: RunScope,
): Promise<void> {
  const { clock } = scope;
  const backoff = new Backoff(waits, scope.random);
  // It goes on also where the run has ended without waiting for it, as after a time limit around the saga.
  const options = { signal, index, total, shared: true };
  for (let attempt = 1; ; attempt++) {
    try {
      await scope.step(`compensate_${step.stepName}`, step.compensate, output as never, options);
      return;
    } catch (error) {
      const { recoverable, category, retryAfterMs } = classifyError(error, clock);
      if (!recoverable || attempt > retries) throw error;
      // Zero, or a date that has passed, asks for nothing.
      const waitMs = retryAfterMs || backoff.next();
      if (clock.monotonic() + waitMs >= endsAtMs) throw error;
      scope.record({
        type: 'recovery',
        kind: 'retry',
        error,
        attributes: {
          [names.sagaStep]: step.stepName,
          [names.retryAttempt]: attempt,
          [names.retryBackoffMs]: Math.round(waitMs),
          [names.retryReason]: category,
          [names.retryAfterHeader]: retryAfterMs !== undefined,
        },
      });
      await pause({ signal, clock }, waitMs);
    }
  }
}
