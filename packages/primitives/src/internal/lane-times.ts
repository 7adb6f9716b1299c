import { attributeNames as names } from '@tta/obs-context';
import type { RunScope } from '@tta/obs-instrumentation';

/** Measures how well lanes are used, each of which takes one branch after the other without a pause. */
export class LaneTimes {
  readonly #scope: RunScope;
  readonly #lanes: number;
  readonly #startedAt: number;
  #branches: number;
  #fanOutMs = 0;
  #firstMs = Number.POSITIVE_INFINITY;
  #lastMs = 0;
  #busyMs = 0;

  constructor(scope: RunScope, branches: number, lanes: number) {
    this.#scope = scope;
    this.#branches = branches;
    this.#lanes = lanes;
    this.#startedAt = this.#now();
  }

  /** Every lane has begun its first branch. */
  begun(): void {
    this.#fanOutMs = this.#elapsedMs();
  }

  branchEnded(): void {
    // A lane is done with its branch when there is no further one: the last branches to end are the last of their lanes.
    if (this.#branches-- > this.#lanes) return;
    this.#lastMs = this.#elapsedMs();
    this.#firstMs = Math.min(this.#firstMs, this.#lastMs);
    this.#busyMs += this.#lastMs;
  }

  /** Says it on the span, once all lanes have ended. */
  tell(): void {
    const { attr } = this.#scope;
    const wholeMs = this.#lastMs * this.#lanes;
    // A clock that is at fault says nothing.
    if (!Number.isFinite(this.#fanOutMs + this.#busyMs)) return;
    attr(names.parallelFanOutMs, rounded(this.#fanOutMs));
    attr(names.parallelFanInMs, rounded(this.#lastMs - this.#firstMs));
    attr(names.parallelEffectiveness, wholeMs > 0 ? rounded(this.#busyMs / wholeMs) : 1);
  }

  #elapsedMs(): number {
    return this.#now() - this.#startedAt;
  }

  /** Telemetry never fails a run. */
  #now(): number {
    try {
      return this.#scope.clock.monotonic();
    } catch {
      return Number.NaN;
    }
  }
}

/** To three decimals. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
