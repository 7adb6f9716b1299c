import {
  type Attributes,
  type AttributeValue,
  type Context,
  context,
  type SpanContext,
} from '@opentelemetry/api';
import {
  attributeNames as names,
  type Clock,
  type ContextInit,
  copyInit,
  type ExecutionListener,
  type ExecutionStatus,
  isWorkflowContext,
  type LlmUsage,
  type Logger,
  noopLogger,
  type Pricing,
  type Random,
  systemClock,
  systemRandom,
  type WorkflowContext,
} from '@tta/obs-context';
import { ApiTelemetry, type Telemetry } from './api-telemetry.ts';
import { baggageAttributes } from './baggage.ts';
import { BoundedValues } from './bounded-values.ts';
import { recordCost, type RecordedElsewhere, recordUsage } from './consumption.ts';
import { executionContext, executionOf, saidInside } from './execution-context.ts';
import type { ExecutionEnd, Failure } from './execution-end.ts';
import { logBegin, logEnd } from './execution-lines.ts';
import { ExecutionListeners } from './execution-listeners.ts';
import { countBegin, countEnd } from './execution-metrics.ts';
import { closeSpans, openSpans, toHrTime } from './execution-spans.ts';
import { Execution, ownerOf } from './execution.ts';
import { recordFact } from './facts.ts';
import { FaultReport } from './fault-report.ts';
import { GuardedClock } from './guarded-clock.ts';
import { guardedLogger } from './guarded-logger.ts';
import { checkedKeys, type InstrumentationOptions } from './instrumentation-options.ts';
import { Instruments } from './instruments.ts';
import { OpenStreams } from './open-streams.ts';
import { ProcessWatch } from './process-watch.ts';
import { contextOfOwner, contextOfRun } from './run-context.ts';
import type { EdgeLabel, Fact } from './run-scope.ts';
import { Run } from './run.ts';
import type { Unit } from './unit.ts';
import { ValueRecorder } from './value-recorder.ts';

/** Different values that a process may produce of the label `error.type`, and of `cache.type`. */
const labelLimit = 32;

/**
 * The one emission point: every span, metric point and log line of a primitive comes from here. What goes
 * wrong in here is counted and reported, and never reaches the run.
 */
export class Instrumentation {
  /** As it was given, except that its faults stay here. */
  readonly logger: Logger;
  /** As it was given, else the machine's. */
  readonly clock: Clock;
  /** As it was given, else the machine's. */
  readonly random: Random;
  /** {@link clock} for telemetry's own use. @internal */
  readonly guardedClock: GuardedClock;
  /** @internal */
  readonly openStreams = new OpenStreams();
  readonly #pricing: Pricing | undefined;
  readonly #processWatch: ProcessWatch | undefined;
  readonly #stepSpans: boolean;
  readonly #baggageKeys: readonly string[];
  readonly #values: ValueRecorder;
  readonly #listeners: ExecutionListeners;
  readonly #errorTypes = new BoundedValues(labelLimit);
  readonly #cacheTypes = new BoundedValues(labelLimit);
  readonly #faults: FaultReport;
  readonly #own: Telemetry;
  readonly #onFault = (error: unknown): void => this.#fault(error);
  readonly #registered = new ApiTelemetry();

  /** @throws `OBS_ERR_INVALID_OPTION` for keys of baggage that are none, and a capture that cannot be. */
  constructor(options: InstrumentationOptions = {}) {
    const { tracer, meter, logger, processMeter } = options;
    const onFault = this.#onFault;
    this.#own = { tracer, instruments: meter && new Instruments(meter) };
    this.logger = logger ? guardedLogger(logger, onFault) : noopLogger;
    this.clock = options.clock ?? systemClock;
    this.guardedClock = new GuardedClock(this.clock, onFault);
    this.random = options.random ?? systemRandom;
    this.#pricing = options.pricing;
    this.#processWatch = processMeter && new ProcessWatch(processMeter, onFault);
    this.#stepSpans = options.stepSpans ?? true;
    this.#baggageKeys = checkedKeys(options.baggageKeys ?? []);
    this.#values = new ValueRecorder(options.measureSizes ?? false, options.captureContent);
    this.#faults = new FaultReport(this.clock);
    this.#listeners = new ExecutionListeners(onFault);
  }

  /** Faults inside telemetry so far, also counted by the metric `obs.telemetry.faults`. */
  get faults(): number {
    return this.#faults.count;
  }

  get hasListeners(): boolean {
    return !this.#listeners.isEmpty;
  }

  /**
   * Cancels the streams that wait for somebody to read on, and ends their spans as cancelled before it returns: for the end
   * of a program. What is being read, or asked for its result alone, goes on.
   *
   * @param why - What ends them: `the process ended`.
   * @returns The names of the primitives whose streams those were.
   */
  endForgottenStreams(why: string): string[] {
    return this.openStreams.endForgotten(why);
  }

  /** Where a run that begins now sends its spans and points. @internal */
  telemetry(): Telemetry {
    const { tracer, instruments } = this.#own;
    try {
      return {
        tracer: tracer ?? this.#registered.tracer,
        instruments: instruments ?? this.#registered.instruments,
      };
    } catch (error) {
      this.#fault(error);
      return this.#own;
    }
  }

  /**
   * Has a listener hear of every execution from now on.
   *
   * @returns Ends it.
   */
  onExecution(listener: ExecutionListener): () => void {
    return this.#listeners.add(listener);
  }

  /**
   * Opens an execution. It belongs to the run of the context that it is given, else to the run that is
   * active; with wishes of its own (`init`) it begins a run inside that one, else it begins a new one, which
   * goes on in the trace of the context that it is given.
   *
   * @param edge - Of a run that nobody asked for, such as the refresh of a cache: what it is of its primitive.
   * @throws What a getter of `init` throws: that is the caller's.
   * @internal
   */
  open<I, O>(
    unit: Unit<I, O>,
    active: Context,
    init: ContextInit | WorkflowContext | undefined,
    edge?: EdgeLabel,
  ): Execution {
    const anyUnit = unit as Unit<never, unknown>;
    const given = isWorkflowContext(init) ? init : undefined;
    const owner = given ? ownerOf(given) : executionOf(active);
    // What was left behind and aborted begins nothing by itself either: it is refused below the one that was aborted.
    const parent = owner?.ended && !owner.isAborted ? undefined : owner;
    const around = init ? this.safely(() => contextOfRun(active, init, owner), active) : active;
    let execution: Execution;
    if (!parent) {
      execution = new Execution(new Run(this, init, around), anyUnit, undefined, edge);
    } else if (!init || (given && given === parent.contextIfMade)) {
      execution = new Execution(parent.run, anyUnit, parent);
    } else {
      const run = given
        ? new Run(this, given, around)
        : new Run(this, parent.context.child(this.#inside(active, init as ContextInit)), around, parent.run);
      const { signal } = run.init;
      const own = signal && signal !== parent.run.init.signal ? { signal } : undefined;
      execution = new Execution(run, anyUnit, parent, undefined, own);
    }
    // Whoever is told of the end is told of the begin: a run keeps its instrumentation, whichever is active inside.
    execution.run.instrumentation.begin(execution, around);
    return execution;
  }

  /** Each part on its own: where one is at fault, the others still count what {@link end} will count down. @internal */
  begin(execution: Execution, around = contextAround(execution.parent)): void {
    const { run } = execution;
    try {
      if (run.tracer) openSpans(execution, run.tracer, around, this.#stepSpans);
    } catch (error) {
      this.#fault(error);
    }
    // Also where nothing records: what the body begins finds its run, the caller's baggage and trace.
    execution.otelContext ??= executionContext(around, execution);
    if (!run.observed) return;
    try {
      if (run.instruments) countBegin(execution, run.instruments);
    } catch (error) {
      this.#fault(error);
    }
    if (run.verbose) this.safely(() => logBegin(execution), undefined);
    this.#listeners.tellStart(execution);
    this.#processWatch?.begin(execution);
  }

  /** Each part on its own: where one is at fault, the others still tell how the execution ended. @internal */
  end(
    execution: Execution,
    status: ExecutionStatus,
    failure: Failure | undefined,
    abandoned: boolean,
    endedAt = this.guardedClock.monotonic(),
  ): void {
    const { run } = execution;
    const end: ExecutionEnd = {
      status,
      endedAt,
      durationMs: endedAt - execution.startedAt,
      failure,
      abandoned,
      processUse: this.#processWatch?.end(execution),
      stream: execution.emissionIfAny?.endOf(execution.startedAt),
    };
    try {
      closeSpans(execution, end);
    } catch (error) {
      this.#fault(error);
    }
    try {
      if (run.instruments) countEnd(execution, run.instruments, end, this.#errorTypes);
    } catch (error) {
      this.#fault(error);
    }
    if (failure !== undefined || status === 'suspended' || run.verbose)
      this.safely(() => logEnd(execution, end), undefined);
    if (run.observed) this.#listeners.tellEnd(execution, end);
  }

  /** Tells what an execution was given, as far as that is wanted; what that takes is not of its duration. @internal */
  input(execution: Execution, value: unknown): void {
    this.#value(execution, 'input', value);
    if (this.#values.isThorough) execution.startedAt = this.guardedClock.monotonic();
  }

  /**
   * Tells what an execution returned, as far as that is wanted.
   *
   * @returns When it ended, where it takes time to tell.
   * @internal
   */
  output(execution: Execution, value: unknown): number | undefined {
    const endedAt = this.#values.isThorough ? this.guardedClock.monotonic() : undefined;
    this.#value(execution, 'output', value);
    return endedAt;
  }

  #value({ span }: Execution, side: 'input' | 'output', value: unknown): void {
    try {
      if (span?.isRecording()) this.#values.record(span, side, value);
    } catch (error) {
      this.#fault(error);
    }
  }

  /** @internal */
  attr(execution: Execution, key: string, value: AttributeValue): void {
    // Of what was left behind: OpenTelemetry complains about whoever writes on a span that has ended.
    if (execution.ended) return;
    try {
      execution.span?.setAttribute(key, value);
    } catch (error) {
      this.#fault(error);
    }
  }

  /** @internal */
  event(execution: Execution, name: string, attributes: Attributes | undefined): void {
    // What comes too late finds its span closed.
    if (execution.ended) return;
    try {
      execution.span?.addEvent(
        name,
        attributes,
        toHrTime(execution.run.epochMs(this.guardedClock.monotonic())),
      );
    } catch (error) {
      this.#fault(error);
    }
  }

  /** @internal */
  link(execution: Execution, spanContext: SpanContext, type: string): void {
    try {
      execution.span?.addLink({ context: spanContext, attributes: { [names.linkType]: type } });
    } catch (error) {
      this.#fault(error);
    }
  }

  /** @internal */
  record(execution: Execution, fact: Fact): void {
    this.safely(() => recordFact(execution, fact, this.#cacheTypes), undefined);
  }

  /** @internal */
  usage(execution: Execution, usage: LlmUsage, elsewhere?: RecordedElsewhere): void {
    this.safely(
      () => recordUsage(execution, usage, this.#pricing, this.#errorTypes, this.#onFault, elsewhere),
      undefined,
    );
  }

  /** @internal */
  cost(execution: Execution, usd: number, kind: 'spent' | 'saved'): void {
    this.safely(() => recordCost(execution, usd, kind, this.#onFault), undefined);
  }

  /** Span attributes for the baggage that may show; `undefined` where none may. @internal */
  baggageAttributes(otelContext: Context): Attributes | undefined {
    const keys = this.#baggageKeys;
    return keys.length === 0 ? undefined : this.safely(() => baggageAttributes(otelContext, keys), undefined);
  }

  /** What `act` returns; a fault in it is counted, and the answer is `otherwise`. @internal */
  safely<T>(act: () => T, otherwise: T): T {
    try {
      return act();
    } catch (error) {
      this.#fault(error);
      return otherwise;
    }
  }

  /** What a run inside another says: what its caller says, else what is said around the call. */
  #inside(active: Context, init: ContextInit): ContextInit {
    const said = this.safely(() => saidInside(active), undefined);
    return said ? { ...said, ...copyInit(init) } : init;
  }

  #fault(error: unknown): void {
    this.#faults.add(error);
    try {
      this.#own.instruments?.telemetryFaults.add(1);
    } catch {
      // The meter itself is at fault; the count above is all that can still be kept.
    }
  }
}

function contextAround(parent: Execution | undefined): Context {
  const active = context.active();
  return parent ? contextOfOwner(active, parent) : active;
}
