export { agent, type AgentInput, type AgentOptions, type AgentOutput } from './agent/agent.ts';
export { AgentStepsError } from './agent/agent-steps-error.ts';
export type { AgentUsage } from './agent/agent-usage.ts';
export type { AgentMessage, Conversation, ToolDefinition } from './agent/conversation.ts';
export { approval, type ApprovalOptions } from './approval/approval.ts';
export { ApprovalExpiredError, ApprovalRefusedError, NotResumableError } from './approval/approval-errors.ts';
export type { ApprovalRequest } from './approval/approval-request.ts';
export { type Decision, InvalidDecisionError } from './approval/decision.ts';
export { bulkhead, BulkheadFullError, type BulkheadOptions, BulkheadQueueTimeoutError } from './bulkhead.ts';
export { cache, type CachePrimitive, type CacheStats } from './cache/cache.ts';
export type { CacheOptions } from './cache/cache-options.ts';
export type { CacheEntry, CacheStore } from './cache/cache-store.ts';
export { keyvStore, type KeyvLike } from './cache/keyv-store.ts';
export {
  type CircuitBreaker,
  circuitBreaker,
  type CircuitBreakerOptions,
} from './circuit-breaker/circuit-breaker.ts';
export { CircuitOpenError } from './circuit-breaker/circuit-open-error.ts';
export type { CircuitBreakerSnapshot } from './circuit-breaker/circuit-snapshot.ts';
export type { TripRule } from './circuit-breaker/trip-rule.ts';
export { conditional, type ConditionalOptions } from './conditional.ts';
export { dedupe, type DedupeOptions } from './dedupe.ts';
export {
  type Alternative,
  type AlternativeFor,
  fallback,
  FallbackExhaustedError,
  type GuardedAlternative,
} from './fallback.ts';
export { forEach, ForEachError, type ForEachOptions, type Items, skipItem, stopItems } from './for-each.ts';
export { describeRun, type RunSpan } from './graph/describe-run.ts';
export { toDot } from './graph/dot.ts';
export { describe, type GraphEdge, type GraphNode, type PrimitiveGraph } from './graph/graph.ts';
export { toMermaid } from './graph/mermaid.ts';
export { hedge, type HedgeOptions } from './hedge.ts';
export { lambda } from './lambda.ts';
export { type AiSdk, aiSdk, type AiSdkPart, type AiSdkResult } from './llm/adapters/ai-sdk.ts';
export {
  type AnthropicMessage,
  type AnthropicMessageEvent,
  type AnthropicMessages,
  anthropicMessages,
} from './llm/adapters/anthropic-messages.ts';
export {
  type OpenAiChat,
  openAiChat,
  type OpenAiChatChunk,
  type OpenAiChatResponse,
} from './llm/adapters/open-ai-chat.ts';
export {
  type OpenAiResponse,
  type OpenAiResponseEvent,
  type OpenAiResponses,
  openAiResponses,
} from './llm/adapters/open-ai-responses.ts';
export { llm } from './llm/llm.ts';
export type { LlmAdapter, LlmReading, LlmStreamReading } from './llm/llm-adapter.ts';
export { LlmFailedError } from './llm/llm-failed-error.ts';
export type { LlmOptions, LlmRequest } from './llm/llm-options.ts';
export type { LlmResponse } from './llm/llm-response.ts';
export { loop, LoopLimitError, type LoopOptions } from './loop.ts';
export { match, type Matching, type MatchOptions } from './match.ts';
export { parallel, ParallelError, type ParallelOptions } from './parallel.ts';
export { race, RaceError, type RaceOptions } from './race.ts';
export { rateLimit, type RateLimitOptions } from './rate-limit/rate-limit.ts';
export { RateLimitedError } from './rate-limit/rate-limited-error.ts';
export { resilient, type ResilientOptions } from './resilient.ts';
export { type RetryBudget, retryBudget, type RetryBudgetOptions } from './retry-budget.ts';
export {
  retry,
  type RetryDecision,
  RetryExhaustedError,
  type RetryOptions,
  type RetryStop,
} from './retry.ts';
export type { Decisions } from './resumable/decisions-on.ts';
export { InvalidTokenError } from './resumable/invalid-token-error.ts';
export { resumable, type Resumable, type ResumableOptions } from './resumable/resumable.ts';
export { NotSavableError, RunChangedError } from './resumable/run-errors.ts';
export { SuspendedError } from './resumable/suspended-error.ts';
export { NoRouteError } from './router/no-route-error.ts';
export type { RouteStrategy } from './router/ranking.ts';
export type { RouteProfile, RouteStats } from './router/route.ts';
export { router, type Router, type RouterOptions, type RouterWindow } from './router/router.ts';
export { type RoutingDecision, routingHistory, type RoutingReason } from './router/routing-history.ts';
export { CompensationError } from './saga/compensation-error.ts';
export { saga, type SagaOptions } from './saga/saga.ts';
export { sagaStep, type SagaStep } from './saga/saga-step.ts';
export { sequential } from './sequential.ts';
export type { Sequential } from './sequential-signatures.ts';
export { settle, type SettleOptions } from './settle.ts';
export type { AnyStep, ChunkOf, InputOf, OutputOf, SharedInput } from './step-types.ts';
export { type Chunks, streaming } from './streaming.ts';
export { NoCaseError } from './switch-on/no-case-error.ts';
export { switchOn, type SwitchOnOptions } from './switch-on/switch-on.ts';
export { timeout, TimeoutError, type TimeoutOptions } from './timeout.ts';
export { tool, type ToolOptions } from './tool/tool.ts';
export { ToolInputError, type ToolInputIssue } from './tool/tool-input-error.ts';
export type { StandardValidator, Validator } from './tool/validator.ts';
// What a workflow's author needs besides, so that one import is enough.
export {
  describeError,
  type ErrorInfo,
  instrument,
  instrumented,
  type InstrumentOptions,
  InstrumentedPrimitive,
  isSuspension,
  named,
  onExecution,
  type Outcome,
  type PrimitiveLike,
  type RunScope,
  type RunStream,
  type StepFunction,
  withExecution,
} from '@tta/obs-instrumentation';
export { CancelledError, type ContextInit, type ErrorClass, stateKey } from '@tta/obs-context';
