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
export type { Health, Page, ProblemDetails, TraceList } from './rest.ts';
export type { LiveMessage } from './live.ts';
export {
  isHealth,
  isLiveMessage,
  isProblemDetails,
  isSpanDetail,
  isTraceDocument,
  isTraceList,
  isTraceSummary,
} from './guards.ts';
