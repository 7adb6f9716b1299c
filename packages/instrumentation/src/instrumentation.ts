import {
  type Attributes,
  type AttributeValue,
  type Context,
  context,
  type Meter,
  type Tracer,
} from '@opentelemetry/api';
import {
  attributeNames as names,
  type Clock,
  type ContextInit,
  type ExecutionInfo,
  type ExecutionListener,
  type ExecutionStatus,
  genAiNames,
  type LlmUsage,
  type Logger,
  noopLogger,
  type Pricing,
  type Random,
  systemClock,
  systemRandom,
  WorkflowContext,
} from '@tta/obs-context';
import { ApiTelemetry, type Telemetry } from './api-telemetry.ts';
import { BoundedValues } from './bounded-values.ts';
import { errorAttributes } from './error-info.ts';
import { countBegin, countEnd } from './execution-metrics.ts';
import { closeSpans, openSpans, toHrTime } from './execution-spans.ts';
import { Execution, executionOf, type Failure, ownerOf } from './execution.ts';
import { FaultReport } from './fault-report.ts';
import { guarded, guardedLogger } from './guarded-logger.ts';
import { Instruments } from './instruments.ts';
import type { Fact } from './run-scope.ts';
import { Run } from './run.ts';
import type { Unit } from './unit.ts';

export interface InstrumentationOptions {
  /** Where spans go. @defaultValue what is registered with the OpenTelemetry API when a run begins */
  readonly tracer?: Tracer;
  /** Where points go. @defaultValue what is registered with the OpenTelemetry API when a run begins */
  readonly meter?: Meter;
  /** @defaultValue drops every line */
  readonly logger?: Logger;
  /** Estimates the cost of model calls whose cost is not reported. @defaultValue none */
  readonly pricing?: Pricing;
  readonly clock?: Clock;
  readonly random?: Random;
  /**
   * Whether each step has a span of its own above its primitive's. `false` puts the step's attributes on
   * the primitive's span and halves the number of spans.
   *
   * @defaultValue true
   */
  readonly stepSpans?: boolean;
}

/** Different values of the label `error.type` that a process may produce. */
const errorTypeLimit = 32;

/**
 * The one emission point: every span, metric point and log line of a primitive comes from here. What goes
 * wrong in here is counted and reported, and never reaches the run.
 */
export class Instrumentation {
  /** As it was given, except that its faults stay here. */
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
  readonly #pricing: Pricing | undefined;
  readonly #stepSpans: boolean;
  readonly #listeners = new Set<ExecutionListener>();
  readonly #errorTypes = new BoundedValues(errorTypeLimit);
  readonly #faults: FaultReport;
  readonly #own: Telemetry;
  readonly #registered = new ApiTelemetry();

  constructor(options: InstrumentationOptions = {}) {
    const { tracer, meter, logger } = options;
    this.#own = { tracer, instruments: meter && new Instruments(meter) };
    this.logger = logger ? guardedLogger(logger, (error) => this.#fault(error)) : noopLogger;
    this.clock = options.clock ?? systemClock;
    this.random = options.random ?? systemRandom;
    this.#pricing = options.pricing;
    this.#stepSpans = options.stepSpans ?? true;
    this.#faults = new FaultReport(this.clock);
  }

  /** Faults inside telemetry so far, also counted by the metric `obs.telemetry.faults`. */
  get faults(): number {
    return this.#faults.count;
  }

  get hasListeners(): boolean {
    return this.#listeners.size > 0;
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
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Opens an execution. It belongs to the run of the context that it is given, else to the run that is
   * active; with wishes of its own (`init`) it begins a run inside that one, else it begins a new one.
   *
   * @internal
   */
  open<I, O>(unit: Unit<I, O>, active: Context, init: ContextInit | WorkflowContext | undefined): Execution {
    const anyUnit = unit as Unit<never, unknown>;
    const given = init instanceof WorkflowContext ? init : undefined;
    const owner = given ? ownerOf(given) : executionOf(active);
    const parent = owner?.ended ? undefined : owner;
    let execution: Execution;
    if (!parent) {
      execution = new Execution(new Run(this, init), anyUnit);
    } else if (init === undefined || (given && given === parent.contextIfMade)) {
      execution = new Execution(parent.run, anyUnit, parent);
    } else {
      const inner = given ?? parent.context.child(init as ContextInit, { spanContext: parent.spanContext });
      const { signal } = given ? given.init : (init as ContextInit);
      const own = signal && signal !== parent.run.init.signal ? { signal } : undefined;
      execution = new Execution(new Run(this, inner), anyUnit, parent, undefined, own);
    }
    if (execution.run.observed) this.begin(execution, (given && owner?.otelContext) ?? active);
    return execution;
  }

  /** @internal */
  begin(execution: Execution, above?: Context): void {
    try {
      const { run, parent } = execution;
      if (run.tracer) {
        openSpans(execution, run.tracer, above ?? contextAbove(parent), this.#stepSpans);
      }
      if (run.instruments) countBegin(execution, run.instruments);
      if (this.hasListeners) this.#tell('onStart', describe(execution));
    } catch (error) {
      this.#fault(error);
    }
  }

  /** Each part on its own: where one is at fault, the others still tell how the execution ended. @internal */
  end(execution: Execution, status: ExecutionStatus, failure: Failure | undefined, abandoned: boolean): void {
    const { run } = execution;
    const endedAt = this.clock.monotonic();
    const durationMs = endedAt - execution.startedAt;
    try {
      if (execution.span || execution.stepSpan) {
        const endTime = toHrTime(run.epochMs(endedAt));
        closeSpans(execution, { status, durationMs, endTime, failure, abandoned });
      }
    } catch (error) {
      this.#fault(error);
    }
    try {
      if (run.instruments) {
        countEnd(execution, run.instruments, { status, durationMs, failure }, this.#errorTypes);
      }
    } catch (error) {
      this.#fault(error);
    }
    if (failure && !execution.parent && status !== 'cancelled') this.#logFailure(execution, failure);
    if (run.observed && this.hasListeners) {
      this.#tell('onEnd', {
        ...describe(execution),
        status,
        durationMs,
        error: failure?.error,
        errorCategory: failure?.info.category,
      });
    }
  }

  /** @internal */
  attr(execution: Execution, key: string, value: AttributeValue): void {
    try {
      execution.span?.setAttribute(key, value);
    } catch (error) {
      this.#fault(error);
    }
  }

  /** @internal */
  event(execution: Execution, name: string, attributes: Attributes | undefined): void {
    try {
      execution.span?.addEvent(name, attributes, toHrTime(execution.run.epochMs(this.clock.monotonic())));
    } catch (error) {
      this.#fault(error);
    }
  }

  /** @internal */
  record(execution: Execution, fact: Fact): void {
    const { name } = execution.unit;
    try {
      const { kind, attributes } = fact;
      execution.run.instruments?.recoveryEvents.add(1, {
        [names.recoveryKind]: kind,
        [names.primitiveName]: name,
      });
      // What came too late finds its span closed.
      if (!execution.ended) this.event(execution, `recovery.${kind}`, attributes);
      this.logger.warn(`${name}: ${kind}`, attributes);
    } catch (error) {
      this.#fault(error);
    }
  }

  /** @internal */
  usage(execution: Execution, usage: LlmUsage): void {
    try {
      const { provider, model, inputTokens, outputTokens, cachedInputTokens } = usage;
      const llm = { [names.llmProvider]: provider, [names.llmModelName]: model };
      execution.span?.setAttributes({
        ...llm,
        [genAiNames.providerName]: provider,
        [genAiNames.responseModel]: model,
        ...(inputTokens === undefined ? {} : { [genAiNames.usageInputTokens]: inputTokens }),
        ...(outputTokens === undefined ? {} : { [genAiNames.usageOutputTokens]: outputTokens }),
        ...(cachedInputTokens === undefined
          ? {}
          : { [genAiNames.usageCacheReadInputTokens]: cachedInputTokens }),
      });
      const labels = { ...llm, [names.primitiveName]: execution.unit.name };
      const tokens = execution.run.instruments?.llmTokens;
      if (inputTokens !== undefined) tokens?.add(inputTokens, { ...labels, [names.llmTokenType]: 'prompt' });
      if (outputTokens !== undefined)
        tokens?.add(outputTokens, { ...labels, [names.llmTokenType]: 'completion' });
      const usd = usage.costUsd ?? this.#pricing?.estimateUsd(usage);
      if (usd !== undefined) this.#spend(execution, usd, labels);
    } catch (error) {
      this.#fault(error);
    }
  }

  /** @internal */
  cost(execution: Execution, usd: number, kind: 'spent' | 'saved'): void {
    const labels = { [names.primitiveName]: execution.unit.name };
    try {
      if (kind === 'spent') {
        this.#spend(execution, usd, labels);
      } else {
        execution.savedUsd += usd;
        execution.span?.setAttribute(names.costSavedUsd, execution.savedUsd);
        execution.run.instruments?.costSavings.add(usd, labels);
      }
    } catch (error) {
      this.#fault(error);
    }
  }

  #logFailure({ unit, otelContext }: Execution, { info }: Failure): void {
    const say = (): void => this.logger.error(`${unit.name} failed: ${info.message}`, errorAttributes(info));
    // The run's context is over by now; in it, the line gets its trace id.
    if (otelContext) context.with(otelContext, say);
    else say();
  }

  #spend(execution: Execution, usd: number, labels: Attributes): void {
    execution.costUsd += usd;
    execution.span?.setAttribute(names.costUsd, execution.costUsd);
    execution.run.instruments?.llmCost.add(usd, labels);
  }

  #tell<E extends 'onStart' | 'onEnd'>(
    event: E,
    execution: Parameters<NonNullable<ExecutionListener[E]>>[0],
  ): void {
    for (const listener of this.#listeners) {
      const hear = listener[event] as ((execution: ExecutionInfo) => void) | undefined;
      guarded(
        () => hear?.call(listener, execution),
        (error) => this.#fault(error),
      );
    }
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

/** The active context where it is the parent's own, with what the user's code put in between; else the parent's. */
function contextAbove(parent: Execution | undefined): Context {
  const active = context.active();
  return executionOf(active) === parent ? active : (parent?.otelContext ?? active);
}

function describe(execution: Execution): ExecutionInfo {
  const { unit, edge, spanContext, run } = execution;
  return {
    type: unit.type,
    name: unit.name,
    action: unit.action,
    edge,
    traceId: spanContext?.traceId,
    spanId: spanContext?.spanId,
    workflowName: run.init.workflowName,
  };
}
