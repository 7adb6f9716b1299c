import { type Clock, type Logger, systemClock } from '@tta/obs-context';
import type { Trouble } from '@tta/obs-tracing';

/** Between two lines about the same destination. */
const intervalMs = 60_000;

/** Spans of one kind that were not told of yet, and why the last of them did not arrive. */
interface Sum {
  spans: number;
  reason: string;
}

/** What is known about one destination since its last line. */
interface Untold {
  readonly disk: Sum;
  readonly memory: Sum;
  readonly gone: Sum;
  /** What happened although no span can be counted: a damaged file. */
  damage: string;
  cancel: (() => void) | undefined;
}

/**
 * Says that a destination does not get its spans: at once, then at most once a minute what has come to it since, and
 * the rest at the end.
 */
export class TroubleReport {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #destinations = new Map<string, Untold>();
  #isEnded = false;

  constructor(logger: Logger, clock: Clock = systemClock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  add(destination: string, { kind, keptOn, spans, error }: Trouble): void {
    const untold = this.#destinations.get(destination) ?? nothing();
    this.#destinations.set(destination, untold);
    if (spans === 0) untold.damage = error.message;
    else {
      const sum = kind === 'dropped' ? untold.gone : untold[keptOn ?? 'memory'];
      sum.spans += spans;
      sum.reason = error.message;
    }
    if (this.#isEnded) this.#sayLast(destination, untold);
    else if (!untold.cancel) this.#tell(destination, untold);
  }

  /** Tells what is left to tell. */
  end(): void {
    this.#isEnded = true;
    for (const [destination, untold] of this.#destinations) this.#sayLast(destination, untold);
  }

  #sayLast(destination: string, untold: Untold): void {
    untold.cancel?.();
    this.#destinations.delete(destination);
    this.#say(destination, untold);
  }

  #tell(destination: string, untold: Untold): void {
    this.#say(destination, untold);
    const next = nothing();
    next.cancel = this.#clock.timer(intervalMs, () => {
      next.cancel = undefined;
      if (isAnything(next)) this.#tell(destination, next);
      else this.#destinations.delete(destination);
    });
    this.#destinations.set(destination, next);
  }

  #say(destination: string, { disk, memory, gone, damage }: Untold): void {
    const waits = [
      disk.spans > 0 ? `${counted(disk.spans, 'wait')} on disk until it is back` : '',
      memory.spans > 0
        ? `${counted(memory.spans, 'wait')} in memory until it is back or the program ends`
        : '',
    ].filter((part) => part !== '');
    const reason = disk.reason || memory.reason;
    const sentences = [];
    if (waits.length > 0)
      sentences.push(`Traces do not reach ${destination}${because(reason)}. ${waits.join('; ')}.`);
    if (gone.spans > 0)
      sentences.push(
        `${counted(gone.spans, 'be')} lost on the way to ${destination}${because(gone.reason)}.`,
      );
    if (damage !== '')
      sentences.push(`Of what waited on disk for ${destination} a part cannot be read: ${damage}.`);
    if (reason.includes('ECONNREFUSED')) sentences.push('Is it running there?');
    if (sentences.length > 0) this.#logger.warn(sentences.join(' '));
  }
}

function nothing(): Untold {
  const none = (): Sum => ({ spans: 0, reason: '' });
  return { disk: none(), memory: none(), gone: none(), damage: '', cancel: undefined };
}

function isAnything({ disk, memory, gone, damage }: Untold): boolean {
  return disk.spans + memory.spans + gone.spans > 0 || damage !== '';
}

function because(reason: string): string {
  return reason === '' ? '' : `: ${reason.replace(/[.?!]+$/, '')}`;
}

function counted(spans: number, verb: 'wait' | 'be'): string {
  const one = verb === 'be' ? 'is' : 'waits';
  const many = verb === 'be' ? 'are' : 'wait';
  return spans === 1 ? `1 span ${one}` : `${spans} spans ${many}`;
}
