import { Suspension } from '@tta/obs-instrumentation';
import type { ApprovalRequest } from '../approval/approval-request.ts';

/** A run has been suspended: nothing has failed, and it goes on with `resume(token, decision)`. */
export class SuspendedError extends Suspension {
  /**
   * All that is needed to go on, also in another process: what the run was given, what its steps have returned, and the
   * requests. It is content, so keep it where you would keep that, and take it from nowhere else.
   */
  readonly token: string;
  /** What somebody has to decide, at least one. */
  readonly requests: readonly ApprovalRequest[];

  constructor(name: string, token: string, requests: readonly ApprovalRequest[]) {
    const [first] = requests;
    const others = requests.length > 1 ? ` and ${requests.length - 1} more` : '';
    super(
      `"${name}" waits for a decision about "${first?.name}"${others}: keep the token, and resume with it`,
    );
    this.token = token;
    this.requests = requests;
  }
}
