import type { Attributes } from '@opentelemetry/api';
import { attributeNames as names, tagPrefix } from './names.ts';

/** What a caller may say about a run. Every field is optional, and all steps inherit it. */
export interface ContextInit {
  /** Tells one run of a workflow from another: span attribute `workflow.id`. */
  readonly workflowId?: string;
  /** Span attribute `workflow.name`. A handful of values only: it becomes a metric label. */
  readonly workflowName?: string;
  /** Tells one agent from another: span attribute `agent.id`. */
  readonly agentId?: string;
  /** Span attribute `agent.type`. A handful of values only: it becomes a metric label. */
  readonly agentType?: string;
  /** The conversation that the run belongs to: span attribute `session.id`. */
  readonly sessionId?: string;
  /** For whom the run works: span attribute `user.id`. */
  readonly userId?: string;
  /** The request that the run answers: span attribute `request.id`. */
  readonly requestId?: string;
  /** Span attribute `llm.provider`: `openai`. */
  readonly llmProvider?: string;
  /** Span attribute `llm.model_name`. */
  readonly llmModelName?: string;
  /** Span attribute `llm.model_tier`: `fast`, `balanced` or `quality`. */
  readonly llmModelTier?: string;
  /** Joins everything that one cause set in motion, also across traces. @defaultValue a new UUID */
  readonly correlationId?: string;
  /** What caused this run: the id of a span, a message, a request. @defaultValue the id of the span above */
  readonly causationId?: string;
  /** Span attributes `tag.*`. */
  readonly tags?: Readonly<Record<string, string>>;
  /**
   * Goes with the requests that the run sends, as W3C Baggage, as far as the set-up lets its keys out. Never for
   * secrets: any receiver reads it.
   */
  readonly baggage?: Readonly<Record<string, string>>;
  /** For the program itself; not part of any telemetry. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Cancels the run. */
  readonly signal?: AbortSignal;
}

/**
 * A copy of what a caller said, so that what the caller changes later does not show. What is there and
 * undefined is not said. Field by field: this runs with every run, and a loop over names costs seven times as much.
 */
export function copyInit(init: ContextInit): ContextInit {
  const copy: { -readonly [K in keyof ContextInit]: ContextInit[K] } = {};
  if (init.workflowId !== undefined) copy.workflowId = init.workflowId;
  if (init.workflowName !== undefined) copy.workflowName = init.workflowName;
  if (init.agentId !== undefined) copy.agentId = init.agentId;
  if (init.agentType !== undefined) copy.agentType = init.agentType;
  if (init.sessionId !== undefined) copy.sessionId = init.sessionId;
  if (init.userId !== undefined) copy.userId = init.userId;
  if (init.requestId !== undefined) copy.requestId = init.requestId;
  if (init.llmProvider !== undefined) copy.llmProvider = init.llmProvider;
  if (init.llmModelName !== undefined) copy.llmModelName = init.llmModelName;
  if (init.llmModelTier !== undefined) copy.llmModelTier = init.llmModelTier;
  if (init.correlationId !== undefined) copy.correlationId = init.correlationId;
  if (init.causationId !== undefined) copy.causationId = init.causationId;
  if (init.tags) copy.tags = frozenCopy(init.tags);
  if (init.baggage) copy.baggage = frozenCopy(init.baggage);
  if (init.metadata) copy.metadata = frozenCopy(init.metadata);
  if (init.signal) copy.signal = init.signal;
  return copy;
}

/** What a context for a part of a run has from the one above it. */
interface Above {
  readonly init: ContextInit;
  readonly baggage: Readonly<Record<string, string>>;
}

/**
 * What a part of a run is told: all that the run was told, and before that what is said of the part alone.
 * Only the cause is not inherited. Where nothing is said of the part, nothing is copied.
 */
export function inheritedInit(above: Above, own: ContextInit): ContextInit {
  const changes = copyInit(own);
  if (above.init.causationId === undefined && Object.keys(changes).length === 0) return above.init;
  const { causationId: _cause, ...inherited } = above.init;
  const { tags, baggage, metadata } = changes;
  return {
    ...inherited,
    ...changes,
    ...(tags && { tags: Object.freeze({ ...inherited.tags, ...tags }) }),
    ...(baggage && { baggage: Object.freeze({ ...above.baggage, ...baggage }) }),
    ...(metadata && { metadata: Object.freeze({ ...inherited.metadata, ...metadata }) }),
  };
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

/** A copy that is shared by all contexts below; one that the caller has frozen needs none. */
function frozenCopy<V>(values: Readonly<Record<string, V>>): Readonly<Record<string, V>> {
  return Object.isFrozen(values) ? values : Object.freeze({ ...values });
}
