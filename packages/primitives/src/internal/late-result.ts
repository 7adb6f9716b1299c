import type { RunScope } from '@tta/obs-instrumentation';

/** Counts a result that came when nobody waited for it any more. */
export function countLateResult(scope: RunScope): void {
  scope.record({ type: 'recovery', kind: 'late_result' });
}
