import type { Clock } from '@tta/obs-context';
import type { CircuitSnapshot } from './circuit-snapshot.ts';
import { countFor, type FailureCount } from './failure-count.ts';
import type { TripRule } from './trip-rule.ts';

/** `half_open`: a few calls try whether the step works again. */
export type CircuitState = 'closed' | 'half_open' | 'open';

/** How a circuit goes from one state to another. */
export interface CircuitRules {
  readonly trip: TripRule;
  readonly recoveryMs: number;
  readonly recoveryFactor: number;
  readonly maxRecoveryMs: number;
  readonly successes: number;
  readonly probes: number;
}

interface Closed {
  readonly state: 'closed';
  readonly count: FailureCount;
}

/** How a circuit stands open. */
export interface Open {
  readonly state: 'open';
  /** When it is tried again, on the monotonic clock. */
  readonly untilMs: number;
  /** How long it is open altogether. */
  readonly recoveryMs: number;
  /** The failure that opened it; `undefined` where that was in another process. */
  readonly cause: unknown;
  readonly failures: number;
  readonly failureRate: number | undefined;
}

interface HalfOpen {
  readonly state: 'half_open';
  /** The calls that try it and have not ended. */
  readonly probes: Set<Call>;
  succeeded: number;
}

type Phase = Closed | Open | HalfOpen;

/** A call that was let through. What it comes to counts only as long as the circuit is in the phase that let it through. */
export interface Call {
  readonly phase: Closed | HalfOpen;
}

/** How a call ended: `neither` where it says nothing about the service. */
export type Verdict = 'success' | 'failure' | 'neither';

/** One circuit: closed, open, and between them half open. */
export class Circuit {
  readonly #rules: CircuitRules;
  #phase: Phase;
  /** How often it has opened since it was closed last. */
  #openings = 0;

  constructor(rules: CircuitRules) {
    this.#rules = rules;
    this.#phase = { state: 'closed', count: countFor(rules.trip) };
  }

  get state(): CircuitState {
    return this.#phase.state;
  }

  /** How it stands open; `undefined` where it does not. */
  get opened(): Open | undefined {
    return this.#phase.state === 'open' ? this.#phase : undefined;
  }

  /** Lets a call through, or not: then it is `undefined`. Half-opens a circuit whose time has come. */
  enter(clock: Clock): Call | undefined {
    let phase = this.#phase;
    if (phase.state === 'closed') return { phase };
    if (phase.state === 'open') {
      if (clock.monotonic() < phase.untilMs) return undefined;
      this.#phase = phase = { state: 'half_open', probes: new Set(), succeeded: 0 };
    }
    if (phase.probes.size >= this.#rules.probes) return undefined;
    const probe = { phase };
    phase.probes.add(probe);
    return probe;
  }

  /** Takes in how a call ended, once for each call. */
  leave(call: Call, verdict: Verdict, clock: Clock, error?: unknown): void {
    const { phase } = call;
    if (phase.state === 'half_open') phase.probes.delete(call);
    if (phase !== this.#phase || verdict === 'neither') return;
    const failed = verdict === 'failure';
    if (phase.state === 'closed') {
      const { count } = phase;
      if (count.add(failed, clock)) this.#open(clock, error, count.failures, count.failureRate);
    } else if (failed) this.#open(clock, error, 1, undefined);
    else if (++phase.succeeded >= this.#rules.successes) this.close();
  }

  #open(clock: Clock, cause: unknown, failures: number, failureRate: number | undefined): void {
    const recoveryMs = this.#recoveryMs(++this.#openings);
    const untilMs = clock.monotonic() + recoveryMs;
    this.#phase = { state: 'open', untilMs, recoveryMs, cause, failures, failureRate };
  }

  /** Closes it and forgets what it counted, and what calls under way come to. */
  close(): void {
    this.#openings = 0;
    this.#phase = { state: 'closed', count: countFor(this.#rules.trip) };
  }

  #recoveryMs(opening: number): number {
    const { recoveryMs, recoveryFactor, maxRecoveryMs } = this.#rules;
    return Math.min(recoveryMs * recoveryFactor ** (opening - 1), maxRecoveryMs);
  }

  save(key: string, clock: Clock): CircuitSnapshot {
    const phase = this.#phase;
    const openings = this.#openings;
    switch (phase.state) {
      case 'closed': {
        const { count } = phase;
        return { key, state: 'closed', openings, kind: count.kind, counted: count.save(clock) };
      }
      case 'half_open':
        return { key, state: 'half_open', openings, succeeded: phase.succeeded };
      case 'open': {
        const reopenAt = clock.now() + phase.untilMs - clock.monotonic();
        return { key, state: 'open', openings, reopenAt, failures: phase.failures };
      }
    }
  }

  load(saved: CircuitSnapshot, clock: Clock): void {
    this.#openings = saved.openings;
    if (saved.state === 'closed') {
      const count = countFor(this.#rules.trip);
      if (saved.kind === count.kind) count.load(saved.counted, clock);
      this.#phase = { state: 'closed', count };
    } else if (saved.state === 'half_open') {
      this.#phase = { state: 'half_open', probes: new Set(), succeeded: saved.succeeded };
    } else {
      const recoveryMs = this.#recoveryMs(saved.openings);
      // By a clock that was wrong then or is now, it would stay open for years.
      const leftMs = Math.min(saved.reopenAt - clock.now(), recoveryMs);
      const untilMs = clock.monotonic() + leftMs;
      const { failures } = saved;
      this.#phase = {
        state: 'open',
        untilMs,
        recoveryMs,
        cause: undefined,
        failures,
        failureRate: undefined,
      };
    }
  }
}
