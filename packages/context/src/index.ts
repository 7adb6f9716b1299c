export { type Clock, systemClock } from './clock.ts';
export { classifyError, type ErrorClass } from './classify-error.ts';
export type {
  ExecutionInfo,
  ExecutionListener,
  ExecutionResult,
  ExecutionStatus,
} from './execution-listener.ts';
export { genAiNames } from './gen-ai-names.ts';
export { type LogFields, type Logger, noopLogger } from './logger.ts';
export {
  attributeNames,
  durationBucketsMs,
  instrumentationScope,
  metricNames,
  previousStepLink,
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
export { type Random, systemRandom } from './random.ts';
export {
  type Checkpoint,
  contextAttributes,
  type ContextInit,
  type ContextRuntime,
  type StateKey,
  stateKey,
  WorkflowContext,
} from './workflow-context.ts';
