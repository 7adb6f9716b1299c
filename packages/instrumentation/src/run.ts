import type { Attributes } from '@opentelemetry/api';
import { type ContextInit, contextAttributes, WorkflowContext } from '@tta/obs-context';
import type { Telemetry } from './api-telemetry.ts';
import type { Execution } from './execution.ts';
import type { Instrumentation } from './instrumentation.ts';

/** What all executions below one root share. */
export class Run {
  readonly instrumentation: Instrumentation;
  readonly tracer: Telemetry['tracer'];
  readonly instruments: Telemetry['instruments'];
  readonly init: ContextInit;
  /** Set where the caller brought a context of its own. */
  readonly context: WorkflowContext | undefined;
  /** Attributes from the caller, on every span; `undefined` where it said nothing. */
  readonly attributes: Attributes | undefined;
  /** Steps that have begun and not ended. What is left when the root ends is closed with it. */
  readonly open = new Set<Execution>();
  /**
   * Epoch time and monotonic time of the same moment. All times of the run are measured from here, so
   * that spans order and nest by microseconds and agree with the durations in the metrics.
   */
  readonly #epochMs: number;
  readonly #monotonicMs: number;

  constructor(
    instrumentation: Instrumentation,
    init: ContextInit | WorkflowContext | undefined,
    startedAt: number,
  ) {
    const { telemetry } = instrumentation;
    this.instrumentation = instrumentation;
    this.tracer = telemetry.tracer;
    this.instruments = telemetry.instruments;
    this.context = init instanceof WorkflowContext ? init : undefined;
    this.init = init instanceof WorkflowContext ? init.init : (init ?? nothing);
    this.attributes = this.init === nothing ? undefined : contextAttributes(this.init);
    this.#epochMs = instrumentation.clock.now();
    this.#monotonicMs = startedAt;
  }

  /** Epoch milliseconds of a moment of the monotonic clock. */
  epochMs(monotonicMs: number): number {
    return this.#epochMs + (monotonicMs - this.#monotonicMs);
  }
}

const nothing: ContextInit = {};
