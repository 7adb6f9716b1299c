import { type Attributes, context, type Meter, ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import type { LogFields, Logger } from '@tta/obs-context';
import { ManualClock, seededRandom } from '@tta/obs-context/manual';
import { withInstrumentation } from '../src/current-instrumentation.ts';
import { Instrumentation } from '../src/instrumentation.ts';
import type { InstrumentationOptions } from '../src/instrumentation-options.ts';

/** Specs run under the context manager that Node programs have. */
export function enableContexts(): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
}

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields | undefined;
}

interface HistogramPoint {
  readonly count: number;
  readonly sum: number;
}

interface ObservedMetric {
  readonly unit: string | undefined;
  /** Of the buckets of a histogram. */
  readonly bounds: readonly number[] | undefined;
  /** By labels, `key=value`. */
  readonly points: Record<string, number | HistogramPoint>;
}

/** The real SDK, kept in memory, under a clock that a spec turns by hand. */
export class Observed {
  readonly clock = new ManualClock();
  readonly lines: LogLine[] = [];
  /** What {@link Observed.points} reads from. */
  readonly meter: Meter;
  readonly instrumentation: Instrumentation;
  readonly #exporter = new InMemorySpanExporter();
  readonly #metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  readonly #reader = new PeriodicExportingMetricReader({
    exporter: this.#metrics,
    exportIntervalMillis: 2 ** 30,
  });

  /** @param debug - Whether lines of level `debug` are kept as well. */
  constructor(options: InstrumentationOptions = {}, debug = false) {
    const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(this.#exporter)] });
    this.meter = new MeterProvider({ readers: [this.#reader] }).getMeter('spec');
    const write =
      (level: string) =>
      (message: string, fields?: LogFields): void =>
        void this.lines.push({ level, message, fields });
    const logger: Logger = {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
      isEnabled: (level) => debug || level !== 'debug',
    };
    this.instrumentation = new Instrumentation({
      tracer: provider.getTracer('spec'),
      meter: this.meter,
      logger,
      clock: this.clock,
      random: seededRandom(1),
      ...options,
    });
  }

  /** Runs `fn` where primitives are observed by this. */
  run<T>(fn: () => T): T {
    return context.with(withInstrumentation(ROOT_CONTEXT, this.instrumentation), fn);
  }

  /** Spans that have ended, in the order of their ends. */
  get spans(): ReadableSpan[] {
    return this.#exporter.getFinishedSpans();
  }

  span(name: string, match: Attributes = {}): ReadableSpan {
    const found = this.spans.filter(
      (span) =>
        span.name === name && Object.entries(match).every(([key, value]) => span.attributes[key] === value),
    );
    if (found.length !== 1) throw new Error(`${found.length} spans ${name} in\n${this.tree()}`);
    return found[0] as ReadableSpan;
  }

  /** All ended spans as an indented tree: span name, name of the primitive or step, status. */
  tree(): string {
    const ids = new Set(this.spans.map((span) => span.spanContext().spanId));
    const lines: string[] = [];
    const add = (span: ReadableSpan, depth: number): void => {
      const { attributes } = span;
      const name = attributes['primitive.name'] ?? attributes['step.name'];
      lines.push(`${'  '.repeat(depth)}${span.name} "${name}" ${attributes['execution.status']}`);
      const children = this.spans.filter(
        (child) => child.parentSpanContext?.spanId === span.spanContext().spanId,
      );
      children.sort((a, b) => a.startTime[0] - b.startTime[0] || a.startTime[1] - b.startTime[1]);
      for (const child of children) add(child, depth + 1);
    };
    for (const span of this.spans) {
      if (!ids.has(span.parentSpanContext?.spanId ?? '')) add(span, 0);
    }
    return lines.join('\n');
  }

  /** The points of a metric: labels as `key=value`, and the value, or the count of a histogram. */
  async points(metric: string): Promise<Record<string, number>> {
    const { points } = await this.metric(metric);
    return Object.fromEntries(
      Object.entries(points).map(([labels, value]) => [
        labels,
        typeof value === 'number' ? value : value.count,
      ]),
    );
  }

  /** A metric with its unit; of a histogram the points are counts and sums. */
  async metric(name: string): Promise<ObservedMetric> {
    this.#metrics.reset();
    await this.#reader.forceFlush();
    const data = this.#metrics
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
      .find(({ descriptor }) => descriptor.name === name);
    const points = (data?.dataPoints ?? []) as {
      attributes: Attributes;
      value: number | (HistogramPoint & { buckets: { boundaries: number[] } });
    }[];
    let bounds: number[] | undefined;
    const byLabels = points.map(({ attributes, value }): [string, number | HistogramPoint] => {
      const labels = Object.entries(attributes).map(([key, label]) => `${key}=${String(label)}`);
      if (typeof value === 'number') return [labels.sort().join(' '), value];
      bounds = value.buckets.boundaries;
      return [labels.sort().join(' '), { count: value.count, sum: value.sum }];
    });
    return { unit: data?.descriptor.unit, bounds, points: Object.fromEntries(byLabels) };
  }
}
