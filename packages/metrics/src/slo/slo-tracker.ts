import { diag } from '@opentelemetry/api';
import {
  type Clock,
  type ExecutionListener,
  type ExecutionResult,
  InvalidOptionError,
  systemClock,
} from '@tta/obs-context';
import { type BurnRateAlert, burnRateAlerts } from './burn-rate-alerts.ts';
import { defineSlo } from './define-slo.ts';
import { burnRate, compliance, errorBudget, errorBudgetRemaining, type SloCounts } from './error-budget.ts';
import { executionOutcome } from './execution-outcome.ts';
import { RollingCounts, slicesPerWindow } from './rolling-counts.ts';
import type { SloDefinition, SloOptions } from './slo-definition.ts';
import { type SloWindow, sloWindowMs } from './slo-window.ts';

/** A change of one alert. */
export interface SloAlertChange extends BurnRateAlert {
  /** Name of the SLO. */
  readonly slo: string;
  readonly state: 'firing' | 'resolved';
  readonly longBurnRate: number;
  readonly shortBurnRate: number;
  /** Milliseconds that the tracker could look back: the long window's length, or its own age while that is less. */
  readonly coveredMs: number;
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number;
}

/** How one alert stands. */
export interface SloAlertStatus extends BurnRateAlert {
  readonly state: 'firing' | 'inactive';
  readonly longBurnRate: number;
  readonly shortBurnRate: number;
  /** Milliseconds since the Unix epoch; while it fires. */
  readonly firingSinceMs?: number;
}

/** What one window holds. */
export interface SloWindowStatus extends SloCounts {
  readonly window: SloWindow;
  readonly burnRate: number;
}

/** How one SLO stands. Plain JSON. */
export interface SloStatus {
  readonly slo: SloDefinition;
  /** In the SLO's own period, or since the process began when that is shorter. */
  readonly good: number;
  readonly bad: number;
  /** good ÷ (good + bad) in the period; 1 where there is nothing. */
  readonly compliance: number;
  /** The share of the error budget that is left; below 0 once more is spent than there was. */
  readonly errorBudgetRemaining: number;
  /** From 5 minutes to 3 days, and the SLO's own period. */
  readonly windows: readonly SloWindowStatus[];
  /** Those that the SLO asks for and that `burnRateAlerts` has for its period and objective. */
  readonly alerts: readonly SloAlertStatus[];
  /** Since the tracker was made; only rises. */
  readonly total: SloCounts;
}

/** What a {@link SloTracker} judges, and whom it tells. */
export interface SloTrackerOptions {
  /** As `defineSlo` takes or returns them, each with a name of its own. */
  readonly slos: readonly SloOptions[];
  /** @defaultValue the machine's */
  readonly clock?: Clock;
  /**
   * Hears once of each alert that fires and of each that resolves. Of a ticket that fires it hears only while no
   * page of the SLO fires. What it throws is reported and swallowed.
   */
  readonly onAlert?: (change: SloAlertChange) => void | PromiseLike<void>;
}

const windows = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'] as const satisfies readonly SloWindow[];
const fiveMinutesMs = 300_000;
const sliceMs = fiveMinutesMs / slicesPerWindow;

/**
 * How many bad executions the long window of an alert needs. Where 99.9 % of 100 executions an hour are good, as
 * promised, an hour with one failure comes twice a day, one with two every nine days and one with three twice a year
 * or less; fewer than three would wake people over luck.
 */
const fewestBad = 3;

/**
 * Judges executions by SLOs, over windows that roll. Give it to `onExecution` of an Instrumentation.
 *
 * It knows what this process has seen since the tracker was made: until a window's length has passed, the window
 * holds just that. Windows forget a sixtieth of their length at a time, and alerts are judged every five seconds:
 * when an execution ends and, where `onAlert` listens, by a timer that does not keep the process alive, so that an
 * alert resolves without traffic too. `status` and `stop` judge them at once. An SLO takes about 13 KB, whatever
 * its traffic and period.
 *
 * An alert fires when both windows burn above its threshold and the long one holds `minEvents` executions, three of
 * them bad. It resolves when the long window is down at the threshold, or sooner when the short one is and holds
 * enough to tell: so many executions that one failure would not have been above the threshold, 70 in five minutes
 * for 99.9 %.
 *
 * @throws InvalidOptionError (`OBS_ERR_INVALID_OPTION`) when an SLO cannot be, or two have one name.
 */
export class SloTracker implements ExecutionListener {
  readonly #clock: Clock;
  readonly #onAlert: SloTrackerOptions['onAlert'];
  readonly #originMs: number;
  readonly #slos: readonly TrackedSlo[];
  /** Number of the five-second slice that executions are being counted into. */
  #slice = 0;
  #cancelTimer: (() => void) | undefined;
  #stopped = false;

  constructor(options: SloTrackerOptions) {
    const { clock = systemClock, onAlert } = options;
    const slos = options.slos.map(defineSlo);
    const names = new Set<string>();
    for (const { name } of slos) {
      if (names.has(name))
        throw new InvalidOptionError(`two SLOs are called "${name}"; give each a name of its own`);
      names.add(name);
    }
    this.#clock = clock;
    this.#onAlert = onAlert;
    this.#originMs = clock.monotonic();
    this.#slos = slos.map((slo) => new TrackedSlo(slo));
  }

  onEnd(execution: ExecutionResult): void {
    const slice = this.#sliceNow();
    if (slice !== this.#slice) this.#moveTo(slice);
    for (const tracked of this.#slos) {
      const outcome = executionOutcome(tracked.slo, execution);
      if (outcome === 'good') tracked.pendingGood++;
      else if (outcome === 'bad') {
        tracked.pendingBad++;
        if (this.#cancelTimer === undefined) this.#startTimer();
      }
    }
  }

  /** How each SLO stands now, in the order they were given. Judges the alerts first. */
  status(): readonly SloStatus[] {
    this.#moveTo(this.#sliceNow());
    return this.#slos.map((tracked) => tracked.status());
  }

  /**
   * Judges the alerts once more, so that a process too short for the five seconds tells of its failures too, and
   * stops the timer for good. Executions are still counted, and alerts are then judged as they end.
   */
  stop(): void {
    this.#moveTo(this.#sliceNow());
    this.#stopped = true;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #sliceNow(): number {
    return Math.floor((this.#clock.monotonic() - this.#originMs) / sliceMs);
  }

  #moveTo(slice: number): void {
    this.#slice = slice;
    const changes: SloAlertChange[] = [];
    for (const tracked of this.#slos) {
      tracked.rollTo(slice * sliceMs);
      tracked.judgeAlerts(this.#clock, this.#clock.monotonic() - this.#originMs, changes);
    }
    for (const change of changes) this.#tell(change);
  }

  #tell(change: SloAlertChange): void {
    const { slo, state } = change;
    // Also catches what an asynchronous listener rejects with, which would end the process.
    new Promise<void>((resolve) => resolve(this.#onAlert?.(change))).catch((fault: unknown) =>
      diag.warn(`@tta/obs: onAlert failed to hear that SLO "${slo}" is ${state}:`, fault),
    );
  }

  #startTimer(): void {
    if (this.#stopped || !this.#onAlert || !this.#slos.some((tracked) => tracked.mayChangeAlerts())) return;
    const nextMs = this.#originMs + (this.#slice + 1) * sliceMs;
    this.#cancelTimer = this.#clock.timer(Math.ceil(nextMs - this.#clock.monotonic()), () => {
      this.#cancelTimer = undefined;
      const slice = this.#sliceNow();
      if (slice !== this.#slice) this.#moveTo(slice);
      this.#startTimer();
    });
  }
}

interface TrackedAlert {
  readonly rule: BurnRateAlert;
  readonly long: RollingCounts;
  readonly short: RollingCounts;
  firingSinceMs: number | undefined;
  /** Whether the listener was told that it fires. */
  told: boolean;
}

/** The counts of one SLO. Executions are counted into the slice of five seconds, and that into every window. */
class TrackedSlo {
  readonly slo: SloDefinition;
  pendingGood = 0;
  pendingBad = 0;
  #totalGood = 0;
  #totalBad = 0;
  readonly #windows = new Map<SloWindow, RollingCounts>();
  readonly #own: RollingCounts;
  readonly #alerts: readonly TrackedAlert[];

  constructor(slo: SloDefinition) {
    this.slo = slo;
    const ownMs = lengthMs(slo.window);
    for (const window of windows) this.#windows.set(window, new RollingCounts(lengthMs(window), 0));
    const same = windows.find((window) => lengthMs(window) === ownMs);
    this.#own = this.#window(same ?? slo.window, ownMs);
    const { page, ticket } = slo.alerting;
    const rules = burnRateAlerts(slo.window, slo.objective).filter(({ severity }) => slo.alerting[severity]);
    if ((page || ticket) && rules.length === 0)
      diag.warn(
        `@tta/obs: SLO "${slo.name}" gets no alerts: a period of ${slo.window} and an objective of ${slo.objective} leave none; see burnRateAlerts, or set alerting: false`,
      );
    this.#alerts = rules.map((rule) => ({
      rule,
      long: this.#window(rule.longWindow),
      short: this.#window(rule.shortWindow),
      firingSinceMs: undefined,
      told: false,
    }));
  }

  #window(window: SloWindow, ms = lengthMs(window)): RollingCounts {
    const known = this.#windows.get(window);
    if (known) return known;
    const counts = new RollingCounts(ms, 0);
    this.#windows.set(window, counts);
    return counts;
  }

  rollTo(elapsedMs: number): void {
    const { pendingGood, pendingBad } = this;
    for (const counts of this.#windows.values()) {
      if (pendingGood + pendingBad > 0) counts.add(pendingGood, pendingBad);
      counts.rollTo(elapsedMs);
    }
    this.#totalGood += pendingGood;
    this.#totalBad += pendingBad;
    this.pendingGood = 0;
    this.pendingBad = 0;
  }

  judgeAlerts(clock: Clock, ageMs: number, changes: SloAlertChange[]): void {
    const { name, objective, alerting } = this.slo;
    let paging = false;
    for (const alert of this.#alerts) {
      const { rule, long, short } = alert;
      const longBurnRate = burnRate(long, objective);
      const shortBurnRate = burnRate(short, objective);
      const burns = longBurnRate > rule.threshold;
      // Where one failure alone would be above the threshold, a few successes prove no recovery: at 20 executions an
      // hour the alert would resolve and fire again with every failure.
      const tooFew = short.good + short.bad < 1 / (rule.threshold * errorBudget(objective));
      const fires =
        alert.firingSinceMs === undefined
          ? burns &&
            shortBurnRate > rule.threshold &&
            long.bad >= fewestBad &&
            long.good + long.bad >= alerting.minEvents
          : burns && (shortBurnRate > rule.threshold || tooFew);
      if (!fires) alert.firingSinceMs = undefined;
      else alert.firingSinceMs ??= clock.now();
      // Pages come first in the list.
      paging ||= fires && rule.severity === 'page';
      const tells = fires && (alert.told || rule.severity === 'page' || !paging);
      if (tells === alert.told) continue;
      alert.told = tells;
      changes.push({
        ...rule,
        slo: name,
        state: tells ? 'firing' : 'resolved',
        longBurnRate,
        shortBurnRate,
        coveredMs: Math.min(ageMs, lengthMs(rule.longWindow)),
        atMs: clock.now(),
      });
    }
  }

  /** Whether time alone may fire or resolve an alert. */
  mayChangeAlerts(): boolean {
    return (
      this.#alerts.length > 0 && (this.pendingBad > 0 || this.#alerts.some((alert) => alert.long.bad > 0))
    );
  }

  status(): SloStatus {
    const { slo } = this;
    const own = { good: this.#own.good, bad: this.#own.bad };
    return {
      slo,
      ...own,
      compliance: compliance(own),
      errorBudgetRemaining: errorBudgetRemaining(own, slo.objective),
      windows: [...this.#windows].map(([window, { good, bad }]) => ({
        window,
        good,
        bad,
        burnRate: burnRate({ good, bad }, slo.objective),
      })),
      alerts: this.#alerts.map(({ rule, long, short, firingSinceMs }) => ({
        ...rule,
        state: firingSinceMs === undefined ? 'inactive' : 'firing',
        longBurnRate: burnRate(long, slo.objective),
        shortBurnRate: burnRate(short, slo.objective),
        ...(firingSinceMs === undefined ? {} : { firingSinceMs }),
      })),
      total: { good: this.#totalGood, bad: this.#totalBad },
    };
  }
}

/** Of a window that has been checked. */
function lengthMs(window: SloWindow): number {
  return sloWindowMs(window) ?? 0;
}
