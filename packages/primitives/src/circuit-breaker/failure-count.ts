import type { Clock } from '@tta/obs-context';
import type { CountWindow, SamplingWindow, TripRule } from './trip-rule.ts';

/** What a closed circuit knows about the calls that have ended. */
export interface FailureCount {
  /** What kind of rule it serves: what it saves means nothing to another. */
  readonly kind: 'failures' | 'count' | 'sampling';
  /** In a row, or of the window. */
  readonly failures: number;
  /** Failures over calls, from 0 to 1; of windows only. */
  readonly failureRate?: number;
  /**
   * Takes in the end of a call.
   *
   * @returns Whether the circuit has to open: only at a failure, never at a success that completes the
   * calls which it takes to judge.
   */
  add(failed: boolean, clock: Clock): boolean;
  /** All it knows. Moments are of the wall clock, so that they mean something to the next process. */
  save(clock: Clock): number[];
  /** Takes in what another one of its kind has saved. */
  load(saved: readonly number[], clock: Clock): void;
}

export function countFor(rule: TripRule): FailureCount {
  if ('failures' in rule) return new InARow(rule.failures);
  return 'count' in rule ? new LastCalls(rule.count) : new LastWhile(rule.sampling);
}

class InARow implements FailureCount {
  readonly kind = 'failures';
  failures = 0;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(failed: boolean): boolean {
    this.failures = failed ? this.failures + 1 : 0;
    return this.failures >= this.#limit;
  }

  save(): number[] {
    return [this.failures];
  }

  load([failures = 0]: readonly number[]): void {
    this.failures = failures;
  }
}

class LastCalls implements FailureCount {
  readonly kind = 'count';
  failures = 0;
  readonly #window: CountWindow;
  /** A ring once it is full: the oldest call is at `#next`. */
  readonly #failed: boolean[] = [];
  #next = 0;

  constructor(window: CountWindow) {
    this.#window = window;
  }

  get failureRate(): number {
    return this.failures / this.#failed.length;
  }

  add(failed: boolean): boolean {
    const { size, minCalls = size, failureRatio } = this.#window;
    if (this.#failed[this.#next]) this.failures--;
    if (failed) this.failures++;
    this.#failed[this.#next] = failed;
    this.#next = (this.#next + 1) % size;
    return failed && this.#failed.length >= minCalls && this.failureRate >= failureRatio;
  }

  /** One for a failure and zero for none, the oldest first. */
  save(): number[] {
    return [...this.#failed.slice(this.#next), ...this.#failed.slice(0, this.#next)].map(Number);
  }

  load(saved: readonly number[]): void {
    for (const failed of saved.slice(-this.#window.size)) this.add(failed !== 0);
  }
}

/** The calls that ended in one tenth of the window. */
interface Tenth {
  /** Since the clock began to run, in tenths. */
  readonly number: number;
  calls: number;
  failures: number;
}

class LastWhile implements FailureCount {
  readonly kind = 'sampling';
  readonly #window: SamplingWindow;
  readonly #tenthMs: number;
  /** Those with calls, at most ten, the oldest first. */
  #tenths: Tenth[] = [];

  constructor(window: SamplingWindow) {
    this.#window = window;
    this.#tenthMs = window.windowMs / 10;
  }

  get failures(): number {
    return this.#tenths.reduce((sum, { failures }) => sum + failures, 0);
  }

  get failureRate(): number {
    return this.failures / this.#calls;
  }

  get #calls(): number {
    return this.#tenths.reduce((sum, { calls }) => sum + calls, 0);
  }

  add(failed: boolean, clock: Clock): boolean {
    const number = Math.floor(clock.monotonic() / this.#tenthMs);
    let last = this.#tenths.at(-1);
    if (last?.number !== number) {
      last = { number, calls: 0, failures: 0 };
      this.#tenths = [...this.#tenths.filter((tenth) => tenth.number > number - 10), last];
    }
    last.calls++;
    if (!failed) return false;
    last.failures++;
    const { minCalls, failureRatio } = this.#window;
    return this.#calls >= minCalls && this.failureRate >= failureRatio;
  }

  /** Of each tenth when it began, its calls and its failures. */
  save(clock: Clock): number[] {
    const startMs = clock.now() - clock.monotonic();
    return this.#tenths.flatMap(({ number, calls, failures }) => [
      startMs + number * this.#tenthMs,
      calls,
      failures,
    ]);
  }

  load(saved: readonly number[], clock: Clock): void {
    const startMs = clock.now() - clock.monotonic();
    const present = Math.floor(clock.monotonic() / this.#tenthMs);
    for (let at = 0; at + 2 < saved.length; at += 3) {
      const [beganMs, calls, failures] = saved.slice(at, at + 3) as [number, number, number];
      const sinceStart = (beganMs - startMs) / this.#tenthMs;
      // What a clock that was wrong put into the future would never leave the window.
      if (sinceStart > present + 1) continue;
      // The tenths of the process before began at other moments: that of now is rounded to now at most.
      const number = Math.min(Math.round(sinceStart), present);
      if (number > present - 10) this.#tenths.push({ number, calls, failures });
    }
  }
}
