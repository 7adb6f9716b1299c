import type { Logger } from '@tta/obs-context';
import { systemClock, type Clock } from '@tta/obs-context';

/** Between two lines about the same destination. */
const intervalMs = 60_000;

/** Says that a destination loses spans: at the first loss, then at most once a minute with the sum. */
export class LossReport {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #destinations = new Map<string, { lost: number; reportedAt: number }>();

  constructor(logger: Logger, clock: Clock = systemClock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  add(destination: string, lost: number, error: Error | undefined): void {
    const state = this.#destinations.get(destination) ?? { lost: 0, reportedAt: Number.NEGATIVE_INFINITY };
    this.#destinations.set(destination, state);
    state.lost += lost;
    const now = this.#clock.monotonic();
    if (now - state.reportedAt < intervalMs) return;
    state.reportedAt = now;
    const reason = error?.message ? `: ${error.message}` : '';
    const hint = reason.includes('ECONNREFUSED') ? ' Is it running?' : '';
    this.#logger.warn(
      `Traces do not reach ${destination}${reason}. ${state.lost} ${state.lost === 1 ? 'span is' : 'spans are'} lost; the program goes on.${hint}`,
    );
  }
}
