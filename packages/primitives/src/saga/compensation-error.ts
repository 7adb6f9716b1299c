import { ObsError } from '@tta/obs-context';
import { messageOf } from '@tta/obs-instrumentation';

/**
 * A saga failed and could not undo all that it had done: somebody has to look after what is left. Its cause is what
 * the saga failed with.
 */
export class CompensationError extends ObsError {
  /** What each step that could not be undone failed with, by its name, in the order of undoing. */
  readonly undoFailures: ReadonlyMap<string, unknown>;

  /** @param finished - How many steps there were to undo. */
  constructor(saga: string, undoFailures: ReadonlyMap<string, unknown>, finished: number, cause: unknown) {
    const left = [...undoFailures].map(([step, failure]) => `${step} (${messageOf(failure)})`);
    const steps = `${left.length} of ${finished} ${finished === 1 ? 'step' : 'steps'}`;
    super(`"${saga}" could not undo ${steps}: ${left.join(', ')}; it had failed with: ${messageOf(cause)}`, {
      code: 'OBS_ERR_COMPENSATION',
      // To run the saga again would do a second time what was not undone.
      category: 'permanent',
      severity: 'critical',
      recoverable: false,
      cause,
    });
    this.undoFailures = undoFailures;
  }
}
