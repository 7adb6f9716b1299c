import type { Clock } from '@tta/obs-context';

/** Reads a clock for telemetry: a clock that throws must not end a run. */
export class GuardedClock {
  readonly #clock: Clock;
  readonly #onFault: (error: unknown) => void;
  #latestMs = 0;

  constructor(clock: Clock, onFault: (error: unknown) => void) {
    this.#clock = clock;
    this.#onFault = onFault;
  }

  /** Milliseconds of the monotonic clock; what it last said when it is at fault. */
  monotonicMs(): number {
    try {
      this.#latestMs = this.#clock.monotonic();
    } catch (error) {
      this.#onFault(error);
    }
    return this.#latestMs;
  }

  /** What to add to the monotonic clock for milliseconds since the Unix epoch; 0 when it is at fault. */
  epochOffsetMs(): number {
    try {
      return this.#clock.now() - this.#clock.monotonic();
    } catch (error) {
      this.#onFault(error);
      return 0;
    }
  }
}
