export { fallback, FallbackExhaustedError } from './fallback.ts';
export { lambda } from './lambda.ts';
export { parallel, ParallelError, type ParallelOptions } from './parallel.ts';
export { retry, RetryExhaustedError, type RetryOptions } from './retry.ts';
export { sequential } from './sequential.ts';
export type { Sequential } from './sequential-signatures.ts';
export type { AnyStep, InputOf, OutputOf, SharedInput } from './step-types.ts';
export { timeout, TimeoutError, type TimeoutOptions } from './timeout.ts';
// What a workflow's author needs besides, so that one import is enough.
export {
  describeError,
  type ErrorInfo,
  InstrumentedPrimitive,
  named,
  onExecution,
  type Outcome,
  type PrimitiveLike,
  type RunScope,
  type StepFunction,
} from '@tta/obs-instrumentation';
export { CancelledError, type ContextInit, type ErrorClass, stateKey } from '@tta/obs-context';
