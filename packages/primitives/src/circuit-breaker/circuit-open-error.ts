import { ObsError } from '@tta/obs-context';

/** What is known about a refusal. */
export interface CircuitRefusal {
  /** `half_open`: as many calls as may are trying whether the step works again. */
  readonly state: 'open' | 'half_open';
  /** Whether a person opened the circuit, and only a person will close it. */
  readonly isolated: boolean;
  /** Of the circuit, where the breaker has one for each key. */
  readonly key: string | undefined;
  /** Until the circuit is tried again, in whole milliseconds; `undefined` where nobody can tell. */
  readonly retryAfterMs: number | undefined;
  /** When that is, in milliseconds since the Unix epoch. */
  readonly reopenAt: number | undefined;
  /** The failure that opened the circuit. */
  readonly cause?: unknown;
}

/**
 * The step was not called, because its circuit is open. A retry around it waits until the circuit is tried again;
 * that of an isolated circuit gives up at once.
 */
export class CircuitOpenError extends ObsError implements CircuitRefusal {
  readonly state: 'open' | 'half_open';
  readonly isolated: boolean;
  readonly key: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly reopenAt: number | undefined;

  constructor(name: string, refusal: CircuitRefusal) {
    const { state, isolated, key, retryAfterMs, reopenAt, cause } = refusal;
    super(`"${name}" was not called: ${reasonOf(refusal)}`, {
      code: 'OBS_ERR_CIRCUIT_OPEN',
      category: 'transient',
      recoverable: !isolated,
      cause,
    });
    this.state = state;
    this.isolated = isolated;
    this.key = key;
    this.retryAfterMs = retryAfterMs;
    this.reopenAt = reopenAt;
  }
}

function reasonOf({ state, isolated, retryAfterMs }: CircuitRefusal): string {
  if (isolated) return 'its circuit is isolated until whoever did so lets go of it';
  if (state === 'half_open') return 'its circuit is half open, and others are trying it already';
  return `its circuit is open and is tried again in ${retryAfterMs} ms`;
}
