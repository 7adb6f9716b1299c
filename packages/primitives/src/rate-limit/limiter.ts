import { pause, type RunScope } from '@tta/obs-instrumentation';
import { WaitingLine } from '../internal/waiting-line.ts';
import type { Pace } from './pace.ts';

type Waiting = Pick<RunScope, 'signal' | 'clock'>;

/**
 * Lets calls through at a pace, in the order in which they came. Only the first of those that wait has a timer; when
 * it starts, or is cancelled, the next takes its place. A call is counted at the moment at which its step begins, and
 * not when its time had come: the steps of others may have kept the thread busy in between.
 */
export class Limiter {
  readonly #pace: Pace;
  readonly #line = new WaitingLine();
  /** Whether somebody waits for the pace, or is about to start. */
  #occupied = false;
  /** How many calls since the last start. */
  #refused = 0;
  #pausedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#line.length + (this.#occupied ? 1 : 0);
  }

  /** How long it takes until the next call may start, in milliseconds, or the one at a later place. */
  waitMs(nowMs: number, place = 1): number {
    return this.#pace.momentMs(place, Math.max(nowMs, this.#pausedUntilMs)) - nowMs;
  }

  /**
   * Takes in that a call is refused.
   *
   * @returns When it may come again, in milliseconds: each later than the one before, for else they all would come at
   * the same moment, and all but one be refused again.
   */
  refuse(nowMs: number): number {
    return this.waitMs(nowMs, ++this.#refused);
  }

  /** Whether a call may start now, and nobody waits before it. Where it does, {@link start} has to be told at once. */
  isFree(nowMs: number): boolean {
    return !this.#occupied && this.waitMs(nowMs) <= 0;
  }

  /** Takes in that a call starts now. */
  start(nowMs: number): void {
    this.#refused = 0;
    this.#pace.start(nowMs);
  }

  /**
   * Waits until it may start: {@link begin} has to follow. Rejects with the signal's reason as soon as the run is
   * cancelled, and then lets the next one wait.
   */
  async turn(scope: Waiting): Promise<void> {
    if (this.#occupied) await this.#line.wait(scope);
    this.#occupied = true;
    const { clock } = scope;
    try {
      // A timer may fire a moment early, and a pause may have begun meanwhile.
      for (let ms = this.waitMs(clock.monotonic()); ms > 0; ms = this.waitMs(clock.monotonic()))
        await pause(scope, ms);
    } catch (error) {
      this.#callNext();
      throw error;
    }
  }

  /** Starts after {@link turn}, unless the run was cancelled since. */
  begin({ clock, signal }: Waiting): void {
    try {
      signal.throwIfAborted();
      this.start(clock.monotonic());
    } finally {
      this.#callNext();
    }
  }

  #callNext(): void {
    // Where somebody is called it stays occupied: nobody who comes now goes before them.
    this.#occupied = this.#line.callNext();
  }

  /** Lets nobody through for so long. */
  pause(nowMs: number, ms: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, nowMs + ms);
  }
}
