import type { Attributes, Context } from '@opentelemetry/api';
import {
  type ContextInit,
  type ContextRuntime,
  contextAttributes,
  type Correlation,
  copyInit,
  isWorkflowContext,
  WorkflowContext,
} from '@tta/obs-context';
import type { Telemetry } from './api-telemetry.ts';
import type { Instrumentation } from './instrumentation.ts';
import { saidCorrelation } from './run-correlation.ts';

const nothing: ContextInit = {};

/** What all executions below one root share. */
export class Run {
  readonly instrumentation: Instrumentation;
  readonly tracer: Telemetry['tracer'];
  readonly instruments: Telemetry['instruments'];
  /** Whether anything is told of this run's executions. */
  readonly observed: boolean;
  /** Whether each execution gets log lines, because the logger takes those of level `debug`. */
  readonly verbose: boolean;
  readonly init: ContextInit;
  /** The OpenTelemetry context that it began in, with the baggage that the caller gave. */
  readonly otelContext: Context;
  /** Attributes from the caller, on every span; `undefined` where there are none, or no spans. */
  readonly attributes: Attributes | undefined;
  /** What the context of the root is a child of, if anything. */
  readonly #context: WorkflowContext | undefined;
  /** Whether a caller brought a context, and with it ids that can be looked for. */
  readonly #isIdentified: boolean;
  /** Epoch time less monotonic time, taken once where there are spans. */
  readonly #epochOffsetMs: number;
  /** What this run says; `undefined` until someone asks. */
  #correlation: Correlation | undefined;

  /**
   * @param init - What the caller said, or the context that it brought or that was made of what it said.
   * @param outer - The run that this one is inside of, where the context was made of what the caller said.
   */
  constructor(
    instrumentation: Instrumentation,
    init: ContextInit | WorkflowContext | undefined,
    otelContext: Context,
    outer?: Run,
  ) {
    const { tracer, instruments } = instrumentation.telemetry();
    this.instrumentation = instrumentation;
    this.tracer = tracer;
    this.instruments = instruments;
    const { logger } = instrumentation;
    this.verbose = logger.isEnabled?.('debug') ?? true;
    this.observed =
      tracer !== undefined || instruments !== undefined || instrumentation.hasListeners || this.verbose;
    this.otelContext = otelContext;
    if (isWorkflowContext(init)) {
      this.#context = init;
      this.init = init.init;
    } else {
      this.init = init ? copyInit(init) : nothing;
    }
    this.#isIdentified = outer ? outer.#isIdentified : this.#context !== undefined;
    this.attributes = tracer && instrumentation.safely(() => this.#callersAttributes(), undefined);
    this.#epochOffsetMs = tracer ? instrumentation.guardedClock.epochOffsetMs() : 0;
  }

  /** The context of the root: below the one that the caller brought, with the cause that the caller named. */
  contextOfRoot(ofRoot: ContextRuntime): WorkflowContext {
    const { guardedClock: clock, random } = this.instrumentation;
    const runtime = { ...ofRoot, clock, random, otelContext: this.otelContext };
    if (!this.#context) return new WorkflowContext(this.init, runtime);
    const { causationId } = this.init;
    return this.#context.child(causationId === undefined ? nothing : { causationId }, runtime);
  }

  /**
   * What tells the lines and spans of this run from those of others, as its spans have it: field by field what the
   * run says, else what is known around it.
   */
  correlation(around: Correlation | undefined): Correlation | undefined {
    this.#correlation ??= this.instrumentation.safely(() => this.#callersCorrelation(), {});
    const own = this.#correlation;
    if (!around) return Object.keys(own).length === 0 ? undefined : own;
    return { ...around, ...own };
  }

  /**
   * Epoch milliseconds of a moment of the monotonic clock. All times of a run are measured from one
   * reading of both clocks, so that its spans order and nest by microseconds and agree with the durations
   * in the metrics.
   */
  epochMs(monotonicMs: number): number {
    return this.#epochOffsetMs + monotonicMs;
  }

  /** A context of the caller's own has a correlation id that the caller can read: it has to be found again. */
  get #identifying(): WorkflowContext | undefined {
    return this.#isIdentified ? this.#context : undefined;
  }

  #callersAttributes(): Attributes | undefined {
    const baggage = this.instrumentation.baggageAttributes(this.otelContext);
    if (this.init === nothing) return baggage;
    const said = this.#identifying?.toAttributes() ?? contextAttributes(this.init);
    return baggage ? { ...said, ...baggage } : said;
  }

  #callersCorrelation(): Correlation {
    return saidCorrelation(this.init, this.#identifying?.correlationId ?? this.init.correlationId);
  }
}
