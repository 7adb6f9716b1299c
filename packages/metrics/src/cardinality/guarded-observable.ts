import type { Observable, ObservableCallback } from '@opentelemetry/api';
import type { Clock } from '@tta/obs-context';
import type { ObservationGate, Observe } from './observation-gate.ts';

/** Less than what Prometheus waits, so that it gets all else. */
const observationLimitMs = 5_000;

/** An observable of the SDK, with a gate and a limit of time between it and its callbacks. */
export class GuardedObservable implements Observable {
  readonly observable: Observable;
  readonly name: string;
  readonly #gate: ObservationGate;
  readonly #clock: Clock;
  readonly #guarded = new WeakMap<ObservableCallback, ObservableCallback>();

  constructor(observable: Observable, name: string, gate: ObservationGate, clock: Clock) {
    this.observable = observable;
    this.name = name;
    this.#gate = gate;
    this.#clock = clock;
  }

  addCallback(callback: ObservableCallback): void {
    let guarded = this.#guarded.get(callback);
    if (guarded === undefined) {
      guarded = (result) =>
        inTime(this.#clock, this.name, () =>
          callback({ observe: this.bounded((value, labels) => result.observe(value, labels)) }),
        );
      this.#guarded.set(callback, guarded);
    }
    this.observable.addCallback(guarded);
  }

  removeCallback(callback: ObservableCallback): void {
    const guarded = this.#guarded.get(callback);
    if (guarded) this.observable.removeCallback(guarded);
  }

  /** For one call of a callback. */
  bounded(observe: Observe): Observe {
    return this.#gate.bounded(observe);
  }
}

/**
 * Calls back. A callback that hangs would hold up all other metrics; the SDK's own limit would hold the process.
 *
 * @throws What went wrong, and where.
 */
export async function inTime(
  clock: Clock,
  name: string,
  callBack: () => void | Promise<void>,
): Promise<void> {
  let cancel: (() => void) | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    cancel = clock.timer(observationLimitMs, () => reject(new Error('took longer than 5 s')));
  });
  try {
    await Promise.race([callBack(), late]);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new Error(`the callback of ${name} failed: ${problem}`, { cause: error });
  } finally {
    cancel?.();
  }
}
