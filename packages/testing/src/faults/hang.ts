import {
  type InstrumentedPrimitive,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';
import { inPlaceOf } from '../internal/in-place-of.ts';
import { untilAborted } from '../internal/until-aborted.ts';

/** How a step hangs. */
export interface HangOptions {
  /**
   * Whether it goes on when it is cancelled, as code does that never looks at its signal. Its span stays open until
   * the run around it ends.
   *
   * @defaultValue false
   */
  readonly ignoresAbort?: boolean;
}

/**
 * A step that never answers: it fails with the reason of its signal when that aborts, and waits on no timer.
 *
 * @param step - What it shows as; it is never called. @defaultValue a function `hang`, for a place of any type
 * @throws `OBS_ERR_INVALID_COMPOSITION` when `step` is none.
 */
export function hang(): InstrumentedPrimitive<unknown, never>;
export function hang<I, O>(step: PrimitiveLike<I, O>, options?: HangOptions): InstrumentedPrimitive<I, O>;
export function hang(
  step: PrimitiveLike<never, unknown> = hang,
  { ignoresAbort = false }: HangOptions = {},
): InstrumentedPrimitive<never, unknown> {
  requireStep(step, 'faults.hang: the step');
  return inPlaceOf(step, (_input, scope: RunScope) =>
    ignoresAbort ? new Promise(() => undefined) : untilAborted(scope),
  );
}
