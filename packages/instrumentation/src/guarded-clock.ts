import type { Clock } from '@tta/obs-context';

/** Reads a clock for telemetry: a clock that throws, or says what is no time, must not end a run. */
export class GuardedClock implements Pick<Clock, 'now' | 'monotonic'> {
  readonly #clock: Clock;
  readonly #onFault: (error: unknown) => void;
  #latestMs = 0;
  #latestEpochMs = 0;

  constructor(clock: Clock, onFault: (error: unknown) => void) {
    this.#clock = clock;
    this.#onFault = onFault;
  }

  /** Milliseconds of the monotonic clock; what it last said when it is at fault. */
  monotonic(): number {
    try {
      this.#latestMs = finite(this.#clock.monotonic());
    } catch (error) {
      this.#onFault(error);
    }
    return this.#latestMs;
  }

  /** Milliseconds since the Unix epoch; what it last said when it is at fault. */
  now(): number {
    try {
      this.#latestEpochMs = finite(this.#clock.now());
    } catch (error) {
      this.#onFault(error);
    }
    return this.#latestEpochMs;
  }

  /** What to add to the monotonic clock for milliseconds since the Unix epoch. */
  epochOffsetMs(): number {
    return this.now() - this.monotonic();
  }
}

/** One span with a time that is no number, and its whole batch cannot be written. */
function finite(reading: number): number {
  if (Number.isFinite(reading)) return reading;
  throw new TypeError(`The clock says ${String(reading)}, which is no time in milliseconds.`);
}
