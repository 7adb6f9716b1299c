export type {
  AiConvention,
  AiCost,
  AiMessage,
  AiOperation,
  AiPart,
  AiSpan,
  AiTokens,
  AiToolDefinition,
  AiTranscript,
} from './ai-span.ts';
export type {
  AiUsage,
  SessionList,
  SessionSummary,
  UsageGroup,
  UsageGrouping,
  UsageReport,
} from './usage.ts';
export type { PrimitiveFactColumns, PrimitiveFacts } from './primitive-facts.ts';
export type { ErrorGroup, ErrorGroupList } from './error-group.ts';
export type { ServiceEdge, ServiceMap, ServiceNode } from './service-map.ts';
export type { MetricsSummary, MetricsTimeSeries } from './overview.ts';
export type {
  AiSpanColumns,
  AttributeJson,
  AttributesJson,
  ExecutionStatus,
  SpanColumns,
  SpanDetail,
  SpanEventJson,
  SpanHit,
  SpanLinkJson,
  SpanTranscript,
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
  PinAnswer,
  PrimitiveStats,
  PrimitiveStatsList,
  ProblemDetails,
  QueryProblemDetails,
  QueryValue,
  QueryValueList,
  RefusedCounts,
  RetentionPreview,
  RetentionSettings,
  SpanDetailList,
  SpanList,
  StoredTotals,
  TraceList,
  TranscriptList,
} from './rest.ts';
export type { LiveChange, LiveMessage } from './live.ts';
export {
  isHealth,
  isLiveMessage,
  isLogList,
  isLogRecord,
  isMetricList,
  isMetricPointList,
  isPinAnswer,
  isPrimitiveStatsList,
  isProblemDetails,
  isRetentionPreview,
  isSpanDetail,
  isSpanDetailList,
  isSpanList,
  isTraceDocument,
  isTraceList,
  isTraceSummary,
  isTranscriptList,
} from './guards.ts';
export { isQueryProblemDetails, isQueryValueList } from './query-guards.ts';
export {
  isErrorGroupList,
  isMetricsSummary,
  isMetricsTimeSeries,
  isServiceMap,
  isSessionList,
  isUsageReport,
} from './statistics-guards.ts';
export {
  isPrimitiveComparison,
  isPrimitiveVersionList,
  versionsCalled,
  type ComparedExecutions,
  type ComparedPrimitive,
  type ComparedVersion,
  type MeasuredChange,
  type PrimitiveComparison,
  type PrimitiveName,
  type PrimitiveVersion,
  type PrimitiveVersionList,
  type VersionName,
} from './comparison.ts';
