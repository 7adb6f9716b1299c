import type { Attributes, SpanContext } from '@opentelemetry/api';
import { type Clock, systemClock } from './clock.ts';
import { attributeNames as names, tagPrefix } from './names.ts';
import { type Random, systemRandom } from './random.ts';

/** What a caller may say about a run. Every field is optional and is inherited by all steps. */
export interface ContextInit {
  readonly workflowId?: string;
  /** A handful of values only: it becomes a metric label. */
  readonly workflowName?: string;
  readonly agentId?: string;
  /** A handful of values only: it becomes a metric label. */
  readonly agentType?: string;
  readonly sessionId?: string;
  readonly userId?: string;
  readonly requestId?: string;
  readonly llmProvider?: string;
  readonly llmModelName?: string;
  /** `fast`, `balanced` or `quality`. */
  readonly llmModelTier?: string;
  /** Joins everything that one cause set in motion, also across traces. @defaultValue a new UUID */
  readonly correlationId?: string;
  /** What caused this run: the id of a span, a message, a request. */
  readonly causationId?: string;
  /** Span attributes `tag.*`. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly baggage?: Readonly<Record<string, string>>;
  /** For the program itself; not part of any telemetry. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Cancels the run. */
  readonly signal?: AbortSignal;
}

/** Names a value in a run's state, with its type. */
export interface StateKey<T> {
  readonly id: string;
  /** Only for the type checker. */
  readonly value?: T;
}

export function stateKey<T>(id: string): StateKey<T> {
  return { id };
}

/** A moment that a step marked. */
export interface Checkpoint {
  readonly name: string;
  /** Milliseconds after the start of its context. */
  readonly atMs: number;
}

/** Where a context gets its time, chance and span from. */
export interface ContextRuntime {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly spanContext?: SpanContext | undefined;
}

/**
 * What is known about a run at one of its steps: who runs it and why, its place in the trace, its marked
 * moments, and the state that all its steps share.
 */
export class WorkflowContext {
  readonly init: ContextInit;
  /** Of the span that this context belongs to; `undefined` when nothing records. */
  readonly spanContext: SpanContext | undefined;
  readonly parent: WorkflowContext | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly startTimeMs: number;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #startedAt: number;
  readonly #checkpoints: Checkpoint[] = [];
  #state: Map<string, unknown> | undefined;
  #correlationId: string | undefined;

  constructor(init: ContextInit = {}, runtime: ContextRuntime = {}, parent?: WorkflowContext) {
    this.init = init;
    this.parent = parent;
    this.spanContext = runtime.spanContext;
    this.#clock = runtime.clock ?? (parent ? parent.#clock : systemClock);
    this.#random = runtime.random ?? (parent ? parent.#random : systemRandom);
    this.startTimeMs = this.#clock.now();
    this.#startedAt = this.#clock.monotonic();
  }

  get workflowId(): string | undefined {
    return this.init.workflowId;
  }
  get workflowName(): string | undefined {
    return this.init.workflowName;
  }
  get agentId(): string | undefined {
    return this.init.agentId;
  }
  get agentType(): string | undefined {
    return this.init.agentType;
  }
  get sessionId(): string | undefined {
    return this.init.sessionId;
  }
  get userId(): string | undefined {
    return this.init.userId;
  }
  get requestId(): string | undefined {
    return this.init.requestId;
  }
  get llmProvider(): string | undefined {
    return this.init.llmProvider;
  }
  get llmModelName(): string | undefined {
    return this.init.llmModelName;
  }
  get llmModelTier(): string | undefined {
    return this.init.llmModelTier;
  }
  get tags(): Readonly<Record<string, string>> {
    return this.init.tags ?? {};
  }
  get baggage(): Readonly<Record<string, string>> {
    return this.init.baggage ?? {};
  }
  get metadata(): Readonly<Record<string, unknown>> {
    return this.init.metadata ?? {};
  }

  /** The same in all contexts of a run; made on first read where the caller gave none. */
  get correlationId(): string {
    if (this.parent && this.init.correlationId === undefined) return this.parent.correlationId;
    return (this.#correlationId ??= this.init.correlationId ?? this.#random.uuid());
  }

  /** Of a child: its parent's span, so that the chain of causes can be walked. */
  get causationId(): string | undefined {
    return this.init.causationId ?? this.parent?.spanId;
  }

  get traceId(): string | undefined {
    return this.spanContext?.traceId;
  }
  get spanId(): string | undefined {
    return this.spanContext?.spanId;
  }
  get parentSpanId(): string | undefined {
    return this.parent?.spanId;
  }
  get traceFlags(): number {
    return this.spanContext?.traceFlags ?? 0;
  }
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
    return this.#sharedState().get(key.id) as T | undefined;
  }

  /** Writes to the state that all steps of the run share; branches and the caller see it at once. */
  set<T>(key: StateKey<T>, value: T): void {
    this.#sharedState().set(key.id, value);
  }

  /** A context for a part of this run: same state and correlation id, fresh checkpoints. */
  child(overrides: ContextInit = {}, runtime: ContextRuntime = {}): WorkflowContext {
    const { causationId: _own, ...inherited } = this.init;
    // What is there and undefined is not said; it takes nothing back.
    const said = Object.entries(overrides).filter(([, value]) => value !== undefined);
    return new WorkflowContext({ ...inherited, ...Object.fromEntries(said) }, runtime, this);
  }

  /** Span attributes for all that is set here. */
  toAttributes(): Attributes {
    const attributes = contextAttributes(this.init);
    attributes[names.correlationId] = this.correlationId;
    if (this.causationId !== undefined) attributes[names.causationId] = this.causationId;
    return attributes;
  }

  #sharedState(): Map<string, unknown> {
    return this.parent ? this.parent.#sharedState() : (this.#state ??= new Map());
  }
}

/** Span attributes for what a caller said about a run; nothing is invented for what it did not say. */
export function contextAttributes(init: ContextInit): Attributes {
  const attributes: Attributes = {};
  const put = (name: string, value: string | undefined): void => {
    if (value !== undefined) attributes[name] = value;
  };
  put(names.workflowId, init.workflowId);
  put(names.workflowName, init.workflowName);
  put(names.agentId, init.agentId);
  put(names.agentType, init.agentType);
  put(names.sessionId, init.sessionId);
  put(names.userId, init.userId);
  put(names.requestId, init.requestId);
  put(names.correlationId, init.correlationId);
  put(names.causationId, init.causationId);
  put(names.llmProvider, init.llmProvider);
  put(names.llmModelName, init.llmModelName);
  put(names.llmModelTier, init.llmModelTier);
  for (const [tag, value] of Object.entries(init.tags ?? {})) put(tagPrefix + tag, value);
  return attributes;
}
