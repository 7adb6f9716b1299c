import { context, type Meter, ROOT_CONTEXT, type Tracer } from '@opentelemetry/api';
import { type Clock, type LineLevel, systemClock } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import { Instrumentation, type InstrumentationOptions, withInstrumentation } from '@tta/obs-instrumentation';
import { DrawnTrace } from './drawing/drawn-trace.ts';
import type { SpanPattern } from './matchers/span-pattern.ts';
import { onlySpan } from './matchers/span.ts';
import { LineRecorder } from './recording/line-recorder.ts';
import { PointRecorder } from './recording/point-recorder.ts';
import { SpanRecorder } from './recording/span-recorder.ts';
import type { TraceLine, TracePoint, TraceSpan } from './trace.ts';

/** The clock that a test gets for the one it asks for. */
export type ClockOf<K extends Clock | 'manual'> = K extends Clock ? K : ManualClock;

/** How a test observes. */
export interface ObserveOptions<K extends Clock | 'manual' = Clock | 'manual'> extends Omit<
  InstrumentationOptions,
  'tracer' | 'meter' | 'logger' | 'clock'
> {
  /**
   * Where the time of runs comes from. `manual` is a new `ManualClock`: it stands still until the test moves it, which
   * makes waits and durations exact.
   *
   * @defaultValue the machine's
   */
  readonly clock?: K;
  /**
   * Log lines from this level on are kept. With `debug` there is a line for each begin and end of an execution.
   *
   * @defaultValue 'info'
   */
  readonly logLevel?: LineLevel;
}

/**
 * What is observed, as it stands at the moment: it grows while primitives run. Each read of `spans` and `points` tells
 * what there is then; taken apart at the start of a test, `({ spans }) => …`, they stay empty.
 */
export class ObservedTrace<C extends Clock = Clock> extends DrawnTrace {
  /** The one that was asked for, else the machine's. */
  readonly clock: C;
  /** For code that makes spans of its own: they belong to this trace, and take their time from its clock. */
  readonly tracer: Tracer;
  /** For code that records points of its own: they belong to this trace. */
  readonly meter: Meter;
  readonly instrumentation: Instrumentation;
  readonly #spans: SpanRecorder;
  readonly #lines: LineRecorder;
  readonly #points = new PointRecorder();

  constructor({ clock = systemClock, logLevel = 'info', ...options }: ObserveOptions = {}) {
    super();
    this.clock = (clock === 'manual' ? new ManualClock() : clock) as C;
    this.#spans = new SpanRecorder(this.clock);
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

  /**
   * The one span like this: `trace.span('primitive.retry.execute').events`.
   *
   * @throws `TraceAssertionError` where there is none or several; its message shows the trace with them marked.
   */
  span(pattern: SpanPattern): TraceSpan {
    return onlySpan(this.spans, pattern, this.span);
  }

  /** Runs `fn` where primitives are observed by this. */
  run<T>(fn: () => T): T {
    return context.with(withInstrumentation(ROOT_CONTEXT, this.instrumentation), fn);
  }
}
