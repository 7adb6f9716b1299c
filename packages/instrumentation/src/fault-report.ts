import { diag } from '@opentelemetry/api';
import type { Clock } from '@tta/obs-context';

/** Between two reports. */
const intervalMs = 60_000;

/** Counts what goes wrong inside telemetry and says so through OpenTelemetry's `diag`, at most once a minute. */
export class FaultReport {
  readonly #clock: Clock;
  #count = 0;
  #reportedAt: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get count(): number {
    return this.#count;
  }

  add(error: unknown): void {
    this.#count++;
    try {
      const now = this.#clock.monotonic();
      // Written so that a clock which says NaN gets one report, not one for each fault.
      if (this.#reportedAt !== undefined && !(now - this.#reportedAt >= intervalMs)) return;
      this.#reportedAt = now;
      diag.warn(
        `@tta/obs: ${this.#count} fault(s) in telemetry so far, kept from the runs; the latest:`,
        error,
      );
    } catch {
      // The report itself is at fault; the count is all that can still be kept.
    }
  }
}
