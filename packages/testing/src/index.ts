export type { LlmReply, LlmToolCall } from '@tta/obs-context';
export { ManualClock, seededRandom } from '@tta/obs-context/manual';
export type { RecordedCall } from './call-log.ts';
export { expectTrace, type TraceExpectation } from './expect-trace.ts';
export { type FakeLlm, fakeLlm, type FakeLlmOptions } from './fake-llm/fake-llm.ts';
export type { LlmAnswer, ScriptedReply } from './fake-llm/llm-reply.ts';
export { faults } from './faults.ts';
export { ConnectionResetError } from './faults/break-stream.ts';
export { ServiceUnavailableError } from './faults/fail-times.ts';
export type { FaultOptions } from './faults/fault-options.ts';
export type { LineConditions, LineExpectation } from './matchers/logged.ts';
export type { MetricPoint } from './matchers/metric-points.ts';
export type { MetricConditions, MetricExpectation } from './matchers/metric.ts';
export type { EventConditions, SpanConditions, SpanPattern } from './matchers/span-pattern.ts';
export type { SpanTree, SpanTreeNode } from './matchers/span-tree.ts';
export type { TraceLimits } from './matchers/stay-within.ts';
export { traceSnapshotText } from './matchers/snapshot-text/trace-snapshot-text.ts';
export { type AnswerOptions, type MockOptions, type MockPrimitive, mockPrimitive } from './mock-primitive.ts';
export { type ModelServer, modelServer, type ModelServerOptions } from './model-server/model-server.ts';
export type {
  ModelRequest,
  RefusedReply,
  ServedReply,
  ServedUsage,
  ServerAnswer,
  ServerReply,
} from './model-server/served-reply.ts';
export { NoAnswerError } from './no-answer-error.ts';
export { observe, observed } from './observe.ts';
export type { ObservedTrace, ObserveOptions } from './observed-trace.ts';
export { TraceAssertionError } from './trace-assertion-error.ts';
export type { RunnerTraceMatchers, TraceMatchers } from './trace-matchers.ts';
export type {
  PointKind,
  SpanOutcome,
  Trace,
  TraceEvent,
  TraceLine,
  TraceLink,
  TracePoint,
  TraceSpan,
} from './trace.ts';
