import { ObsError } from '@tta/obs-context';

/** A mock or a fake model was called and had no answer left. Trying again does not help, so `retry` does not. */
export class NoAnswerError extends ObsError {
  constructor(message: string) {
    super(message, { code: 'OBS_ERR_NO_ANSWER', category: 'permanent', severity: 'high' });
  }
}
