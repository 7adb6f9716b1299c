import type { PrimitiveLike } from '@tta/obs-instrumentation';
import type { Sample, SampleWindow } from './sample-window.ts';

/** What is known about a route before it has run. */
export interface RouteProfile {
  /** What a run of it costs, in US dollars, as long as its runs have told nothing of it (`usage`, `cost`). */
  readonly costUsd?: number;
  /** What it is made for. A run that asks for a tier (`llmModelTier`) gets a route of it. */
  readonly tier?: 'fast' | 'balanced' | 'quality';
}

/** What the runs of a route were like, as far as the router's window reaches. */
export interface RouteStats {
  /**
   * How many runs that is. Those that a rate limit refused are not among them, nor cancelled ones; one whose
   * time was over is, and has failed.
   */
  readonly samples: number;
  /** Share of them that failed, from 0 to 1; 0 without samples. */
  readonly errorRate: number;
  /** What they took, in milliseconds, without what their readers took; `undefined` without samples. */
  readonly meanMs: number | undefined;
  /** By nearest rank. */
  readonly p95Ms: number | undefined;
  /** What one of them cost on average, in US dollars; `undefined` where none told anything of it. */
  readonly costUsd: number | undefined;
  /** How much longer the route is left out after a rate limit, in milliseconds; 0 where it is not. */
  readonly coolingMs: number;
}

type Step = PrimitiveLike<unknown, unknown>;

/** How a run of a route ended. */
export interface RunEnd {
  /** On the monotonic clock. */
  readonly endedAtMs: number;
  /** For how long its chunks waited for their reader, in milliseconds: that is no time of the route. */
  readonly readerWaitMs: number;
  readonly costUsd: number | undefined;
}

/** Ends a run of a route. What is said of one that has ended is dropped: it may go on after its end. */
export type EndRun = (how: Sample['ending'] | 'refused', end: RunEnd) => void;

/** One way that a router can take, and what its runs have shown of it. */
export class Route {
  readonly key: string;
  /** Among the routes of its router, from 0. */
  readonly index: number;
  readonly step: Step;
  readonly profile: RouteProfile;
  readonly window: SampleWindow;
  /** Runs that have begun and not ended. */
  #running = 0;
  #refusedAtMs = Number.NEGATIVE_INFINITY;
  #freeAtMs = Number.NEGATIVE_INFINITY;

  constructor(key: string, index: number, step: Step, profile: RouteProfile, window: SampleWindow) {
    this.key = key;
    this.index = index;
    this.step = step;
    this.profile = profile;
    this.window = window;
  }

  begin(beganAtMs: number): EndRun {
    this.#running++;
    let isOpen = true;
    return (how, { endedAtMs, readerWaitMs, costUsd }) => {
      if (!isOpen) return;
      isOpen = false;
      this.#running--;
      if (how === 'refused') return;
      const durationMs = Math.max(0, endedAtMs - beganAtMs - readerWaitMs);
      this.window.add({ endedAtMs, durationMs, ending: how, costUsd });
      // It takes calls again, unless it has refused one since this one began.
      if (how === 'answered' && beganAtMs >= this.#refusedAtMs) this.#freeAtMs = Number.NEGATIVE_INFINITY;
    };
  }

  /** Whether a run of it would tell something that none tells already. */
  isNew(nowMs: number): boolean {
    return this.#running === 0 && this.window.summary(nowMs).tried === 0;
  }

  /** What a run of it costs, in US dollars: as its runs have told, else as its profile says. */
  costUsd(nowMs: number): number | undefined {
    return this.window.summary(nowMs).costUsd ?? this.profile.costUsd;
  }

  /** It refused a run: it is left out for a while, or for as long as it is already. */
  refused(nowMs: number, forMs: number): void {
    this.#refusedAtMs = nowMs;
    this.#freeAtMs = Math.max(this.#freeAtMs, nowMs + forMs);
  }

  /** How much longer it is left out, in milliseconds; 0 where it is not. */
  coolingMs(nowMs: number): number {
    return Math.max(0, this.#freeAtMs - nowMs);
  }

  stats(nowMs: number): RouteStats {
    const { samples, errorRate, meanMs, costUsd } = this.window.summary(nowMs);
    return {
      samples,
      errorRate,
      meanMs: samples === 0 ? undefined : meanMs,
      p95Ms: this.window.percentileMs(95, nowMs),
      costUsd,
      coolingMs: this.coolingMs(nowMs),
    };
  }
}
