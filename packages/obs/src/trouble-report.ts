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

/** What a delivery says that gives up because it has to end, which does not say why nothing arrived. */
const processEnded = /^the process ended/;
const endings = /^(?:the process ended|given up at shutdown)$/;

/** Where telemetry goes that has trouble on the way. */
export interface TroubledDestination {
  /** What a line of the log calls it. */
  readonly name: string;
  /** How much it has acknowledged so far. */
  readonly exported: () => number;
}

/** What is known about one signal and its destination. */
interface Course {
  readonly signal: Signal;
  readonly destination: TroubledDestination;
  /** What it had acknowledged when that was looked at last. */
  exported: number;
  /** What waits for it, as far as that can be told: what it has acknowledged since waits no longer. */
  readonly waiting: { disk: number; memory: number };
  /** Why; empty once it has taken everything. */
  reason: string;
  /** Whether more waits than was told. */
  hasGrown: boolean;
  /** What is lost and was not told of, and why the last of it is. */
  gone: number;
  goneReason: string;
  /** What happened although nothing can be counted: a damaged file. */
  damage: string;
  /** Whether it was told that it has no place for the signal, and what is lost of it since. */
  isTaken: boolean;
  notTaken: number;
  cancel: (() => void) | undefined;
}

/**
 * Says that a destination does not get its spans, log lines or metrics: at once, then at most once a minute what has
 * come to it since, and how it stands at the end. That a destination has no place for log lines or metrics it says
 * once, until it takes some.
 */
export class TroubleReport {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #courses = new Map<string, Course>();
  #phase: 'open' | 'ending' | 'ended' = 'open';
  #ending = 'the process ended';

  /** @param logger - Prints, and sends nothing: its lines would meet the trouble that they tell of. */
  constructor(logger: Logger, clock: Clock = systemClock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  add(destination: TroubledDestination, trouble: Trouble): void {
    const course = this.#course(trouble.signal, destination);
    look(course);
    if (this.#isSettled(course, trouble)) return;
    note(course, trouble, this.#ending);
    if (this.#phase === 'ended') this.#sayLast(course);
    else if (this.#phase === 'open' && !course.cancel) this.#tell(course);
  }

  /**
   * From now on the report is silent until {@link TroubleReport.end}.
   *
   * @param why - What is said of what is lost for no other reason.
   */
  beginEnd(why: string): void {
    this.#phase = 'ending';
    this.#ending = why;
  }

  /** Tells how each destination stands, where that is not told. */
  end(): void {
    this.#phase = 'ended';
    for (const course of this.#courses.values()) this.#sayLast(course);
  }

  #course(signal: Signal, destination: TroubledDestination): Course {
    const key = `${signal} ${destination.name}`;
    const known = this.#courses.get(key);
    if (known) return known;
    const course = unheardOf(signal, destination);
    this.#courses.set(key, course);
    return course;
  }

  /** Whether it is the known trouble of a destination that has no place for the signal; says so the first time. */
  #isSettled(course: Course, { signal, kind, count, error }: Trouble): boolean {
    if (signal === 'traces' || kind !== 'dropped' || !notTaken.test(error.message)) {
      course.isTaken = true;
      return false;
    }
    if (!course.isTaken) {
      course.notTaken += count;
      return true;
    }
    course.isTaken = false;
    this.#logger.warn(
      `${words[signal].all} are lost on the way to ${course.destination.name}${because(error.message)}. ` +
        `It takes none: update it, or set OTEL_${signal.toUpperCase()}_EXPORTER=none.`,
    );
    return true;
  }

  #sayLast(course: Course): void {
    course.cancel?.();
    look(course);
    // By now it has arrived or is lost.
    course.waiting.memory = 0;
    if (course.notTaken > 0) {
      const more = counted(course.notTaken, `more ${words[course.signal].one}`, 'be');
      this.#logger.warn(`${more} lost on the way to ${course.destination.name}: it takes none.`);
      course.notTaken = 0;
    }
    this.#say(course);
  }

  #tell(course: Course): void {
    this.#say(course);
    course.cancel = this.#clock.timer(intervalMs, () => {
      course.cancel = undefined;
      look(course);
      if (this.#phase === 'open' && isAnything(course)) this.#tell(course);
    });
  }

  #say(course: Course): void {
    const { signal, destination, waiting, reason, hasGrown, gone, goneReason, damage } = course;
    const { all, one } = words[signal];
    const waits = [
      waiting.disk > 0 ? `${counted(waiting.disk, one, 'wait')} on disk until it is back` : '',
      waiting.memory > 0
        ? `${counted(waiting.memory, one, 'wait')} in memory until it is back or the program ends`
        : '',
    ].filter((part) => hasGrown && part !== '');
    const sentences = [];
    if (waits.length > 0)
      sentences.push(`${all} do not reach ${destination.name}${because(reason)}. ${waits.join('; ')}.`);
    if (gone > 0)
      sentences.push(
        `${counted(gone, one, 'be')} lost on the way to ${destination.name}${because(goneReason)}.`,
      );
    if (damage !== '')
      sentences.push(`Of what waited on disk for ${destination.name} a part cannot be read: ${damage}.`);
    if (waits.length > 0 && reason.includes('ECONNREFUSED')) sentences.push('Is it running there?');
    if (sentences.length > 0) this.#logger.warn(sentences.join(' '));
    Object.assign(course, { hasGrown: false, gone: 0, damage: '' });
  }
}

function unheardOf(signal: Signal, destination: TroubledDestination): Course {
  return {
    signal,
    destination,
    exported: destination.exported(),
    waiting: { disk: 0, memory: 0 },
    reason: '',
    hasGrown: false,
    gone: 0,
    goneReason: '',
    damage: '',
    isTaken: true,
    notTaken: 0,
    cancel: undefined,
  };
}

/** Takes in what has arrived meanwhile: what waits comes first. */
function look(course: Course): void {
  const exported = course.destination.exported();
  const arrived = exported - course.exported;
  if (arrived <= 0) return;
  course.exported = exported;
  course.isTaken = true;
  waitsNoLonger(course, arrived);
  if (!waitsFor(course)) course.reason = '';
}

function note(course: Course, { kind, keptOn = 'memory', count, error }: Trouble, ending: string): void {
  const { waiting } = course;
  const isEnding = endings.test(error.message);
  if (kind === 'kept') {
    waiting[keptOn] += count;
    course.hasGrown = true;
    if (isEnding) course.reason ||= ending;
    else course.reason = error.message;
  } else if (count === 0) course.damage = error.message;
  else {
    course.gone += count;
    course.goneReason = (isEnding && course.reason) || error.message.replace(processEnded, ending);
    if (isEnding) waiting.memory = Math.max(waiting.memory - count, 0);
    // What waits is given up whole or not at all, so that more than waits was no part of it.
    else if (count <= waitsFor(course)) waitsNoLonger(course, count);
  }
}

/** Oldest first, which is what lies on disk. */
function waitsNoLonger({ waiting }: Course, count: number): void {
  const fromDisk = Math.min(count, waiting.disk);
  waiting.disk -= fromDisk;
  waiting.memory = Math.max(waiting.memory - (count - fromDisk), 0);
}

function waitsFor({ waiting }: Course): number {
  return waiting.disk + waiting.memory;
}

function isAnything(course: Course): boolean {
  return (course.hasGrown && waitsFor(course) > 0) || course.gone > 0 || course.damage !== '';
}

function because(reason: string): string {
  return reason === '' ? '' : `: ${reason.replace(/[.?!]+$/, '')}`;
}

function counted(count: number, one: string, verb: 'wait' | 'be'): string {
  const singular = verb === 'be' ? 'is' : 'waits';
  const plural = verb === 'be' ? 'are' : 'wait';
  return count === 1 ? `1 ${one} ${singular}` : `${count} ${one}s ${plural}`;
}
