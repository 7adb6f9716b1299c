import type { Clock } from './clock.ts';

interface PendingTimer {
  readonly atMs: number;
  readonly fn: () => void;
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #nowMs: number;
  #elapsedMs = 0;
  readonly #timers = new Set<PendingTimer>();

  /** @param startMs - Milliseconds since the Unix epoch. @defaultValue 2026-01-01T00:00:00Z */
  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  timer(ms: number, fn: () => void): () => void {
    const timer = { atMs: this.#elapsedMs + Math.max(0, ms), fn };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Timers that have been set and have neither fired nor been cancelled. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Milliseconds until the next timer falls due; `undefined` where there is none. */
  get nextTimerInMs(): number | undefined {
    const next = this.#nextDue(Infinity);
    return next && next.atMs - this.#elapsedMs;
  }

  /**
   * Moves the time on and fires what falls due, in the order of due times, letting promises settle
   * before, between and after the timers; so timers that are set on the way fire as well.
   */
  async advance(ms: number): Promise<void> {
    await settlePromises();
    const endMs = this.#elapsedMs + ms;
    for (let due = this.#nextDue(endMs); due; due = this.#nextDue(endMs)) {
      this.#moveTo(due.atMs);
      this.#timers.delete(due);
      due.fn();
      await settlePromises();
    }
    this.#moveTo(endMs);
  }

  /** Moves the time on without firing anything: work that keeps the event loop busy. */
  spend(ms: number): void {
    this.#moveTo(this.#elapsedMs + ms);
  }

  #nextDue(endMs: number): PendingTimer | undefined {
    let next: PendingTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.atMs <= endMs && (!next || timer.atMs < next.atMs)) next = timer;
    }
    return next;
  }

  #moveTo(elapsedMs: number): void {
    const target = Math.max(elapsedMs, this.#elapsedMs);
    this.#nowMs += target - this.#elapsedMs;
    this.#elapsedMs = target;
  }
}

/** One turn of the event loop: every promise that can settle without a timer has settled by then. */
function settlePromises(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
