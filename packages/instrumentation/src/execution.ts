import {
  type Attributes,
  type AttributeValue,
  type Context,
  context,
  createContextKey,
  type Span,
  type SpanContext,
} from '@opentelemetry/api';
import {
  type Clock,
  type ExecutionStatus,
  type LlmUsage,
  type Logger,
  type Random,
  WorkflowContext,
} from '@tta/obs-context';
import { createErrorInfo, type ErrorInfo, rememberError } from './error-info.ts';
import type { EdgeLabel, Fact, PrimitiveLike, RunScope, StepOptions } from './run-scope.ts';
import type { Run } from './run.ts';
import { type Unit, unitOf } from './unit.ts';

/** Contexts lead back to their execution, so that `execute(input, scope.context)` continues the run. */
const owners = new WeakMap<WorkflowContext, Execution>();
const executionKey = createContextKey('@tta/obs/execution');

/** The execution that made a workflow context. @internal */
export function ownerOf(workflowContext: WorkflowContext): Execution | undefined {
  return owners.get(workflowContext);
}

/** @internal */
export function withExecution(parent: Context, execution: Execution): Context {
  return parent.setValue(executionKey, execution);
}

/** The execution that is running in a context. @internal */
export function executionOf(active: Context): Execution | undefined {
  return active.getValue(executionKey) as Execution | undefined;
}

/** What links a step to the one before it. */
export interface PreviousStep {
  readonly name: string;
  readonly spanContext: SpanContext | undefined;
}

/**
 * One execution of a unit, from begin to end, and the scope that its body sees. Everything that is not
 * needed in every execution is made on first use.
 */
export class Execution implements RunScope {
  readonly run: Run;
  readonly unit: Unit<never, unknown>;
  readonly parent: Execution | undefined;
  readonly edge: EdgeLabel | undefined;
  readonly options: StepOptions | undefined;
  /** On the monotonic clock; 0 when nobody is told. */
  readonly startedAt: number;
  /** Of this execution; `undefined` when nothing records. Written by the instrumentation. */
  span: Span | undefined;
  /** Of the step that this execution is the child of. Written by the instrumentation. */
  stepSpan: Span | undefined;
  /** The context in which the body runs. Written by the instrumentation. */
  otelContext: Context | undefined;
  costUsd = 0;
  savedUsd = 0;
  ended = false;
  /** Why this execution failed. */
  failure: ErrorInfo | undefined;
  #childFailures: Map<unknown, ErrorInfo> | undefined;
  #previousStep: PreviousStep | undefined;
  #signal: AbortSignal | undefined;
  #context: WorkflowContext | undefined;

  constructor(
    run: Run,
    unit: Unit<never, unknown>,
    parent?: Execution,
    edge?: EdgeLabel,
    options?: StepOptions,
  ) {
    this.run = run;
    this.unit = unit;
    this.startedAt = run.observed ? run.instrumentation.clock.monotonic() : 0;
    this.parent = parent;
    this.edge = edge;
    this.options = options;
    // Taken over only where one exists: most runs have none, and then none is made.
    this.#signal = options?.signal ?? (parent ? parent.#signal : run.init.signal);
  }

  /** Whether this execution began its run. */
  get isRoot(): boolean {
    return this.parent?.run !== this.run;
  }

  get context(): WorkflowContext {
    if (!this.#context) {
      const { clock, random } = this.run.instrumentation;
      const runtime = { clock, random, spanContext: this.span?.spanContext() };
      const above = this.isRoot ? this.run.context : this.parent?.context;
      this.#context = above ? above.child({}, runtime) : new WorkflowContext(this.run.init, runtime);
      owners.set(this.#context, this);
    }
    return this.#context;
  }

  get signal(): AbortSignal {
    // One a run where nothing can cancel it: listeners on a signal shared by all runs would pile up.
    return (this.#signal ??= this.parent ? this.parent.signal : new AbortController().signal);
  }

  get clock(): Clock {
    return this.run.instrumentation.clock;
  }

  get random(): Random {
    return this.run.instrumentation.random;
  }

  get log(): Logger {
    return this.run.instrumentation.logger;
  }

  attr(key: string, value: AttributeValue): void {
    this.span?.setAttribute(key, value);
  }

  event(name: string, attributes?: Attributes): void {
    this.run.instrumentation.event(this, name, attributes);
  }

  record(fact: Fact): void {
    this.run.instrumentation.record(this, fact);
  }

  usage(usage: LlmUsage): void {
    this.run.instrumentation.usage(this, usage);
  }

  cost(usd: number, kind: 'spent' | 'saved' = 'spent'): void {
    this.run.instrumentation.cost(this, usd, kind);
  }

  step<I, O>(edge: EdgeLabel, child: PrimitiveLike<I, O>, input: I, options?: StepOptions): Promise<O> {
    const unit = unitOf(child, edge);
    const { run } = this;
    const step = new Execution(run, unit, this, edge, options);
    if (run.observed) {
      run.open?.add(step);
      run.instrumentation.begin(step);
    }
    if (options?.follows) {
      this.#previousStep = { name: unit.name, spanContext: (step.stepSpan ?? step.span)?.spanContext() };
    }
    return step.perform(unit, input);
  }

  /** The step of this execution that began before the present one. */
  get previousStep(): PreviousStep | undefined {
    return this.#previousStep;
  }

  /** Runs the body and ends the execution by its result. */
  async perform<I, O>(unit: Unit<I, O>, input: I): Promise<O> {
    try {
      if (this.#signal?.aborted) throw this.#signal.reason;
      const returned = this.otelContext
        ? context.with(this.otelContext, unit.body, undefined, input, this)
        : unit.body(input, this);
      // What returns at once ends now: behind an `await` it would seem to take as long as whatever its
      // siblings do before the event loop comes round.
      const output = isPromiseLike(returned) ? await returned : returned;
      this.#end('success');
      return output;
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  /** Closes a step that still runs when its root has ended; what it returns later reaches nobody. */
  abandon(): void {
    this.#end('cancelled', undefined, true);
  }

  #fail(error: unknown): void {
    const arisen = this.#childFailures?.get(error);
    const info =
      arisen ??
      createErrorInfo(error, this.clock, {
        path: this.#path(),
        traceId: this.span?.spanContext().traceId,
        spanId: this.span?.spanContext().spanId,
      });
    this.failure = info;
    if (this.parent) (this.parent.#childFailures ??= new Map()).set(error, info);
    rememberError(error, info);
    this.#end(this.#statusOf(error, info), { error, info, arose: arisen === undefined });
  }

  #statusOf(error: unknown, info: ErrorInfo): ExecutionStatus {
    // A step that throws the reason of its own abort was cancelled, even when that reason is a time limit
    // further up: the timeout is the one that timed out.
    const aborted = this.#signal?.aborted === true && error === this.#signal.reason;
    if (aborted || info.category === 'cancelled') return 'cancelled';
    return info.category === 'timeout' ? 'timeout' : 'error';
  }

  #end(status: ExecutionStatus, failure?: Failure, abandoned = false): void {
    if (this.ended) return;
    this.ended = true;
    const { open, observed, instrumentation } = this.run;
    if (open && open.size > 0) {
      open.delete(this);
      if (this.isRoot) for (const step of open) step.abandon();
    }
    if (observed || failure) instrumentation.end(this, status, failure, abandoned);
  }

  #path(): string[] {
    const path = this.parent ? this.parent.#path() : [];
    const { edge, unit } = this;
    path.push(edge && edge !== 'inner' && edge !== unit.name ? `${edge} ${unit.name}` : unit.name);
    return path;
  }
}

function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}

/** @internal */
export interface Failure {
  readonly error: unknown;
  readonly info: ErrorInfo;
  /** Whether the error came from this execution itself, not from one of its children. */
  readonly arose: boolean;
}
