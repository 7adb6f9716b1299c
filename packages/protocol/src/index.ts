export type {
  AttributeJson,
  AttributesJson,
  ExecutionStatus,
  SpanColumns,
  SpanDetail,
  SpanEventJson,
  SpanLinkJson,
  TraceDocument,
  TraceSummary,
} from './trace.ts';
export { logLevelOf, type LogLevel, type LogRecord } from './log.ts';
export type { Health, LogList, Page, ProblemDetails, TraceList } from './rest.ts';
export type { LiveChange, LiveMessage } from './live.ts';
export {
  isHealth,
  isLiveMessage,
  isLogList,
  isLogRecord,
  isProblemDetails,
  isSpanDetail,
  isTraceDocument,
  isTraceList,
  isTraceSummary,
} from './guards.ts';
