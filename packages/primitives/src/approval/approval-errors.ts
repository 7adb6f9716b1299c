import { isObsError, ObsError } from '@tta/obs-context';

/** Somebody decided that the run is not to go on. Neither a retry nor a fallback answers it. */
export class ApprovalRefusedError extends ObsError {
  /** As the decision says. */
  readonly reason: string | undefined;
  /** Who decided, as the decision says. */
  readonly by: string | undefined;

  constructor(name: string, reason?: string, by?: string) {
    super(`"${name}" was refused${by === undefined ? '' : ` by ${by}`}${reason ? `: ${reason}` : ''}`, {
      code: 'OBS_ERR_APPROVAL_REFUSED',
      category: 'permanent',
      severity: 'low',
    });
    this.reason = reason;
    this.by = by;
  }
}

/** Nobody decided in time. */
export class ApprovalExpiredError extends ObsError {
  /** In milliseconds since the Unix epoch. */
  readonly expiredAt: number;

  constructor(name: string, expiredAt: number) {
    super(`"${name}" was not decided about by ${new Date(expiredAt).toISOString()}`, {
      code: 'OBS_ERR_APPROVAL_EXPIRED',
      category: 'permanent',
    });
    this.expiredAt = expiredAt;
  }
}

/** A decision has to be waited for, and the run is none that can be. */
export class NotResumableError extends ObsError {
  constructor(name: string) {
    super(
      `approval "${name}" has no answer, and the run cannot wait for one: ` +
        `run the workflow as resumable(workflow), with the approval as a step of it, or have ask decide`,
      { code: 'OBS_ERR_NOT_RESUMABLE', category: 'permanent', severity: 'high' },
    );
  }
}

/** Whether a run failed because it can wait for nobody, which another one may. */
export function isNotResumable(error: unknown): boolean {
  return isObsError(error) && error.code === 'OBS_ERR_NOT_RESUMABLE';
}
