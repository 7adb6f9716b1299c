import {
  type Attributes,
  type Context,
  isSpanContextValid,
  propagation,
  type SpanContext,
  trace,
} from '@opentelemetry/api';
import { type Clock, systemClock } from './clock.ts';
import { contextAttributes, type ContextInit, copyInit, inheritedInit } from './context-init.ts';
import { attributeNames as names } from './names.ts';
import { type Random, systemRandom } from './random.ts';

/** Names a value in a run's state, with its type. Two keys with the same id name the same value. */
export interface StateKey<T> {
  readonly id: string;
  /** Only for the type checker. */
  readonly value?: T;
}

/** A name for a value in the state of a run: `stateKey<number>('total')`. */
export function stateKey<T>(id: string): StateKey<T> {
  return { id };
}

/** A moment that a step marked. */
export interface Checkpoint {
  readonly name: string;
  /** Milliseconds after the start of its context. */
  readonly atMs: number;
}

/** Where a context gets its time, chance and place in the trace from. */
export interface ContextRuntime {
  /** @defaultValue that of the parent, else the machine's */
  readonly clock?: Pick<Clock, 'now' | 'monotonic'>;
  /** @defaultValue that of the parent, else the machine's */
  readonly random?: Random;
  /** When it began, in milliseconds of the clock's monotonic time. @defaultValue now */
  readonly startedAtMs?: number | undefined;
  /** Of the span that the context belongs to; one of zeros or otherwise invalid counts for none. */
  readonly spanContext?: SpanContext | undefined;
  /** The OpenTelemetry context around it: the span in there is the one above, its baggage is the run's. */
  readonly otelContext?: Context;
}

/** Shared by all copies of this package in one process, where `instanceof` would fail. */
const brand = Symbol.for('@tta/obs/workflow-context');

const none: Readonly<Record<string, never>> = Object.freeze({});

/**
 * What is known about a run at one of its steps: who runs it and why, its place in the trace, its marked
 * moments, and the state that all its steps share.
 *
 * Make one by hand to run several workflows with one state and one correlation id, or to go on in a trace
 * that began elsewhere: `execute(input, new WorkflowContext({}, { spanContext }))`.
 */
export class WorkflowContext {
  /** What was said of this context or of one above it; a copy. */
  readonly init: ContextInit;
  /** Of the span that this context belongs to; `undefined` when it has none of its own. */
  readonly spanContext: SpanContext | undefined;
  /**
   * Of the nearest span above: of another context of the run, or of the caller, which for a run that goes
   * on in a remote trace is elsewhere. Spans of steps lie between and do not count.
   */
  readonly parentSpanContext: SpanContext | undefined;
  /** The context that this one is a child of. */
  readonly parent: WorkflowContext | undefined;
  /** What caused it: what the caller says, else the id of the nearest span above, so that the chain can be walked. */
  readonly causationId: string | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly startTimeMs: number;
  readonly #clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly #random: Random;
  readonly #otelContext: Context | undefined;
  readonly #startedAt: number;
  readonly #checkpoints: Checkpoint[] = [];
  /** The first context of the run, which keeps the state. */
  readonly #root: WorkflowContext;
  /** Which context keeps the correlation id. */
  readonly #correlation: WorkflowContext;
  #state: Map<string, unknown> | undefined;
  #correlationId: string | undefined;
  #baggage: Readonly<Record<string, string>> | undefined;

  /**
   * @param init - What is said of this context; a copy is kept.
   * @param runtime - Time, chance and place in the trace.
   * @param parent - The context that this one is a part of: see {@link WorkflowContext.child}.
   */
  constructor(init: ContextInit = {}, runtime: ContextRuntime = {}, parent?: WorkflowContext) {
    this.init = parent ? inheritedInit(parent, init) : copyInit(init);
    this.parent = parent;
    this.spanContext = valid(runtime.spanContext);
    this.parentSpanContext =
      valid(runtime.otelContext && trace.getSpanContext(runtime.otelContext)) ??
      parent?.spanContext ??
      parent?.parentSpanContext;
    this.causationId =
      this.init.causationId ?? parent?.spanId ?? parent?.causationId ?? this.parentSpanContext?.spanId;
    this.#clock = runtime.clock ?? (parent ? parent.#clock : systemClock);
    this.#random = runtime.random ?? (parent ? parent.#random : systemRandom);
    this.#otelContext = runtime.otelContext;
    this.#root = parent ? parent.#root : this;
    this.#correlation = parent && init.correlationId === undefined ? parent.#correlation : this;
    const madeAt = this.#clock.monotonic();
    this.#startedAt = runtime.startedAtMs ?? madeAt;
    this.startTimeMs = Math.round(this.#clock.now() - (madeAt - this.#startedAt));
  }

  /** @internal */
  get [brand](): true {
    return true;
  }

  /** See {@link ContextInit.workflowId}. */
  get workflowId(): string | undefined {
    return this.init.workflowId;
  }
  /** See {@link ContextInit.workflowName}. */
  get workflowName(): string | undefined {
    return this.init.workflowName;
  }
  /** See {@link ContextInit.agentId}. */
  get agentId(): string | undefined {
    return this.init.agentId;
  }
  /** See {@link ContextInit.agentType}. */
  get agentType(): string | undefined {
    return this.init.agentType;
  }
  /** See {@link ContextInit.sessionId}. */
  get sessionId(): string | undefined {
    return this.init.sessionId;
  }
  /** See {@link ContextInit.userId}. */
  get userId(): string | undefined {
    return this.init.userId;
  }
  /** See {@link ContextInit.requestId}. */
  get requestId(): string | undefined {
    return this.init.requestId;
  }
  /** See {@link ContextInit.llmProvider}. */
  get llmProvider(): string | undefined {
    return this.init.llmProvider;
  }
  /** See {@link ContextInit.llmModelName}. */
  get llmModelName(): string | undefined {
    return this.init.llmModelName;
  }
  /** See {@link ContextInit.llmModelTier}. */
  get llmModelTier(): string | undefined {
    return this.init.llmModelTier;
  }
  /** See {@link ContextInit.tags}. Frozen. */
  get tags(): Readonly<Record<string, string>> {
    return this.init.tags ?? none;
  }
  /** See {@link ContextInit.metadata}. Frozen; the values in it are the caller's own. */
  get metadata(): Readonly<Record<string, unknown>> {
    return this.init.metadata ?? none;
  }

  /**
   * What travels with the run: OpenTelemetry's baggage when it began, e.g. from the headers of a request,
   * and before that what the caller says. Frozen, read on first use.
   */
  get baggage(): Readonly<Record<string, string>> {
    return (this.#baggage ??= this.#readBaggage());
  }

  /** The same in all contexts of a run; made on first read where the caller gave none. */
  get correlationId(): string {
    const { init } = this.#correlation;
    return init.correlationId ?? (this.#correlation.#correlationId ??= this.#correlation.#random.uuid());
  }

  /** 32 hex digits; `undefined` outside of any trace. */
  get traceId(): string | undefined {
    return (this.spanContext ?? this.parentSpanContext)?.traceId;
  }
  /** 16 hex digits; `undefined` where this context has no span of its own. */
  get spanId(): string | undefined {
    return this.spanContext?.spanId;
  }
  /** 16 hex digits, of {@link WorkflowContext.parentSpanContext}. */
  get parentSpanId(): string | undefined {
    return this.parentSpanContext?.spanId;
  }
  /** W3C trace flags of its span, else of the span above, else 0. Bit 0 is `sampled` (Trace Context §3.2.2.5). */
  get traceFlags(): number {
    return (this.spanContext ?? this.parentSpanContext)?.traceFlags ?? 0;
  }
  /** The moments that were marked here, in their order; those of children are theirs. */
  get checkpoints(): readonly Checkpoint[] {
    return this.#checkpoints;
  }

  /** Marks this moment. */
  checkpoint(name: string): void {
    this.#checkpoints.push({ name, atMs: this.elapsedMs() });
  }

  /** Milliseconds since this context began. */
  elapsedMs(): number {
    return this.#clock.monotonic() - this.#startedAt;
  }

  /** Reads from the state that all steps of the run share. */
  get<T>(key: StateKey<T>): T | undefined {
    return this.#sharedState.get(key.id) as T | undefined;
  }

  /** Writes to the state that all steps of the run share; branches and the caller see it at once. */
  set<T>(key: StateKey<T>, value: T): void {
    this.#sharedState.set(key.id, value);
  }

  /** All that is in the state which the steps of the run share, by the ids of the keys. A copy. */
  entries(): Record<string, unknown> {
    return Object.fromEntries(this.#sharedState);
  }

  /**
   * A context for a part of this run: same state, clock and correlation id, fresh start and checkpoints.
   * It inherits what was said here except the cause, which is the span of this context. Tags, baggage and
   * metadata are merged, where the child's win.
   */
  child(overrides: ContextInit = {}, runtime: ContextRuntime = {}): WorkflowContext {
    return new WorkflowContext(overrides, runtime, this);
  }

  /** Span attributes for all that is set here: `workflow.*`, `agent.*`, `llm.*`, `tag.*`, ids, correlation and cause. */
  toAttributes(): Attributes {
    const attributes = contextAttributes(this.init);
    attributes[names.correlationId] = this.correlationId;
    if (this.causationId !== undefined) attributes[names.causationId] = this.causationId;
    return attributes;
  }

  get #sharedState(): Map<string, unknown> {
    return (this.#root.#state ??= new Map());
  }

  #readBaggage(): Readonly<Record<string, string>> {
    const { parent, init } = this;
    const own = init.baggage === parent?.init.baggage ? undefined : init.baggage;
    if (!this.#otelContext) return own ?? parent?.baggage ?? none;
    const entries = propagation.getBaggage(this.#otelContext)?.getAllEntries() ?? [];
    const active = Object.fromEntries(entries.map(([key, { value }]) => [key, value]));
    return Object.freeze({ ...active, ...own });
  }
}

/** True for every {@link WorkflowContext}, also one made by another installed copy of the package. */
export function isWorkflowContext(value: unknown): value is WorkflowContext {
  return typeof value === 'object' && value !== null && brand in value;
}

function valid(spanContext: SpanContext | undefined): SpanContext | undefined {
  return spanContext && isSpanContextValid(spanContext) ? spanContext : undefined;
}
