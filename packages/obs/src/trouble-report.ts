import type { Logger } from '@tta/obs-context';
import { systemClock, type Clock } from '@tta/obs-context';

/** Between two lines about the same destination. */
const intervalMs = 60_000;

/** Spans that did not reach their destination: they wait for it (`kept`), or they are gone (`dropped`). */
export interface UndeliveredSpans {
  readonly kind: 'kept' | 'dropped';
  readonly spans: number;
  readonly error: Error;
}

/** Where spans were to go. */
export interface Addressee {
  readonly name: string;
  /** Where what it does not take waits. */
  readonly keeps: 'on disk' | 'in memory';
}

interface Sums {
  kept: number;
  dropped: number;
  reportedAt: number;
}

/** Says that a destination does not get its spans: at once, then at most once a minute with the sums since. */
export class TroubleReport {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #destinations = new Map<string, Sums>();

  constructor(logger: Logger, clock: Clock = systemClock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  add({ name, keeps }: Addressee, { kind, spans, error }: UndeliveredSpans): void {
    const sums = this.#destinations.get(name) ?? {
      kept: 0,
      dropped: 0,
      reportedAt: Number.NEGATIVE_INFINITY,
    };
    this.#destinations.set(name, sums);
    sums[kind] += spans;
    const now = this.#clock.monotonic();
    if (now - sums.reportedAt < intervalMs) return;
    const reason = error.message === '' ? '' : `: ${error.message}`;
    const hint = reason.includes('ECONNREFUSED') ? ' Is it running?' : '';
    const consequences = [
      sums.kept > 0 ? `${counted(sums.kept, 'wait')} ${keeps} and ${be(sums.kept)} sent when it is back` : '',
      sums.dropped > 0 ? `${counted(sums.dropped, 'be')} dropped` : '',
    ].filter((part) => part !== '');
    this.#logger.warn(`Traces do not reach ${name}${reason}. ${consequences.join('; ')}.${hint}`);
    this.#destinations.set(name, { kept: 0, dropped: 0, reportedAt: now });
  }
}

function counted(spans: number, verb: 'wait' | 'be'): string {
  const form = verb === 'be' ? be(spans) : spans === 1 ? 'waits' : 'wait';
  return `${spans} ${spans === 1 ? 'span' : 'spans'} ${form}`;
}

function be(spans: number): string {
  return spans === 1 ? 'is' : 'are';
}
