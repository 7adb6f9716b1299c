import type {
  BatchObservableCallback,
  BatchObservableResult,
  Counter,
  Gauge,
  Histogram,
  Meter,
  MetricOptions,
  Observable,
  ObservableCounter,
  ObservableGauge,
  ObservableUpDownCounter,
  UpDownCounter,
} from '@opentelemetry/api';
import type { Clock } from '@tta/obs-context';
import { GuardedObservable, inTime } from './guarded-observable.ts';
import type { LabelGate } from './label-gate.ts';
import type { ObservationGate, Observe } from './observation-gate.ts';

/** What measurements and observations pass on their way to the SDK. */
export interface MeterGuard {
  readonly clock: Clock;
  gateOf(instrument: string): LabelGate;
  observationGateOf(instrument: string, isSum: boolean): ObservationGate;
}

/** A meter whose instruments ask a gate for their labels, and whose observables answer in time. */
export class GuardedMeter implements Meter {
  readonly #meter: Meter;
  readonly #guard: MeterGuard;
  readonly #batches = new WeakMap<BatchObservableCallback, BatchObservableCallback>();

  constructor(meter: Meter, guard: MeterGuard) {
    this.#meter = meter;
    this.#guard = guard;
  }

  createCounter(name: string, options?: MetricOptions): Counter {
    return this.#adder(name, this.#meter.createCounter(name, options));
  }

  createUpDownCounter(name: string, options?: MetricOptions): UpDownCounter {
    return this.#adder(name, this.#meter.createUpDownCounter(name, options));
  }

  createGauge(name: string, options?: MetricOptions): Gauge {
    return this.#recorder(name, this.#meter.createGauge(name, options));
  }

  createHistogram(name: string, options?: MetricOptions): Histogram {
    return this.#recorder(name, this.#meter.createHistogram(name, options));
  }

  createObservableGauge(name: string, options?: MetricOptions): ObservableGauge {
    return this.#observable(name, this.#meter.createObservableGauge(name, options), false);
  }

  createObservableCounter(name: string, options?: MetricOptions): ObservableCounter {
    return this.#observable(name, this.#meter.createObservableCounter(name, options), true);
  }

  createObservableUpDownCounter(name: string, options?: MetricOptions): ObservableUpDownCounter {
    return this.#observable(name, this.#meter.createObservableUpDownCounter(name, options), true);
  }

  addBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]): void {
    let guarded = this.#batches.get(callback);
    if (guarded === undefined) {
      const names = observables.filter(isGuarded).map(({ name }) => name);
      guarded = (result) =>
        inTime(this.#guard.clock, names.join(', '), () => callback(boundedResult(result)));
      this.#batches.set(callback, guarded);
    }
    this.#meter.addBatchObservableCallback(guarded, observables.map(ofSdk));
  }

  removeBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]): void {
    const guarded = this.#batches.get(callback);
    if (guarded) this.#meter.removeBatchObservableCallback(guarded, observables.map(ofSdk));
  }

  #adder(name: string, counter: Counter): Counter {
    const gate = this.#guard.gateOf(name);
    return { add: (value, labels, context) => counter.add(value, gate.admit(labels), context) };
  }

  #recorder(name: string, recorder: Histogram): Histogram {
    const gate = this.#guard.gateOf(name);
    return { record: (value, labels, context) => recorder.record(value, gate.admit(labels), context) };
  }

  #observable(name: string, observable: Observable, isSum: boolean): Observable {
    const { clock } = this.#guard;
    return new GuardedObservable(observable, name, this.#guard.observationGateOf(name, isSum), clock);
  }
}

function boundedResult(result: BatchObservableResult): BatchObservableResult {
  const bounded = new Map<Observable, Observe>();
  return {
    observe: (metric, value, labels) => {
      // The SDK ignores what is not its own.
      if (!isGuarded(metric)) return;
      let observe = bounded.get(metric);
      if (observe === undefined) {
        observe = metric.bounded((one, admitted) => result.observe(metric.observable, one, admitted));
        bounded.set(metric, observe);
      }
      observe(value, labels);
    },
  };
}

function isGuarded(observable: Observable): observable is GuardedObservable {
  return observable instanceof GuardedObservable;
}

function ofSdk(observable: Observable): Observable {
  return isGuarded(observable) ? observable.observable : observable;
}
