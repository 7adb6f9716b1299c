import type { Attributes, AttributeValue, SpanContext } from '@opentelemetry/api';
import type { Clock, LlmUsage, Logger, Random, WorkflowContext } from '@tta/obs-context';
import type { ErrorInfo } from './error-info.ts';
import type { Unit, unit } from './unit.ts';

/**
 * The place of a child in its parent. Indices count from 0, attempts and fallbacks from 1. `inner` is the
 * only child of a primitive that has just one, such as a timeout: it gets no span for the step.
 */
export type EdgeLabel =
  | 'inner'
  | `step_${number}`
  | `branch_${string}`
  | 'then'
  | 'else'
  | `case_${string}`
  | `route_${string}`
  | `attempt_${number}`
  | 'primary'
  | `fallback_${number}`
  | `forward_${string}`
  | `compensate_${string}`
  | 'refresh'
  | `iteration_${number}`
  | `item_${number}`
  | CallEdge;

/**
 * Children that are calls of models, tools and people: each is one span, as the conventions for generative AI want it, and
 * gets none for the step. The edge is `step.edge` on the child's own.
 */
export type CallEdge = 'model' | `tool_${string}` | 'approval';

/** An edge as the composition knows it: how often there is one is for the run to say. */
export type EdgePattern = EdgeLabel | 'attempt_{n}' | 'iteration_{i}' | 'item_{i}';

/** A child that a primitive may run, as the composition has it. */
export interface StaticChild {
  readonly edge: EdgePattern;
  readonly step: PrimitiveLike<never, unknown>;
}

/**
 * A failure was answered, or foreseen: `hedge` is a second attempt beside a slow one, `circuit_open`, `bulkhead_full`
 * and `rate_limited` are calls that were refused, `compensation` and `compensation_failed` steps that were undone or
 * could not be, `late_result` is what came after nobody waited any more. Where a store or the key of a call was not to be
 * had (`store_failure`, `key_failure`), the step ran as if there were none.
 */
export interface RecoveryFact {
  readonly type: 'recovery';
  readonly kind:
    | 'retry'
    | 'fallback'
    | 'timeout'
    | 'hedge'
    | 'circuit_open'
    | 'bulkhead_full'
    | 'rate_limited'
    | 'compensation'
    | 'compensation_failed'
    | 'store_failure'
    | 'key_failure'
    | 'late_result';
  /** What was thrown, untouched. The event and the log line tell its type, message and category. */
  readonly error?: unknown;
  readonly attributes?: Attributes;
}

/** A cache was asked. Hits and stale answers over all look-ups are the hit rate. */
export interface CacheFact {
  readonly type: 'cache';
  /** `stale`: what it had was out of date, and served all the same. */
  readonly outcome: 'hit' | 'miss' | 'stale';
  /** Where it keeps its values: `memory`, `redis`. A handful of values only: it becomes a metric label. */
  readonly cacheType: string;
  readonly attributes?: Attributes;
}

/** A circuit breaker went from one state to another. */
export interface CircuitFact {
  readonly type: 'circuit';
  readonly state: 'closed' | 'half_open' | 'open';
  readonly previous: 'closed' | 'half_open' | 'open';
  readonly attributes?: Attributes;
}

/** A step waited for its turn; also when it did not have to, so that the shares are right. */
export interface WaitFact {
  readonly type: 'wait';
  /** A slot of a bulkhead, or a token of a rate limit. */
  readonly for: 'slot' | 'token';
  /** In milliseconds. */
  readonly ms: number;
}

/** One of several ways was taken. */
export interface DecisionFact {
  readonly type: 'decision';
  /** One of a set that the composition fixes: it becomes a metric label. */
  readonly choice: string;
  /** Why, one of a handful: `condition`, `default`, `cheapest`. It becomes a metric label. */
  readonly reason: string;
  /** The decision is the first thing that the execution did: how long it took is told. */
  readonly timed?: true;
  readonly attributes?: Attributes;
}

/** An agent has ended: how much it asked for. Once a run of it. */
export interface CallsFact {
  readonly type: 'calls';
  /** How often it asked its model. */
  readonly model: number;
  /** How many tools the model wanted called. */
  readonly tools: number;
}

/** Something with a meaning of its own that happened in a run. It becomes metrics, span events and log lines. */
export type Fact = RecoveryFact | CacheFact | CircuitFact | WaitFact | DecisionFact | CallsFact;

/** How a step runs and what its span says. */
export interface StepOptions {
  /** Cancels this step alone. @defaultValue the signal of the parent */
  readonly signal?: AbortSignal;
  /** How many steps the parent has. */
  readonly total?: number;
  /** Position among the parent's steps, from 0. */
  readonly index?: number;
  /** The step follows the one before it: it is linked to it, and the connection runs from there, not from the parent. */
  readonly follows?: boolean;
  /** The step is given what the one before it returned, which nobody needs once this one has returned; so is one that follows. */
  readonly continues?: boolean;
  /** Further attributes of the step. */
  readonly attributes?: Attributes;
  /**
   * The step goes on when the run ends that began it: others wait for it, or it has to be done all the same. Only its
   * own `signal` ends it, so it has to be given one.
   */
  readonly shared?: boolean;
  /** Chunks that the step emits are chunks of its parent as well. */
  readonly streamed?: boolean;
  /** What the parent emits before the first chunk of a streamed step, where that chunk is a text. */
  readonly separator?: string;
}

/** What a step sees of the run that it is part of; may be taken apart: `(input, { signal, attr }) => …`. */
export interface RunScope<in Chunk = never> {
  /**
   * What is known about the run at this step. It begins with the step; where nothing is told of executions,
   * when it is first read.
   */
  readonly context: WorkflowContext;
  /** Aborts when the run, or the part of it that this step belongs to, is cancelled. Pass it on to `fetch`. */
  readonly signal: AbortSignal;
  /**
   * Whether anything can abort the signal. Where nothing can, it is only made when it is asked for, which takes longer than
   * a short step.
   */
  readonly isCancellable: boolean;
  readonly clock: Clock;
  readonly random: Random;
  /** Lines get the ids of the trace. */
  readonly log: Logger;
  /** Sets an attribute on the span of this execution. */
  readonly attr: (key: string, value: AttributeValue) => void;
  /** Adds an event to the span of this execution. */
  readonly event: (name: string, attributes?: Attributes) => void;
  /** Reports what happened: a failure was answered, a cache asked, a way chosen. */
  readonly record: (fact: Fact) => void;
  /**
   * Gives a chunk to whoever reads the stream of this execution. Settles when it has been taken: wait for it before the next
   * one is made, and there is never more than one on its way. Where nobody reads, it settles at once.
   *
   * @throws The reason of the signal when the execution is cancelled, also while the chunk waits; a `CancelledError` once the
   * execution has ended, because its parent has left it behind. Both as a rejection.
   */
  readonly emit: (chunk: Chunk) => Promise<void>;
  /** Whether anybody reads what is emitted: where nobody does, a model need not be asked to stream. */
  readonly isRead: boolean;
  /** Whether a chunk of this execution has gone to a reader: from then on, another attempt would say things twice. */
  readonly hasEmitted: boolean;
  /**
   * For how long chunks of this execution have waited for their reader until now, in milliseconds: time that the reader took,
   * not the step. 0 where nobody reads.
   */
  readonly readerWaitMs: number;
  /** Runs a child. The only way to do so: whatever runs through it is observed. */
  readonly step: <I, O>(
    edge: EdgeLabel,
    child: PrimitiveLike<I, O>,
    input: I,
    options?: StepOptions,
  ) => Promise<O>;
  /**
   * Links the span of this execution to that of another which does the work for it, or is the reason for it. An error
   * that comes from there did not arise here. Of a span in another process, its context.
   *
   * @param type - What the link is: its attribute `link.type`.
   */
  readonly link: (other: RunScope | SpanContext, type: string) => void;
  /**
   * What is known about an error that a step of this execution threw: where it arose and of which kind it is. Of any
   * other, what can be read from it.
   */
  readonly infoOf: (error: unknown) => ErrorInfo;
  /** Reports the tokens of a model call; its cost follows from `costUsd` or the price table. */
  readonly usage: (usage: LlmUsage) => void;
  /** What this execution and its steps have cost so far, in US dollars; `undefined` where nothing was told. */
  readonly spentUsd: number | undefined;
  /** Adds to the cost of this execution, in US dollars. */
  readonly cost: (usd: number, kind?: 'spent' | 'saved') => void;
}

/** A bare function as a step. */
export type StepFunction<I, O, Chunk = never> = (input: I, scope: RunScope<Chunk>) => O | PromiseLike<O>;

/** Everything that can be a step: a primitive, or a function. `Chunk`: what a reader of its stream gets. */
export type PrimitiveLike<I, O, Chunk = unknown> =
  { readonly [unit]: Unit<I, O, Chunk> } | StepFunction<I, O>;
