import type { Attributes, Context } from '@opentelemetry/api';
import {
  type ContextInit,
  type ContextRuntime,
  contextAttributes,
  copyInit,
  WorkflowContext,
} from '@tta/obs-context';
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
  /** The OpenTelemetry context that it began in, with the baggage that the caller gave. */
  readonly otelContext: Context;
  /** Attributes from the caller, on every span; `undefined` where there are none. */
  readonly attributes: Attributes | undefined;
  /** Set where the caller brought a context of its own. */
  readonly #context: WorkflowContext | undefined;
  /** Epoch time less monotonic time, taken once. */
  readonly #epochOffsetMs: number;

  constructor(
    instrumentation: Instrumentation,
    init: ContextInit | WorkflowContext | undefined,
    otelContext: Context,
  ) {
    const { tracer, instruments } = instrumentation.telemetry();
    this.instrumentation = instrumentation;
    this.tracer = tracer;
    this.instruments = instruments;
    this.observed = tracer !== undefined || instruments !== undefined || instrumentation.hasListeners;
    this.otelContext = otelContext;
    if (init instanceof WorkflowContext) {
      this.#context = init;
      this.init = init.init;
    } else {
      this.init = init ? copyInit(init) : nothing;
    }
    if (this.observed) {
      this.attributes = this.#callersAttributes();
      this.#epochOffsetMs = instrumentation.guardedClock.epochOffsetMs();
    } else {
      this.#epochOffsetMs = 0;
    }
  }

  /** The context of the root: below the one that the caller brought, with the cause that the caller named. */
  contextOfRoot(ofRoot: ContextRuntime): WorkflowContext {
    const { clock, random } = this.instrumentation;
    const runtime = { ...ofRoot, clock, random, otelContext: this.otelContext };
    if (!this.#context) return new WorkflowContext(this.init, runtime);
    const { causationId } = this.init;
    return this.#context.child(causationId === undefined ? nothing : { causationId }, runtime);
  }

  /**
   * Epoch milliseconds of a moment of the monotonic clock. All times of a run are measured from one
   * reading of both clocks, so that its spans order and nest by microseconds and agree with the durations
   * in the metrics.
   */
  epochMs(monotonicMs: number): number {
    return this.#epochOffsetMs + monotonicMs;
  }

  #callersAttributes(): Attributes | undefined {
    const baggage = this.instrumentation.baggageAttributes(this.otelContext);
    if (this.init === nothing) return baggage;
    // A context of the caller's own has a correlation id that the caller can read: it has to be found again.
    const said = this.#context ? this.#context.toAttributes() : contextAttributes(this.init);
    return baggage ? { ...said, ...baggage } : said;
  }
}
