export { type Clock, systemClock } from './clock.ts';
export { type Correlation, correlationKey, correlationOf, withCorrelation } from './correlation.ts';
export { classifyError, type ErrorClass } from './classify-error.ts';
export type {
  ExecutionInfo,
  ExecutionListener,
  ExecutionResult,
  ExecutionStatus,
} from './execution-listener.ts';
export { agentBucketsS, genAiMetricNames, genAiNames, inferenceBucketsS } from './gen-ai-names.ts';
export type { LlmReply, LlmToolCall, ToolDefinition } from './llm-reply.ts';
export { type LineLevel, type LogFields, type Logger, noopLogger } from './logger.ts';
export {
  attributeNames,
  baggagePrefix,
  durationBucketsMs,
  instrumentationScope,
  metricNames,
  previousStepLink,
  refreshTriggerLink,
  resumedFromLink,
  sharedRunLink,
  primitiveSpanName,
  tagPrefix,
} from './names.ts';
export {
  CancelledError,
  type ErrorCategory,
  InvalidCompositionError,
  InvalidOptionError,
  isObsError,
  ObsError,
  type ObsErrorOptions,
  type Severity,
} from './obs-error.ts';
export type { LlmUsage, Pricing } from './pricing.ts';
export type { ProcessMeter, ProcessUse } from './process-meter.ts';
export { type Random, systemRandom } from './random.ts';
export { contextAttributes, type ContextInit, copyInit } from './context-init.ts';
export {
  type Checkpoint,
  type ContextRuntime,
  isWorkflowContext,
  type StateKey,
  stateKey,
  WorkflowContext,
} from './workflow-context.ts';
export { within } from './within.ts';
export { BaggagePropagator, type BaggagePropagatorOptions } from './propagation/baggage-propagator.ts';
export { formatBaggage, parseBaggage } from './propagation/baggage.ts';
export type { Carrier } from './propagation/carrier.ts';
export { type Environment, environment } from './propagation/environment.ts';
export { type HeaderCollection, type HttpHeaders, httpHeaders } from './propagation/http-headers.ts';
export { extract, inject } from './propagation/inject-extract.ts';
export { type McpMeta, mcpMeta } from './propagation/mcp-meta.ts';
export {
  type MessageHeaderCollection,
  type MessageHeaderList,
  type MessageHeaders,
  messageHeaders,
} from './propagation/message-headers.ts';
export { TraceContextPropagator } from './propagation/trace-context-propagator.ts';
export { formatTraceParent, parseTraceParent, type TraceParent } from './propagation/trace-parent.ts';
export { W3CTraceState } from './propagation/trace-state.ts';
export { W3CPropagator } from './propagation/w3c-propagator.ts';
