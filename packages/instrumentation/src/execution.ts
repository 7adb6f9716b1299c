import { type Context, context, type Span, type SpanContext } from '@opentelemetry/api';
import {
  type Clock,
  type ExecutionStatus,
  type Logger,
  type Random,
  type WorkflowContext,
} from '@tta/obs-context';
import { LinkedAbort } from './linked-abort.ts';
import { onAbort } from './on-abort.ts';
import { ChildFailures } from './child-failures.ts';
import type { Consumption } from './consumption.ts';
import { type ChunkReader, Emission } from './emission.ts';
import { createErrorInfo, describeError, type ErrorInfo, rememberError } from './error-info.ts';
import type { Failure } from './execution-end.ts';
import type { EdgeLabel, PrimitiveLike, RunScope, StepFunction, StepOptions } from './run-scope.ts';
import type { Run } from './run.ts';
import { journaled, type StepJournal } from './step-journal.ts';
import { isSuspension } from './suspension.ts';
import { type Unit, unitOf } from './unit.ts';

/** Contexts lead back to their execution, so that `execute(input, scope.context)` continues the run. */
const owners = new WeakMap<WorkflowContext, Execution>();
const nothing = {};

/** The execution that made a workflow context, or made the one that it is a child of. @internal */
export function ownerOf(workflowContext: WorkflowContext): Execution | undefined {
  let made: WorkflowContext | undefined = workflowContext;
  while (made && !owners.has(made)) made = made.parent;
  return made && owners.get(made);
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
export class Execution implements RunScope<unknown> {
  readonly run: Run;
  readonly unit: Unit<never, unknown>;
  readonly parent: Execution | undefined;
  readonly edge: EdgeLabel | undefined;
  readonly options: StepOptions | undefined;
  /**
   * On the monotonic clock, once its input has been told; 0 when nobody is told: reading it would cost half of such an
   * execution. Written by the instrumentation.
   */
  startedAt: number;
  /** Of this execution; `undefined` when nothing records. Written by the instrumentation. */
  span: Span | undefined;
  /** Of the step that this execution is the child of. Written by the instrumentation. */
  stepSpan: Span | undefined;
  /** Of {@link span}, read once; `undefined` for ids of zeros. Written by the instrumentation. */
  spanContext: SpanContext | undefined;
  /** Of the step's span, else of {@link span}. Written by the instrumentation. */
  edgeContext: SpanContext | undefined;
  /** The context in which the body runs. Written by the instrumentation. */
  otelContext: Context | undefined;
  ended = false;
  /** How it ended; `undefined` before. */
  status: ExecutionStatus | undefined;
  /** What is known of its steps from an earlier run, and where what becomes of them is kept. */
  journal: StepJournal | undefined;
  /** Why this execution failed. */
  failure: ErrorInfo | undefined;
  /** The errors of children: one that passes through here did not arise here. */
  #childFailures: ChildFailures | undefined;
  /** The execution that `execute` opened and that this one is a step of, near or far. */
  readonly #owner: Execution;
  /** The execution that did the work for this one: its errors did not arise here. */
  #linked: Execution | undefined;
  /** Of an owner: what has begun below it and not ended. */
  #open: Set<Execution> | undefined;
  /** Lets go of the signals that it follows. */
  #unfollow: (() => void) | undefined;
  #previousStep: PreviousStep | undefined;
  #signal: AbortSignal | undefined;
  #context: WorkflowContext | undefined;
  #consumption: Consumption | undefined;
  #emission: Emission | undefined;

  constructor(
    run: Run,
    unit: Unit<never, unknown>,
    parent?: Execution,
    edge?: EdgeLabel,
    options?: StepOptions,
  ) {
    this.run = run;
    this.unit = unit;
    this.startedAt = run.observed ? run.instrumentation.guardedClock.monotonic() : 0;
    this.parent = parent;
    this.edge = edge;
    this.options = options;
    this.#owner = parent && edge !== undefined && !options?.shared ? parent.#owner : this;
    if (parent && run.observed) (parent.#owner.#open ??= new Set()).add(this);
    // Taken over only where one exists: most runs have none, and then none is made.
    const inherited = parent ? parent.#signal : run.init.signal;
    this.#signal = options?.signal ?? inherited;
    if (this.isRoot && parent && options?.signal) {
      // A run inside a run is cancelled by whoever cancels either.
      const either = new LinkedAbort(parent.signal, options.signal);
      this.#signal = either.signal;
      this.#unfollow = () => either.release();
    }
  }

  /** Among the arguments of a function it says nothing about them, and has all of telemetry behind it. */
  toJSON(): string {
    return '[RunScope]';
  }

  /** Whether this execution began its run. */
  get isRoot(): boolean {
    return this.parent?.run !== this.run;
  }

  get context(): WorkflowContext {
    if (!this.#context) {
      const { parent, run, spanContext } = this;
      const runtime = { spanContext, startedAtMs: run.observed ? this.startedAt : undefined };
      this.#context =
        parent && !this.isRoot ? parent.context.child(nothing, runtime) : run.contextOfRoot(runtime);
      owners.set(this.#context, this);
    }
    return this.#context;
  }

  /** The context, where someone has asked for it. */
  get contextIfMade(): WorkflowContext | undefined {
    return this.#context;
  }

  /** What it has used so far. */
  get consumption(): Consumption {
    return (this.#consumption ??= {});
  }

  /** The same, where anything was used. */
  get consumptionIfAny(): Consumption | undefined {
    return this.#consumption;
  }

  get spentUsd(): number | undefined {
    return this.#consumption?.totalCostUsd;
  }

  get signal(): AbortSignal {
    // One a run where nothing can cancel it: listeners on a signal shared by all runs would pile up.
    return (this.#signal ??= this.parent ? this.parent.signal : new AbortController().signal);
  }

  get isCancellable(): boolean {
    return this.#signal !== undefined;
  }

  /** Whether it was cancelled; asks for no signal where there is none. */
  get isAborted(): boolean {
    return this.#signal?.aborted === true;
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

  // Getters, so that `(input, { attr, usage }) => …` works: a scope is taken apart like every argument.
  get attr(): RunScope['attr'] {
    return (key, value) => this.run.instrumentation.attr(this, key, value);
  }

  get event(): RunScope['event'] {
    return (name, attributes) => this.run.instrumentation.event(this, name, attributes);
  }

  get record(): RunScope['record'] {
    return (fact) => this.run.instrumentation.record(this, fact);
  }

  get link(): RunScope['link'] {
    return (other, type) => {
      const isElsewhere = 'traceId' in other;
      if (!isElsewhere) this.#linked = other as Execution;
      const spanContext = isElsewhere ? other : (other as Execution).spanContext;
      if (spanContext) this.run.instrumentation.link(this, spanContext, type);
    };
  }

  get usage(): RunScope['usage'] {
    return (usage) => this.run.instrumentation.usage(this, usage);
  }

  get cost(): RunScope['cost'] {
    return (usd, kind = 'spent') => this.run.instrumentation.cost(this, usd, kind);
  }

  /** What it has emitted so far. */
  get emission(): Emission {
    return (this.#emission ??= new Emission(this));
  }

  /** The same, where anything was emitted. */
  get emissionIfAny(): Emission | undefined {
    return this.#emission;
  }

  get emit(): RunScope<unknown>['emit'] {
    return this.emission.emit;
  }

  get isRead(): boolean {
    return this.emission.isRead;
  }

  get hasEmitted(): boolean {
    return this.#emission?.hasEmitted === true;
  }

  get readerWaitMs(): number {
    return this.#emission?.readerWaitMs ?? 0;
  }

  /** Has its chunks go to a reader. Before its body runs. */
  readBy(reader: ChunkReader): void {
    this.#emission = new Emission(this, reader);
  }

  /** Makes it one that can be cancelled alone. Before its body runs. */
  cancellable(): LinkedAbort {
    const abort = this.#signal ? new LinkedAbort(this.#signal) : new LinkedAbort();
    const unfollow = this.#unfollow;
    this.#signal = abort.signal;
    this.#unfollow = () => {
      unfollow?.();
      abort.release();
    };
    return abort;
  }

  get step(): RunScope['step'] {
    return (edge, child, input, options) => this.#step(edge, child, input, options);
  }

  #step<I, O>(edge: EdgeLabel, child: PrimitiveLike<I, O>, input: I, options?: StepOptions): Promise<O> {
    const signal = options?.signal ?? this.#signal;
    // Nothing begins after the abort: not even a span. What an earlier run has ended does not begin: who has to undo it
    // still needs what it returned.
    if (signal?.aborted && this.journal?.progressOf(edge) !== 'ended')
      return Promise.reject(signal.reason as Error);
    const unit = unitOf(child, edge);
    const { run } = this;
    const continues = options?.follows === true || options?.continues === true;
    const journal = this.journal?.enter(edge, continues, input);
    const known = journal?.outcome();
    if (known) {
      if (options?.follows) this.#previousStep = { name: unit.name, spanContext: undefined };
      return known.ok ? Promise.resolve(known.output as O) : Promise.reject(known.error);
    }
    const step = new Execution(run, unit, this, edge, options);
    run.instrumentation.begin(step);
    if (options?.follows) {
      this.#previousStep = { name: unit.name, spanContext: step.edgeContext };
    }
    if (!journal) return step.perform(unit.body, input);
    step.journal = journal;
    return journaled(journal, step, () => step.perform(unit.body, input));
  }

  /** The step of this execution that began before the present one. */
  get previousStep(): PreviousStep | undefined {
    return this.#previousStep;
  }

  /** Runs a body and ends the execution by its result. */
  async perform<I, O, Chunk>(body: StepFunction<I, O, Chunk>, input: I): Promise<O> {
    try {
      if (this.#signal?.aborted) throw this.#signal.reason;
      const { instrumentation } = this.run;
      // Before the body, which may change it.
      if (this.span) instrumentation.input(this, input);
      const returned = this.otelContext
        ? context.with(this.otelContext, body, undefined, input, this)
        : body(input, this);
      // What returns at once ends now: behind an `await` it would seem to take as long as whatever its
      // siblings do before the event loop comes round.
      const output = isPromiseLike(returned) ? await returned : returned;
      const endedAt = this.span && instrumentation.output(this, output);
      this.#end('success', undefined, false, endedAt);
      return output;
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  /** Whether it has ended, or whatever it is a step of: where nothing is observed, that does not close it. */
  get isOver(): boolean {
    return this.ended || this.#owner.ended;
  }

  /** Closes it while its body still runs: nobody waits for that any more. No effect once it has ended. */
  leaveBehind(): void {
    this.#end('cancelled', undefined, true);
  }

  /**
   * A step that still runs when its owner has ended is closed with it, and so is an execution inside it that
   * was aborted; what they return later reaches nobody. What the user's code began by itself, did not wait
   * for and did not abort goes on, and so does a step that others wait for, until they abort it.
   */
  #closeWithOwner(): void {
    const isOwn = this.edge !== undefined && !this.options?.shared;
    if (isOwn || this.#signal?.aborted) this.leaveBehind();
    // Not at once: a step that heeds the abort ends by itself.
    else if (this.options?.shared)
      this.#unfollow = onAbort(this.signal, () => queueMicrotask(() => this.leaveBehind()));
  }

  get infoOf(): RunScope['infoOf'] {
    return (error) => this.#infoOf(error);
  }

  #infoOf(error: unknown): ErrorInfo {
    const arisen = this.#arisenElsewhere(error);
    if (arisen) return arisen;
    const { traceId, spanId } = this.spanContext ?? {};
    return createErrorInfo(error, this.clock, { path: this.#path(), traceId, spanId });
  }

  #arisenElsewhere(error: unknown): ErrorInfo | undefined {
    const linked = this.#linked;
    return this.#childFailures?.get(error) ?? (linked && linked.#childFailures?.get(error));
  }

  #fail(error: unknown): void {
    const arose = this.#arisenElsewhere(error) === undefined;
    const isCancelled = this.#signal?.aborted === true;
    let info = this.#infoOf(error);
    // Whatever a step answers its abort with: it was cancelled, also by a time limit further up. The timeout is
    // the one that timed out.
    if (isCancelled) info = { ...info, category: 'cancelled', severity: 'low', recoverable: false };
    this.failure = info;
    // The reason of an abort comes from above: thrown there as well, it is the parent's own.
    if (this.parent && !isCancelled) (this.parent.#childFailures ??= new ChildFailures()).set(error, info);
    // Who was left behind and throws the reason of its abort later says nothing new about an error of somebody else's.
    if (!isCancelled || (describeError(error)?.category ?? 'cancelled') === 'cancelled')
      rememberError(error, info);
    // No failure: a decision is waited for, in whichever process.
    if (!isCancelled && isSuspension(error)) return this.#end('suspended', undefined);
    const status = isCancelled ? 'cancelled' : info.category === 'timeout' ? 'timeout' : 'error';
    this.#end(status, { error, info, arose });
  }

  #end(status: ExecutionStatus, failure?: Failure, abandoned = false, endedAt?: number): void {
    if (this.ended) return;
    this.ended = true;
    this.status = status;
    const { observed, instrumentation } = this.run;
    this.#unfollow?.();
    this.#emission?.release();
    if (this.parent) this.parent.#owner.#forget(this);
    if (this.#open) for (const left of this.#open) left.#closeWithOwner();
    if (observed || failure || status === 'suspended')
      instrumentation.end(this, status, failure, abandoned, endedAt);
  }

  #forget(ended: Execution): void {
    this.#open?.delete(ended);
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
