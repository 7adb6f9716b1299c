export { type AiSdkObservation, observeAiSdk } from './ai-sdk/observe-ai-sdk.ts';
export {
  instrumentationOf,
  setDefaultInstrumentation,
  withInstrumentation,
} from './current-instrumentation.ts';
export { executeApart } from './execute-apart.ts';
export { createErrorInfo, describeError, type ErrorCause, type ErrorInfo, messageOf } from './error-info.ts';
export { Instrumentation } from './instrumentation.ts';
export type { InstrumentationOptions } from './instrumentation-options.ts';
export { instrument, type InstrumentOptions } from './instrument.ts';
export { instrumented } from './instrumented.ts';
export { InstrumentedPrimitive } from './instrumented-primitive.ts';
export { jsonText } from './json-text.ts';
export { LinkedAbort } from './linked-abort.ts';
export { spanBegan } from './model-calls/answering-execution.ts';
export { hearerOf, type ModelCallHearer } from './model-calls/hear-model-calls.ts';
export { providerName } from './model-calls/provider-name.ts';
export { named } from './named.ts';
export { onAbort } from './on-abort.ts';
export { onExecution } from './on-execution.ts';
export type { Outcome } from './outcome.ts';
export { pause } from './pause.ts';
export type {
  EdgeLabel,
  EdgePattern,
  Fact,
  PrimitiveLike,
  RunScope,
  StaticChild,
  StepFunction,
  StepOptions,
} from './run-scope.ts';
export type { RunStream } from './run-stream.ts';
export { isStep, nameOf, requireStep, type Unit, unit, type UnitDescription, unitOf } from './unit.ts';
export { journalOf, keepJournal, type KnownOutcome, type StepJournal } from './step-journal.ts';
export { isSuspension, Suspension } from './suspension.ts';
export { untilAborted } from './until-aborted.ts';
export type { ContentCapture } from './value-recorder.ts';
export { withExecution } from './with-execution.ts';
