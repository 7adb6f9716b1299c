import { InvalidCompositionError } from '@tta/obs-context';
import {
  InstrumentedPrimitive,
  isStep,
  isSuspension,
  journalOf,
  type RunScope,
  type StaticChild,
} from '@tta/obs-instrumentation';
import { requireNonNegativeInteger, requirePositive } from '../internal/requirements.ts';
import { CompensationError } from './compensation-error.ts';
import type { SagaSignatures } from './saga-signatures.ts';
import type { SagaStep } from './saga-step.ts';
import { type FinishedStep, undoAll, type UndoLimits } from './undo.ts';

/** How a saga undoes what it has done. */
export interface SagaOptions {
  /**
   * How often undoing a step is tried again when it fails in a way that may pass: after a growing wait (half
   * a second, then twice as long each time), or after the wait that the other side asks for (`Retry-After`).
   *
   * @defaultValue 3
   */
  readonly undoRetries?: number;
  /**
   * How long undoing may take, for all steps together, in milliseconds. Each step has its share of the time
   * that is left, so that one which hangs does not keep the others from being undone.
   *
   * @defaultValue 60000
   */
  readonly undoTimeoutMs?: number;
  /** @defaultValue 'saga' */
  readonly name?: string;
}

type AnySagaStep = SagaStep<unknown, unknown>;

class Saga extends InstrumentedPrimitive<unknown, unknown, never> {
  readonly #steps: readonly AnySagaStep[];
  readonly #limits: UndoLimits;

  constructor(steps: readonly AnySagaStep[], options: SagaOptions) {
    const children = steps.flatMap(({ stepName, forward, compensate }): StaticChild[] => [
      { edge: `forward_${stepName}`, step: forward },
      { edge: `compensate_${stepName}`, step: compensate },
    ]);
    super({ type: 'saga', name: options.name ?? 'saga', children });
    const { undoRetries = 3, undoTimeoutMs = 60_000 } = options;
    this.#steps = steps;
    this.#limits = { retries: undoRetries, timeoutMs: undoTimeoutMs };
  }

  protected async run(input: unknown, scope: RunScope): Promise<unknown> {
    const finished: FinishedStep[] = [];
    const total = this.#steps.length;
    let output = input;
    try {
      for (const [index, step] of this.#steps.entries()) {
        output = await scope.step(`forward_${step.stepName}`, step.forward, output, { index, total });
        finished.push({ step, index, total, output });
      }
      // Whoever cancelled the run gets no output, so that nobody else could undo it.
      if (scope.isCancellable) scope.signal.throwIfAborted();
      return output;
    } catch (error) {
      const undo = (reason: unknown): ReturnType<typeof undoAll> =>
        undoAll(finished, reason, this.#limits, scope);
      // It goes on from here when there is a decision; it is undone where nobody goes on with it.
      if (isSuspension(error) && journalOf(scope)?.undoUnlessResumed(undo)) throw error;
      const failures = await undo(error);
      if (failures.size > 0) throw new CompensationError(this.name, failures, finished.length, error);
      throw error;
    }
  }
}

/**
 * Runs steps one after the other; the output of each is the input of the next. When one fails, or the run is
 * cancelled, those that came to their end are undone, the last one first, and what it failed with is thrown.
 *
 * @param steps - One to eight of {@link sagaStep}; options may follow.
 * @throws The step's own error, untouched; {@link CompensationError} when a step could not be undone, after the
 * others were.
 * @throws `OBS_ERR_INVALID_COMPOSITION` without steps, with two of one name, for a step that is not of `sagaStep`, or
 * an option out of range; at construction.
 */
export const saga: SagaSignatures = (...given: readonly unknown[]): never => {
  const last = given.at(-1);
  // Options that are passed on may be undefined.
  const [steps, options = {}] = last === undefined || isOptions(last) ? [given.slice(0, -1), last] : [given];
  if (steps.length === 0) throw new InvalidCompositionError('saga needs at least one step');
  const names = new Set<string>();
  for (const [index, step] of steps.entries()) {
    if (!isSagaStep(step)) {
      throw new InvalidCompositionError(
        `saga: step ${index} is none; make it by sagaStep(name, forward, compensate)`,
      );
    }
    if (names.has(step.stepName)) {
      throw new InvalidCompositionError(
        `saga: two steps are called "${step.stepName}"; a name is for one step`,
      );
    }
    names.add(step.stepName);
  }
  const { undoRetries, undoTimeoutMs } = options;
  if (undoRetries !== undefined) requireNonNegativeInteger(undoRetries, 'saga: undoRetries');
  if (undoTimeoutMs !== undefined) requirePositive(undoTimeoutMs, 'saga: undoTimeoutMs');
  return new Saga(steps as readonly AnySagaStep[], options) as never;
};

function isSagaStep(value: unknown): value is AnySagaStep {
  if (typeof value !== 'object' || value === null) return false;
  const { stepName, forward, compensate }: Partial<AnySagaStep> = value;
  return typeof stepName === 'string' && isStep(forward) && isStep(compensate);
}

function isOptions(value: unknown): value is SagaOptions {
  return typeof value === 'object' && value !== null && !isStep(value) && !('forward' in value);
}
