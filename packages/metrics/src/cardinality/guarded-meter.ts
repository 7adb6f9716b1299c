import type {
  BatchObservableCallback,
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
import type { LabelGate } from './label-gate.ts';

/**
 * A meter whose counters, gauges and histograms ask a gate for their labels. What is observed at collection
 * does not pass one: the SDK bounds that over the whole life of a process.
 */
export class GuardedMeter implements Meter {
  readonly #meter: Meter;
  readonly #gateOf: (instrument: string) => LabelGate;

  constructor(meter: Meter, gateOf: (instrument: string) => LabelGate) {
    this.#meter = meter;
    this.#gateOf = gateOf;
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
    return this.#meter.createObservableGauge(name, options);
  }

  createObservableCounter(name: string, options?: MetricOptions): ObservableCounter {
    return this.#meter.createObservableCounter(name, options);
  }

  createObservableUpDownCounter(name: string, options?: MetricOptions): ObservableUpDownCounter {
    return this.#meter.createObservableUpDownCounter(name, options);
  }

  addBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]): void {
    this.#meter.addBatchObservableCallback(callback, observables);
  }

  removeBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]): void {
    this.#meter.removeBatchObservableCallback(callback, observables);
  }

  #adder(name: string, counter: Counter): Counter {
    const gate = this.#gateOf(name);
    return { add: (value, labels, context) => counter.add(value, gate.admit(labels), context) };
  }

  #recorder(name: string, recorder: Histogram): Histogram {
    const gate = this.#gateOf(name);
    return { record: (value, labels, context) => recorder.record(value, gate.admit(labels), context) };
  }
}
