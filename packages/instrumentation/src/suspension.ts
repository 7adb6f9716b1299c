import { ObsError } from '@tta/obs-context';
import { read } from './error-causes.ts';

/** Shared by all copies of this package in one process, where `instanceof` would fail. */
const brand = Symbol.for('@tta/obs/suspension');

/**
 * What is thrown where a run cannot go on before somebody has decided something. It is no failure: whatever it passes
 * through is suspended as well, and neither retries nor answers it.
 */
export class Suspension extends ObsError {
  constructor(message: string) {
    super(message, { code: 'OBS_ERR_SUSPENDED', category: 'cancelled', severity: 'low' });
    Object.defineProperty(this, brand, { value: true });
  }
}

/** Whether an error says that a run waits for a decision: pass it on, nothing has failed. Never throws. */
export function isSuspension(error: unknown): error is Suspension {
  return read(() => error instanceof Error && (error as { [brand]?: unknown })[brand] === true, false);
}
