import { ObsError } from '@tta/obs-context';

/** A run cannot be saved: something in it is no plain JSON, or it is too large. */
export class NotSavableError extends ObsError {
  constructor(message: string, cause?: unknown) {
    super(message, { code: 'OBS_ERR_NOT_SAVABLE', category: 'permanent', severity: 'high', cause });
  }
}

/**
 * A step is given something else than before the run waited: what it returned then, or what was decided about it, is no
 * answer to that. The token stays as good as it was.
 */
export class RunChangedError extends ObsError {
  /** @param path - The edges that lead to the step. */
  constructor(path: readonly string[]) {
    super(
      `the run cannot go on: the step "${path.join(' › ')}" is given something else than before it waited; ` +
        `have a step find out what differs from time to time, and change no input`,
      { code: 'OBS_ERR_RUN_CHANGED', category: 'permanent', severity: 'high' },
    );
  }
}
