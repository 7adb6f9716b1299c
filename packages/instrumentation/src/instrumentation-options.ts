import type { Meter, Tracer } from '@opentelemetry/api';
import {
  type Clock,
  InvalidOptionError,
  type Logger,
  type Pricing,
  type ProcessMeter,
  type Random,
} from '@tta/obs-context';
import type { ContentCapture } from './value-recorder.ts';

/** Where an `Instrumentation` sends what it tells, and what that is. */
export interface InstrumentationOptions {
  /** Where spans go. @defaultValue what is registered with the OpenTelemetry API when a run begins */
  readonly tracer?: Tracer;
  /** Where points go. @defaultValue what is registered with the OpenTelemetry API when a run begins */
  readonly meter?: Meter;
  /**
   * Gets a line for each run that failed and each failure that was answered; where it takes lines of level `debug`,
   * also for each begin and end of an execution and each look-up in a cache. It is asked once a run.
   *
   * @defaultValue drops every line
   */
  readonly logger?: Logger;
  /** Estimates the cost of model calls whose cost is not reported. @defaultValue none */
  readonly pricing?: Pricing;
  /**
   * Measures processor time and heap of the process during each execution: attributes `execution.cpu_ms`,
   * `execution.heap_delta_bytes` and `execution.concurrent`, and `processUse` for listeners. It is read twice an
   * execution, in line with the run.
   *
   * @defaultValue nothing is measured
   */
  readonly processMeter?: ProcessMeter;
  readonly clock?: Clock;
  readonly random?: Random;
  /**
   * Whether each step has a span of its own above its primitive's. `false` puts the step's attributes on
   * the primitive's span and halves the number of spans.
   *
   * @defaultValue true
   */
  readonly stepSpans?: boolean;
  /**
   * Keys of baggage that show as attributes `baggage.<key>` on every span of a run. Baggage comes from whoever
   * sent the request and may hold what must not be stored, so that each key is named here.
   *
   * @defaultValue none
   */
  readonly baggageKeys?: readonly string[];
  /**
   * Whether spans tell the size of every input and output, by its JSON. Those of texts and binary data are told in any
   * case: `input.size_bytes`, `output.size_bytes`. Beyond a million characters or 10,000 values it is a lower bound.
   *
   * @defaultValue false; true where content is captured
   */
  readonly measureSizes?: boolean;
  /**
   * Puts what each execution is given and returns on its own span, as `input.value` and `output.value`: a text as it
   * is, all else as JSON, redacted and cut. Streams and generators are not touched. It is read in line with the run; what
   * that takes is not of the execution's own duration.
   *
   * @defaultValue nothing is captured
   */
  readonly captureContent?: ContentCapture;
}

/** @throws `OBS_ERR_INVALID_OPTION` for what is no list of names. */
export function checkedKeys(keys: readonly string[]): readonly string[] {
  if (Array.isArray(keys) && keys.every((key) => typeof key === 'string' && key !== '')) return [...keys];
  throw new InvalidOptionError('Instrumentation: baggageKeys has to be a list of names: ["tenant"]');
}
