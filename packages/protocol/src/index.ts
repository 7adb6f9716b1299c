export type {
  AttributeJson,
  AttributesJson,
  ExecutionStatus,
  SpanColumns,
  SpanDetail,
  SpanEventJson,
  SpanHit,
  SpanLinkJson,
  TraceDocument,
  TraceSummary,
} from './trace.ts';
export { logLevelOf, type LogLevel, type LogRecord } from './log.ts';
export type {
  ExponentialBuckets,
  ExponentialHistogramValue,
  HistogramValue,
  MetricExemplar,
  MetricInstrument,
  MetricKind,
  MetricMeasurement,
  MetricPoint,
  MetricTemporality,
  MetricValue,
  NumberJson,
  SummaryValue,
} from './metric.ts';
export type {
  Health,
  LogList,
  MetricList,
  MetricPointList,
  Page,
  ProblemDetails,
  RetentionPreview,
  TraceList,
} from './rest.ts';
export type { LiveChange, LiveMessage } from './live.ts';
export {
  isHealth,
  isLiveMessage,
  isLogList,
  isLogRecord,
  isMetricList,
  isMetricPointList,
  isProblemDetails,
  isSpanDetail,
  isTraceDocument,
  isTraceList,
  isTraceSummary,
} from './guards.ts';
