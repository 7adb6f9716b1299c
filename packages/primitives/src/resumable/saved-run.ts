import type { ErrorCategory, Severity } from '@tta/obs-context';
import type { ApprovalRequest } from '../approval/approval-request.ts';
import type { Decision } from '../approval/decision.ts';

/** What is kept of a step, and below it of the steps that it had begun. Plain JSON. */
export interface SavedStep {
  /** A hash of what it was given, where that is plain JSON. */
  readonly input?: string;
  /** What it returned; without an element for `undefined`. */
  readonly output?: readonly [] | readonly [unknown];
  /** It returned a symbol that all processes know, such as `skipItem`: its key. */
  readonly symbol?: string;
  readonly failure?: SavedFailure;
  readonly gate?: SavedGate;
  /** Where nobody goes on with it, something has to be undone. */
  readonly owes?: boolean;
  /** By how often the edge had been taken, from 1, and the edge: `1:branch_left`. */
  readonly steps?: Readonly<Record<string, SavedStep>>;
}

/** What is kept of an error. */
export interface SavedFailure {
  readonly code?: string;
  readonly message: string;
  readonly category: ErrorCategory;
  readonly severity: Severity;
  readonly recoverable: boolean;
  readonly retryAfterMs?: number;
}

/** What an approval has come to. */
export interface SavedGate {
  readonly request: ApprovalRequest;
  /** When it was first asked about, in milliseconds since the Unix epoch. */
  readonly askedAt: number;
  /** Once there is one: nobody is asked again. */
  readonly decision?: Decision;
}
