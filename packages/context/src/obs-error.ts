/** How a failure is treated by retries, alerts and error budgets. */
export type ErrorCategory =
  | 'network'
  | 'timeout'
  | 'rate_limit'
  | 'resource'
  | 'transient'
  | 'validation'
  | 'auth'
  | 'cancelled'
  | 'permanent'
  | 'unknown';

/** How much a failure matters to whoever is on duty. */
export type Severity = 'low' | 'medium' | 'high' | 'critical';

/** Shared by all copies of this package in one process, where `instanceof` would fail. */
const brand = Symbol.for('@tta/obs/error');

/** What an {@link ObsError} is made of. */
export interface ObsErrorOptions {
  readonly code: `OBS_ERR_${string}`;
  readonly category: ErrorCategory;
  /** @defaultValue 'medium' */
  readonly severity?: Severity;
  /** Whether trying again later may succeed. @defaultValue false */
  readonly recoverable?: boolean;
  readonly cause?: unknown;
}

/**
 * Base of every error that a `@tta/obs` package throws of its own. Errors of the user's code are never
 * wrapped in it. Branch on {@link ObsError.code}, not on the message.
 */
export class ObsError extends Error {
  /** Stable and public; a retired code never gets a new meaning. */
  readonly code: `OBS_ERR_${string}`;
  readonly category: ErrorCategory;
  readonly severity: Severity;
  readonly recoverable: boolean;

  constructor(message: string, options: ObsErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
    this.category = options.category;
    this.severity = options.severity ?? 'medium';
    this.recoverable = options.recoverable ?? false;
    Object.defineProperty(this, brand, { value: true });
  }
}

/** True for every {@link ObsError}, also one made by another installed copy of the package. */
export function isObsError(value: unknown): value is ObsError {
  return value instanceof Error && (value as { [brand]?: unknown })[brand] === true;
}

/** A composition that cannot run: no steps, a step that is none, a limit that is not positive. Thrown at construction. */
export class InvalidCompositionError extends ObsError {
  constructor(message: string) {
    super(message, { code: 'OBS_ERR_INVALID_COMPOSITION', category: 'validation', severity: 'high' });
  }
}

/** A set-up that cannot work: an address that is none, a port out of range. Thrown by the call that was given it. */
export class InvalidOptionError extends ObsError {
  /** @param cause - What was going on where it was found, such as the failure that a decision was asked about. */
  constructor(message: string, cause?: unknown) {
    super(message, { code: 'OBS_ERR_INVALID_OPTION', category: 'validation', severity: 'high', cause });
  }
}

/** The reason of a signal that one of our primitives aborted, e.g. the siblings of a failed branch. */
export class CancelledError extends ObsError {
  constructor(message: string, cause?: unknown) {
    super(message, { code: 'OBS_ERR_CANCELLED', category: 'cancelled', severity: 'low', cause });
  }
}
