import type {
  Attributes,
  BatchObservableCallback,
  Counter,
  Gauge,
  Histogram,
  Meter,
  MetricOptions,
  Observable,
  ObservableCallback,
  ObservableCounter,
  ObservableGauge,
  ObservableResult,
  ObservableUpDownCounter,
  UpDownCounter,
} from '@opentelemetry/api';
import type { PointKind, TracePoint } from '../trace.ts';

interface Series {
  readonly labels: Attributes;
  value: number;
  count: number;
}

/** The values of one metric, for each set of labels. */
class Metric {
  readonly name: string;
  readonly kind: PointKind;
  readonly unit: string;
  readonly #series = new Map<string, Series>();

  constructor(name: string, kind: PointKind, { unit = '' }: MetricOptions = {}) {
    this.name = name;
    this.kind = kind;
    this.unit = unit;
  }

  add(value: number, labels: Attributes = {}): void {
    const series = this.#of(labels);
    series.value += value;
    series.count++;
  }

  set(value: number, labels: Attributes = {}): void {
    const series = this.#of(labels);
    series.value = value;
    series.count++;
  }

  points(): TracePoint[] {
    const { name: metric, kind, unit } = this;
    return [...this.#series.values()].map((series) => ({ metric, kind, unit, ...series }));
  }

  #of(labels: Attributes): Series {
    const key = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
    let series = this.#series.get(key);
    if (!series) this.#series.set(key, (series = { labels: { ...labels }, value: 0, count: 0 }));
    return series;
  }
}

/** A metric whose values are asked for. */
class AskedMetric implements Observable {
  readonly kind: PointKind;
  readonly #name: string;
  readonly #options: MetricOptions | undefined;
  readonly #callbacks = new Set<ObservableCallback>();

  constructor(name: string, kind: PointKind, options: MetricOptions | undefined) {
    this.#name = name;
    this.kind = kind;
    this.#options = options;
  }

  addCallback(callback: ObservableCallback): void {
    this.#callbacks.add(callback);
  }

  removeCallback(callback: ObservableCallback): void {
    this.#callbacks.delete(callback);
  }

  begin(): Metric {
    return new Metric(this.#name, this.kind, this.#options);
  }

  /** Only what is said at once: a matcher does not wait. */
  ask(result: ObservableResult): void {
    for (const callback of this.#callbacks) void callback(result);
  }
}

/**
 * A meter of the OpenTelemetry API that keeps all values in memory. Unlike a reader of the SDK it answers at once, so
 * that a matcher on a metric needs no `await` that a test could forget.
 */
export class PointRecorder implements Meter {
  readonly #metrics = new Map<string, Metric>();
  readonly #asked = new Map<string, AskedMetric>();
  readonly #batches = new Map<BatchObservableCallback, readonly Observable[]>();

  createCounter(name: string, options?: MetricOptions): Counter {
    const metric = this.#metric(name, 'counter', options);
    return { add: (value, labels) => metric.add(value, labels) };
  }

  createUpDownCounter(name: string, options?: MetricOptions): UpDownCounter {
    const metric = this.#metric(name, 'up_down_counter', options);
    return { add: (value, labels) => metric.add(value, labels) };
  }

  createHistogram(name: string, options?: MetricOptions): Histogram {
    const metric = this.#metric(name, 'histogram', options);
    return { record: (value, labels) => metric.add(value, labels) };
  }

  createGauge(name: string, options?: MetricOptions): Gauge {
    const metric = this.#metric(name, 'gauge', options);
    return { record: (value, labels) => metric.set(value, labels) };
  }

  createObservableCounter(name: string, options?: MetricOptions): ObservableCounter {
    return this.#askedMetric(name, 'counter', options);
  }

  createObservableUpDownCounter(name: string, options?: MetricOptions): ObservableUpDownCounter {
    return this.#askedMetric(name, 'up_down_counter', options);
  }

  createObservableGauge(name: string, options?: MetricOptions): ObservableGauge {
    return this.#askedMetric(name, 'gauge', options);
  }

  addBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]): void {
    this.#batches.set(callback, observables);
  }

  removeBatchObservableCallback(callback: BatchObservableCallback): void {
    this.#batches.delete(callback);
  }

  /** What has been recorded, and what the metrics that are asked say now. */
  get points(): readonly TracePoint[] {
    return [...this.#metrics.values(), ...this.#ask()].flatMap((metric) => metric.points());
  }

  #ask(): Metric[] {
    const answers = new Map<Observable, Metric>();
    for (const asked of this.#asked.values()) {
      const metric = asked.begin();
      answers.set(asked, metric);
      asked.ask({ observe: (value, labels) => metric.set(value, labels) });
    }
    for (const callback of this.#batches.keys()) {
      void callback({ observe: (asked, value, labels) => answers.get(asked)?.set(value, labels) });
    }
    return [...answers.values()];
  }

  #metric(name: string, kind: PointKind, options: MetricOptions | undefined): Metric {
    let metric = this.#metrics.get(name);
    if (!metric) this.#metrics.set(name, (metric = new Metric(name, kind, options)));
    return metric;
  }

  #askedMetric(name: string, kind: PointKind, options: MetricOptions | undefined): AskedMetric {
    let metric = this.#asked.get(name);
    if (!metric) this.#asked.set(name, (metric = new AskedMetric(name, kind, options)));
    return metric;
  }
}
