import { classifyError } from '@tta/obs-context';
import type { RunScope } from '@tta/obs-instrumentation';

/** Counts a result that came when nobody waited for it any more. */
export function countLateResult(scope: RunScope): void {
  scope.record({ type: 'recovery', kind: 'late_result' });
}

/** Counts a failure that came when nobody waited for it any more, and says which: nobody else will. */
export function countLateFailure(scope: RunScope, error: unknown): void {
  scope.record({ type: 'recovery', kind: 'late_result', error });
}

/** Whether a step that was aborted did as it was told: it threw the reason, or an error of its own for it. */
export function isAnswerToAbort(error: unknown, signal: AbortSignal): boolean {
  return error === signal.reason || classifyError(error).category === 'cancelled';
}
