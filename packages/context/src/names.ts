/** Names of spans: `primitive.{type}.{action}` of an execution, `primitive.{type}.{edge}` of a step. */
export function primitiveSpanName(type: string, actionOrEdge: string): string {
  return `primitive.${type}.${actionOrEdge}`;
}

/** Names of span attributes and metric labels. */
export const attributeNames = {
  primitiveName: 'primitive.name',
  primitiveType: 'primitive.type',
  primitiveAction: 'primitive.action',
  stepIndex: 'step.index',
  stepName: 'step.name',
  stepPrimitiveType: 'step.primitive_type',
  stepTotalSteps: 'step.total_steps',
  stepEdge: 'step.edge',
  linkType: 'link.type',
  workflowId: 'workflow.id',
  workflowName: 'workflow.name',
  agentId: 'agent.id',
  agentType: 'agent.type',
  sessionId: 'session.id',
  userId: 'user.id',
  requestId: 'request.id',
  correlationId: 'correlation.id',
  causationId: 'causation.id',
  llmProvider: 'llm.provider',
  llmModelName: 'llm.model_name',
  llmModelTier: 'llm.model_tier',
  llmTokenType: 'llm.token_type',
  /** Where a model or another service is. */
  serverAddress: 'server.address',
  serverPort: 'server.port',
  executionStatus: 'execution.status',
  executionDurationMs: 'execution.duration_ms',
  executionAbandoned: 'execution.abandoned',
  inputSizeBytes: 'input.size_bytes',
  outputSizeBytes: 'output.size_bytes',
  /** What an execution was given, redacted and cut: a text as it is, else JSON. Only where content is captured. */
  inputValue: 'input.value',
  /** What it returned. */
  outputValue: 'output.value',
  errorType: 'error.type',
  errorMessage: 'error.message',
  errorCategory: 'error.category',
  errorSeverity: 'error.severity',
  errorCode: 'error.code',
  errorRecoverable: 'error.recoverable',
  /** What caused an error, the nearest first: `ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:80`. */
  errorCauses: 'error.causes',
  /** Of log lines alone: from the root to the execution in which the error arose, `review › step_1 parse`. */
  errorPath: 'error.path',
  costUsd: 'cost.usd',
  /** The part of `cost.usd` that follows from a table of prices and not from what the provider says. */
  costEstimatedUsd: 'cost.estimated_usd',
  /** Name and version of that table. */
  costPriceTable: 'cost.price_table',
  costSavedUsd: 'cost.saved_usd',
  recoveryKind: 'recovery.kind',
  /** Of the attempt that failed, from 1. */
  retryAttempt: 'retry.attempt',
  /** How long the retry waits before the next attempt. */
  retryBackoffMs: 'retry.backoff_ms',
  /** Category of the error that is answered. */
  retryReason: 'retry.reason',
  /** Whether the other side said how long to wait. */
  retryAfterHeader: 'retry.after_header',
  timeoutLimitMs: 'timeout.limit_ms',
  /** What the wait follows from: the `jitter` of the retry, `retry_after` or `retry_on`. */
  retryStrategy: 'retry.strategy',
  /**
   * Why no further attempt was made although the error may pass: `attempts`, `elapsed`, `budget`, `asked_to_wait`, or
   * `streamed` where a reader had a part of the answer already.
   */
  retryStopped: 'retry.stopped',
  /** How long a step that is told to stop may take until it is left behind. */
  timeoutGraceMs: 'timeout.grace_ms',
  /** How long after its limit a step came to its end, within the grace. */
  timeoutOverrunMs: 'timeout.overrun_ms',
  /** Of the alternative, from 1; 0 is the primary step. */
  fallbackDepth: 'fallback.depth',
  /** Category of the error that is answered. */
  fallbackReason: 'fallback.reason',
  /** Why the next alternative was not tried although it takes the error: `streamed`, a reader had a part of the answer already. */
  fallbackStopped: 'fallback.stopped',
  /** How many attempts have begun, the first one counted. */
  hedgeAttempts: 'hedge.attempts',
  /** The attempt that answered first, from 1. */
  hedgeWinner: 'hedge.winner',
  /** How long an attempt may take until the next one begins beside it. */
  hedgeDelayMs: 'hedge.delay_ms',
  /** Why no attempt began beside one that is slow: `budget`. */
  hedgeWithheld: 'hedge.withheld',
  /** Which way was taken: `then`, the key of a case, a route. One of a set that the composition fixes. */
  decisionChoice: 'decision.choice',
  /** Why it was taken, one of a handful: `condition`, `default`, `cheapest`. */
  decisionReason: 'decision.reason',
  /** How long it took to decide. */
  decisionDurationMs: 'decision.duration_ms',
  /** How long a decision of a person was waited for: from the request until the run went on. */
  approvalWaitMs: 'approval.wait_ms',
  /** Who decided, as the decision says. */
  approvalBy: 'approval.by',
  /** Why a run was not to go on, as the decision says. */
  approvalReason: 'approval.reason',
  /** Of a request that is open: who decides about it is asked for it. */
  approvalRequestId: 'approval.request_id',
  /** For whom a request is, after the one who was asked before could not decide. */
  approvalFor: 'approval.for',
  /** Iterations that began. */
  loopIterations: 'loop.iterations',
  /** How many branches or items run at a time. */
  parallelConcurrency: 'parallel.concurrency',
  /** The time of all branches over the time of the whole on every lane, from 0 to 1: 1 where no lane stood still. */
  parallelEffectiveness: 'parallel.effectiveness',
  /** Until every lane had begun: what branches compute before they first wait. */
  parallelFanOutMs: 'parallel.fan_out_ms',
  /** How long the first lane to be done waited for the last. */
  parallelFanInMs: 'parallel.fan_in_ms',
  /** How many items were begun. */
  foreachItems: 'foreach.items',
  /** Of the route that was taken, or that refused the run. */
  routeKey: 'route.key',
  /** Whether the default stood in for another route. */
  routeUsedDefault: 'route.used_default',
  /** Keys of all routes of the router. */
  routeAvailableRoutes: 'route.available_routes',
  /** How long a route is left out that refused a run. */
  routeCooldownMs: 'route.cooldown_ms',
  /** Name of the step of a saga that was undone, or could not be. */
  sagaStep: 'saga.step',
  circuitState: 'circuit_breaker.state',
  circuitPreviousState: 'circuit_breaker.previous_state',
  /** How long the circuit stays open before it is tried again. */
  circuitRecoveryMs: 'circuit_breaker.recovery_ms',
  /** Failures in a row, or of the window. */
  circuitFailures: 'circuit_breaker.failures',
  /** Failures over all calls of the window, from 0 to 1. */
  circuitFailureRate: 'circuit_breaker.failure_rate',
  /** How long no call starts, because the other side said when to come back. */
  rateLimitPauseMs: 'rate_limit.pause_ms',
  /** How long a step waited for its turn. */
  waitDurationMs: 'wait.duration_ms',
  /** What it waited for: `slot`, `token`. */
  waitFor: 'wait.for',
  /** How many chunks an execution emitted before its result. */
  streamChunks: 'stream.chunks',
  /** From the begin of the execution to its first chunk. */
  streamTimeToFirstChunkMs: 'stream.time_to_first_chunk_ms',
  /** How often an agent asked its model. */
  agentSteps: 'agent.steps',
  /** How many tools its model wanted called. */
  agentToolCalls: 'agent.tool_calls',
  connectionSource: 'source.primitive',
  connectionTarget: 'target.primitive',
  connectionType: 'connection.type',
  /** `false` where a trace enters this process whose caller chose not to sample it. */
  sampledUpstream: 'tta.sampled_upstream',
  /** Of the resource: whether tracked files differ from the commit. */
  vcsDirty: 'tta.vcs.dirty',
  cacheType: 'cache.type',
  /** Hashed: keys are made of what users write. */
  cacheKey: 'cache.key',
  /** `hit`, `miss` or `stale`. */
  cacheOutcome: 'cache.outcome',
  /** How long ago the answer was stored. */
  cacheAgeMs: 'cache.age_ms',
  /** How long the answer is fresh. */
  cacheTtlMs: 'cache.ttl_ms',
  /** What was tried on the store of a cache: `read` or `write`. */
  cacheOperation: 'cache.operation',
  /** `true` where the work was done by the execution that this one is linked to. */
  sharedRunJoined: 'shared_run.joined',
  /** How many waited for the work of this execution, itself counted. */
  sharedRunCallers: 'shared_run.callers',
  /** Of the process while the execution ran, in milliseconds; its own only where {@link attributeNames.executionConcurrent} is 1. */
  executionCpuMs: 'execution.cpu_ms',
  /** How much the heap grew while the execution ran; negative after a garbage collection. */
  executionHeapDeltaBytes: 'execution.heap_delta_bytes',
  /** How many executions overlapped with this one, itself counted, without its steps and those it is a step of. */
  executionConcurrent: 'execution.concurrent',
  sloName: 'slo.name',
  /** Length of the window that a burn rate is of: `1h`. */
  sloWindow: 'slo.window',
  /** `good` or `bad`. */
  sloOutcome: 'slo.outcome',
  exportDestination: 'export.destination',
  exportOutcome: 'export.outcome',
} as const;

/** Prefix of attributes that carry the context's tags: `tag.team`. */
export const tagPrefix = 'tag.';

/** Prefix of attributes that carry baggage, for the keys that may show: `baggage.tenant`. */
export const baggagePrefix = 'baggage.';

/** Value of {@link attributeNames.linkType} between consecutive steps of a sequential. */
export const previousStepLink = 'previous_step';

/** Value of {@link attributeNames.linkType} from an execution to the one whose work it waited for. */
export const sharedRunLink = 'shared_run';

/** Value of `link.type`: from a run that goes on to the one that was suspended, which it is the rest of. */
export const resumedFromLink = 'resumed_from';

/** Value of {@link attributeNames.linkType} from the refresh of a cache to the look-up that set it off. */
export const refreshTriggerLink = 'refresh_trigger';

/** Names of metrics, all of the meter {@link instrumentationScope}. */
export const metricNames = {
  executionCount: 'primitive.execution.count',
  executionDuration: 'primitive.execution.duration',
  connectionCount: 'primitive.connection.count',
  inFlight: 'primitive.in_flight',
  decisions: 'primitive.decisions',
  queueWait: 'primitive.queue.wait',
  circuitState: 'primitive.circuit_breaker.state',
  timeToFirstChunk: 'primitive.stream.time_to_first_chunk',
  llmTokens: 'llm.tokens.total',
  llmCost: 'llm.cost.usd',
  costSavings: 'cost.savings.usd',
  workflowsActive: 'agent.workflows.active',
  cacheHits: 'cache.hits',
  cacheTotal: 'cache.total',
  sloCompliance: 'slo.compliance',
  sloTarget: 'slo.target',
  sloErrorBudgetRemaining: 'slo.error_budget.remaining',
  sloBurnRate: 'slo.burn_rate',
  sloEvents: 'slo.events',
  recoveryEvents: 'recovery.events',
  telemetryFaults: 'obs.telemetry.faults',
  exportSpans: 'obs.export.spans',
  exportLogs: 'obs.export.logs',
  exportMetrics: 'obs.export.metrics',
} as const;

/** Upper bounds of the buckets of `primitive.execution.duration`, in milliseconds. */
export const durationBucketsMs = [10, 50, 100, 250, 500, 1000, 2500, 5000, 10000] as const;

/** Name of the tracer and the meter of everything that runs through a primitive. */
export const instrumentationScope = 'tta.primitives';
