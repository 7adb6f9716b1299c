import { InvalidCompositionError } from '@tta/obs-context';
import { type PrimitiveLike, requireStep } from '@tta/obs-instrumentation';

/** A step of a saga, and how it is undone. */
export interface SagaStep<in I, out O> {
  readonly stepName: string;
  readonly forward: PrimitiveLike<I, O>;
  readonly compensate: PrimitiveLike<never, unknown>;
}

/**
 * A step of a {@link saga}.
 *
 * @param name - Tells it from the other steps of its saga, also in traces: `forward_{name}`.
 * @param forward - What it does. When this fails it is not undone: it has to clean up after itself.
 * @param compensate - Undoes what `forward` has done, of which it gets the output. It may run more than once, so a
 * second time has to do no harm.
 * @throws `OBS_ERR_INVALID_COMPOSITION` for a name that is none, or when either is no step.
 */
export function sagaStep<I, O>(
  name: string,
  forward: PrimitiveLike<I, O>,
  compensate: PrimitiveLike<NoInfer<O>, unknown>,
): SagaStep<I, O> {
  if (typeof name !== 'string' || name === '') {
    throw new InvalidCompositionError(
      `sagaStep: the name is ${name === '' ? 'empty' : `a ${typeof name}`}; it has to be a text, as in sagaStep('charge', charge, refund)`,
    );
  }
  requireStep(forward, `sagaStep "${name}": forward`);
  requireStep(compensate, `sagaStep "${name}": compensate`);
  return { stepName: name, forward, compensate };
}
