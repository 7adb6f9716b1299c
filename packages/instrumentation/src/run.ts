import type { Attributes } from '@opentelemetry/api';
import { type ContextInit, contextAttributes, WorkflowContext } from '@tta/obs-context';
import type { Telemetry } from './api-telemetry.ts';
import type { Instrumentation } from './instrumentation.ts';

const nothing: ContextInit = {};

/** What all executions below one root share. */
export class Run {
  readonly instrumentation: Instrumentation;
  readonly tracer: Telemetry['tracer'];
  readonly instruments: Telemetry['instruments'];
  /** Whether anything is told of this run's executions. */
  readonly observed: boolean;
  readonly init: ContextInit;
  /** Set where the caller brought a context of its own. */
  readonly context: WorkflowContext | undefined;
  /** Attributes from the caller, on every span; `undefined` where it said nothing. */
  readonly attributes: Attributes | undefined;
  /** Epoch time less monotonic time, taken once. */
  readonly #epochOffsetMs: number;

  constructor(instrumentation: Instrumentation, init: ContextInit | WorkflowContext | undefined) {
    const { tracer, instruments } = instrumentation.telemetry();
    this.instrumentation = instrumentation;
    this.tracer = tracer;
    this.instruments = instruments;
    this.observed = tracer !== undefined || instruments !== undefined || instrumentation.hasListeners;
    if (init instanceof WorkflowContext) {
      this.context = init;
      this.init = init.init;
    } else {
      this.init = init ?? nothing;
    }
    if (this.observed) {
      const { clock } = instrumentation;
      this.attributes = this.init === nothing ? undefined : contextAttributes(this.init);
      this.#epochOffsetMs = clock.now() - clock.monotonic();
    } else {
      this.#epochOffsetMs = 0;
    }
  }

  /**
   * Epoch milliseconds of a moment of the monotonic clock. All times of a run are measured from one
   * reading of both clocks, so that its spans order and nest by microseconds and agree with the durations
   * in the metrics.
   */
  epochMs(monotonicMs: number): number {
    return this.#epochOffsetMs + monotonicMs;
  }
}
