import { context, type Meter, ROOT_CONTEXT, type Tracer } from '@opentelemetry/api';
import { type Clock, type LineLevel, systemClock } from '@tta/obs-context';
import { Instrumentation, type InstrumentationOptions, withInstrumentation } from '@tta/obs-instrumentation';
import { LineRecorder } from './recording/line-recorder.ts';
import { PointRecorder } from './recording/point-recorder.ts';
import { SpanRecorder } from './recording/span-recorder.ts';
import { traceText } from './trace-text.ts';
import type { Trace, TraceLine, TracePoint, TraceSpan } from './trace.ts';

/** How a test observes. */
export interface ObserveOptions<C extends Clock = Clock> extends Omit<
  InstrumentationOptions,
  'tracer' | 'meter' | 'logger' | 'clock'
> {
  /** Where the time of runs comes from: a `ManualClock` makes waits and durations exact. @defaultValue the machine's */
  readonly clock?: C;
  /**
   * Log lines from this level on are kept. With `debug` there is a line for each begin and end of an execution.
   *
   * @defaultValue 'info'
   */
  readonly logLevel?: LineLevel;
}

/** What is observed, as it stands at the moment: it grows while primitives run. */
export class ObservedTrace<C extends Clock = Clock> implements Trace {
  /** The one that was given, else the machine's. */
  readonly clock: C;
  /** For code that makes spans of its own: they belong to this trace. */
  readonly tracer: Tracer;
  /** For code that records points of its own: they belong to this trace. */
  readonly meter: Meter;
  readonly instrumentation: Instrumentation;
  readonly #spans = new SpanRecorder();
  readonly #lines: LineRecorder;
  readonly #points = new PointRecorder();

  constructor({ clock, logLevel = 'info', ...options }: ObserveOptions<C> = {}) {
    this.clock = clock ?? (systemClock as C);
    this.#lines = new LineRecorder(logLevel);
    this.tracer = this.#spans.tracer;
    this.meter = this.#points;
    this.instrumentation = new Instrumentation({
      ...options,
      clock: this.clock,
      tracer: this.tracer,
      meter: this.meter,
      logger: this.#lines,
    });
  }

  get spans(): readonly TraceSpan[] {
    return this.#spans.spans;
  }

  get lines(): readonly TraceLine[] {
    return this.#lines.lines;
  }

  get points(): readonly TracePoint[] {
    return this.#points.points;
  }

  /** Runs `fn` where primitives are observed by this. */
  run<T>(fn: () => T): T {
    return context.with(withInstrumentation(ROOT_CONTEXT, this.instrumentation), fn);
  }

  /** The spans as trees, as matchers show them. */
  toString(): string {
    return traceText(this);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
