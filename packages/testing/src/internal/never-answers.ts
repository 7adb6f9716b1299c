import { onAbort, type StepFunction } from '@tta/obs-instrumentation';
import type { FaultOptions } from '../faults/fault-options.ts';

/** The body of a step that hangs. */
export function neverAnswers({ ignoresAbort = false }: FaultOptions = {}): StepFunction<unknown, never> {
  return (_input, { signal }) =>
    new Promise((_, reject) => {
      if (ignoresAbort) return;
      const rejectNow = (): void => reject(signal.reason as Error);
      if (signal.aborted) rejectNow();
      else onAbort(signal, rejectNow);
    });
}
