import { computed, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import { isHealth } from '@tta/obs-protocol';
import type { Health } from '@tta/obs-protocol';
import type { Timer } from '../service/backoff.ts';
import { ServiceProblem } from '../service/service-client.ts';
import type { Viewer } from '../viewer.ts';

/** What keeps the service from showing what is the case now. */
export type ServiceCondition =
  | { readonly kind: 'fine' }
  /** It runs, and cannot store or read; `problem` says why. */
  | { readonly kind: 'failing'; readonly problem: string }
  /** Its changes do not reach the page; `sinceMs` in milliseconds since the Unix epoch. */
  | { readonly kind: 'away'; readonly sinceMs: number }
  /** It answers only who shows its token. */
  | { readonly kind: 'token' };

export interface ServiceWatchOptions {
  readonly connection: Viewer['connection'];
  readonly health: () => Promise<Health>;
  readonly timer: Timer;
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: () => number;
  /** Whether anybody looks at the page: nothing is asked for nobody. */
  readonly isVisible: () => boolean;
  /** The service that is back has another database than the one before. */
  readonly onOtherDatabase: () => void;
}

const LIVE_MS = 30_000;
const AWAY_MS = 5_000;
/** A break that is over sooner is not worth a word. */
const GRACE_MS = 1_000;

/** Asks the service how it is: when the connection changes and every 30 s, or 5 s while it is away. */
export class ServiceWatch {
  readonly condition: ReadonlySignal<ServiceCondition>;
  readonly #options: ServiceWatchOptions;
  readonly #health = signal<Health | undefined>(undefined);
  readonly #isRefused = signal(false);
  readonly #awaySinceMs = signal<number | undefined>(undefined);
  readonly #isGraceOver = signal(false);
  /** Counts the questions: only the newest one's answer counts. */
  #turn = 0;
  #cancelNext: () => void = () => {};
  #cancelGrace: () => void = () => {};
  #stop: () => void = () => {};

  constructor(options: ServiceWatchOptions) {
    this.#options = options;
    this.condition = computed((): ServiceCondition => {
      const sinceMs = this.#awaySinceMs.value;
      if (this.#isRefused.value) return { kind: 'token' };
      if (sinceMs !== undefined && this.#isGraceOver.value) return { kind: 'away', sinceMs };
      const health = this.#health.value;
      return health?.status === 'failing'
        ? { kind: 'failing', problem: health.problem ?? 'It does not say why.' }
        : { kind: 'fine' };
    });
  }

  /** The newest answer; `undefined` before the first. */
  get health(): ReadonlySignal<Health | undefined> {
    return this.#health;
  }

  start(): void {
    this.#stop = this.#options.connection.subscribe((state) => {
      if (state === 'live') this.#isBack();
      else if (state !== 'connecting') this.#isAway();
    });
  }

  stop(): void {
    this.#turn += 1;
    this.#stop();
    this.#cancelNext();
    this.#cancelGrace();
  }

  /** Asks now, and from then on again after the usual time. */
  async check(): Promise<void> {
    this.#cancelNext();
    this.#turn += 1;
    const turn = this.#turn;
    const { health, timer, isVisible } = this.#options;
    if (isVisible()) {
      const answer = await health().catch((error: unknown) => error);
      if (turn !== this.#turn) return;
      // What cannot be reached is told by the connection.
      this.#isRefused.value = answer instanceof ServiceProblem && answer.status === 401;
      if (isHealth(answer)) this.#take(answer);
    }
    const waitMs = this.#awaySinceMs.peek() === undefined ? LIVE_MS : AWAY_MS;
    this.#cancelNext = timer(waitMs, () => void this.check());
  }

  #take(health: Health): void {
    const before = this.#health.peek();
    this.#health.value = health;
    if (before !== undefined && before.databasePath !== health.databasePath) this.#options.onOtherDatabase();
  }

  #isBack(): void {
    this.#cancelGrace();
    this.#awaySinceMs.value = undefined;
    this.#isGraceOver.value = false;
    void this.check();
  }

  #isAway(): void {
    if (this.#awaySinceMs.peek() === undefined) {
      this.#awaySinceMs.value = this.#options.nowMs();
      this.#cancelGrace = this.#options.timer(GRACE_MS, () => {
        this.#isGraceOver.value = true;
      });
    }
    void this.check();
  }
}
