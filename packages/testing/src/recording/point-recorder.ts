import {
  type Attributes,
  type BatchObservableCallback,
  type BatchObservableResult,
  type Counter,
  diag,
  type Gauge,
  type Histogram,
  type Meter,
  type MetricOptions,
  type Observable,
  type ObservableCallback,
  type ObservableCounter,
  type ObservableGauge,
  type ObservableResult,
  type ObservableUpDownCounter,
  type UpDownCounter,
} from '@opentelemetry/api';
import type { PointKind, TracePoint } from '../trace.ts';

interface Series {
  readonly labels: Attributes;
  value: number;
  count: number;
}

/** Kinds whose values are never negative. */
const growing: readonly PointKind[] = ['counter', 'histogram'];

/** The values of one metric, for each set of labels. What the SDK would refuse is left out. */
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
    if (!Number.isFinite(value) || (value < 0 && growing.includes(this.kind))) return;
    const series = this.#of(labels);
    series.value += value;
    series.count++;
  }

  set(value: number, labels: Attributes = {}): void {
    if (!Number.isFinite(value)) return;
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

  ask(result: ObservableResult): void {
    for (const callback of this.#callbacks) void answered(() => callback(result));
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
      const result: BatchObservableResult = {
        observe: (asked, value, labels) => answers.get(asked)?.set(value, labels),
      };
      void answered(() => callback(result));
    }
    return [...answers.values()];
  }

  #metric(name: string, kind: PointKind, options: MetricOptions | undefined): Metric {
    const key = keyOf(name, kind);
    let metric = this.#metrics.get(key);
    if (!metric) this.#metrics.set(key, (metric = new Metric(name, kind, options)));
    return metric;
  }

  #askedMetric(name: string, kind: PointKind, options: MetricOptions | undefined): AskedMetric {
    const key = keyOf(name, kind);
    let metric = this.#asked.get(key);
    if (!metric) this.#asked.set(key, (metric = new AskedMetric(name, kind, options)));
    return metric;
  }
}

/** Instruments of several kinds may share a name. Their points are kept apart. */
function keyOf(name: string, kind: PointKind): string {
  return `${kind} ${name}`;
}

/**
 * Asks a callback. Only what it says at once counts, since a matcher does not wait; where it fails, now or later, it has
 * said no more than it had until then.
 */
async function answered(ask: () => void | Promise<void>): Promise<void> {
  try {
    await ask();
  } catch (error) {
    diag.error('observe: the callback of an observable metric failed', error);
  }
}
