import { type Clock, type Logger, systemClock } from '@tta/obs-context';
import type { Signal, Trouble } from '@tta/obs-tracing';

/** Between two lines about the same signal and destination. */
const intervalMs = 60_000;

/** What a signal is called, and one piece of it. */
const words: Readonly<Record<Signal, { readonly all: string; readonly one: string }>> = {
  traces: { all: 'Traces', one: 'span' },
  metrics: { all: 'Metrics', one: 'data point' },
  logs: { all: 'Log lines', one: 'log line' },
};

/** What a destination answers that has no place for a signal, by HTTP and by gRPC. */
const notTaken = /^(?:404|UNIMPLEMENTED)\b/;

/** What was not told of yet, and why the last of it did not arrive. */
interface Sum {
  count: number;
  reason: string;
}

/** What is known about one signal and its destination since the last line about them. */
interface Untold {
  readonly signal: Signal;
  readonly destination: string;
  readonly disk: Sum;
  readonly memory: Sum;
  readonly gone: Sum;
  /** What happened although nothing can be counted: a damaged file. */
  damage: string;
  cancel: (() => void) | undefined;
}

/**
 * Says that a destination does not get its spans, log lines or metrics: at once, then at most once a minute what has
 * come to it since, and the rest at the end. That a destination has no place for log lines or metrics it says once.
 */
export class TroubleReport {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #destinations = new Map<string, Untold>();
  /** Those of which all is said. */
  readonly #settled = new Set<string>();
  #isEnded = false;

  /** @param logger - Prints, and sends nothing: its lines would meet the trouble that they tell of. */
  constructor(logger: Logger, clock: Clock = systemClock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  add(destination: string, { signal, kind, keptOn, count, error }: Trouble): void {
    const key = `${signal} ${destination}`;
    if (this.#settled.has(key)) return;
    if (signal !== 'traces' && kind === 'dropped' && notTaken.test(error.message)) {
      this.#settled.add(key);
      this.#logger.warn(
        `${words[signal].all} are lost on the way to ${destination}${because(error.message)}. ` +
          `It takes none: update it, or set OTEL_${signal.toUpperCase()}_EXPORTER=none.`,
      );
      return;
    }
    const untold = this.#destinations.get(key) ?? nothing(signal, destination);
    this.#destinations.set(key, untold);
    if (count === 0) untold.damage = error.message;
    else {
      const sum = kind === 'dropped' ? untold.gone : untold[keptOn ?? 'memory'];
      sum.count += count;
      sum.reason = error.message;
    }
    if (this.#isEnded) this.#sayLast(key, untold);
    else if (!untold.cancel) this.#tell(key, untold);
  }

  /** Tells what is left to tell. */
  end(): void {
    this.#isEnded = true;
    for (const [key, untold] of this.#destinations) this.#sayLast(key, untold);
  }

  #sayLast(key: string, untold: Untold): void {
    untold.cancel?.();
    this.#destinations.delete(key);
    this.#say(untold);
  }

  #tell(key: string, untold: Untold): void {
    this.#say(untold);
    const next = nothing(untold.signal, untold.destination);
    next.cancel = this.#clock.timer(intervalMs, () => {
      next.cancel = undefined;
      if (isAnything(next)) this.#tell(key, next);
      else this.#destinations.delete(key);
    });
    this.#destinations.set(key, next);
  }

  #say({ signal, destination, disk, memory, gone, damage }: Untold): void {
    const { all, one } = words[signal];
    const waits = [
      disk.count > 0 ? `${counted(disk.count, one, 'wait')} on disk until it is back` : '',
      memory.count > 0
        ? `${counted(memory.count, one, 'wait')} in memory until it is back or the program ends`
        : '',
    ].filter((part) => part !== '');
    const reason = disk.reason || memory.reason;
    const sentences = [];
    if (waits.length > 0)
      sentences.push(`${all} do not reach ${destination}${because(reason)}. ${waits.join('; ')}.`);
    if (gone.count > 0)
      sentences.push(
        `${counted(gone.count, one, 'be')} lost on the way to ${destination}${because(gone.reason)}.`,
      );
    if (damage !== '')
      sentences.push(`Of what waited on disk for ${destination} a part cannot be read: ${damage}.`);
    if (reason.includes('ECONNREFUSED')) sentences.push('Is it running there?');
    if (sentences.length > 0) this.#logger.warn(sentences.join(' '));
  }
}

function nothing(signal: Signal, destination: string): Untold {
  const none = (): Sum => ({ count: 0, reason: '' });
  return {
    signal,
    destination,
    disk: none(),
    memory: none(),
    gone: none(),
    damage: '',
    cancel: undefined,
  };
}

function isAnything({ disk, memory, gone, damage }: Untold): boolean {
  return disk.count + memory.count + gone.count > 0 || damage !== '';
}

function because(reason: string): string {
  return reason === '' ? '' : `: ${reason.replace(/[.?!]+$/, '')}`;
}

function counted(count: number, one: string, verb: 'wait' | 'be'): string {
  const singular = verb === 'be' ? 'is' : 'waits';
  const plural = verb === 'be' ? 'are' : 'wait';
  return count === 1 ? `1 ${one} ${singular}` : `${count} ${one}s ${plural}`;
}
