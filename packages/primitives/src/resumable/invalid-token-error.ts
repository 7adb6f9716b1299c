import { ObsError } from '@tta/obs-context';

/** What a run was to go on from is no token of it. Nothing has run. */
export class InvalidTokenError extends ObsError {
  constructor(name: string, what: string) {
    super(`resumable "${name}": ${what}`, { code: 'OBS_ERR_INVALID_TOKEN', category: 'validation' });
  }
}
