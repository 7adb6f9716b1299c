export { startServer, type RunningServer, type ServerOptions } from './server.ts';
export { isServiceError, ServiceError, type ServiceErrorCode } from './service-error.ts';
export type { ServiceLogger } from './logger.ts';
export type { RetentionLimits, TraceListQuery, TraceStore } from './trace-store.ts';
export type { LogFilter, LogSearch, LogStore, LooseLogLimits, TraceLogQuery } from './log-store.ts';
export type { ExportGroup, ScopeRecord } from './export-batch.ts';
export type { LogGroup, ReceivedLogRecord } from './log-batch.ts';
export type { EventRecord, LinkRecord, SpanGroup, SpanRecord } from './trace-batch.ts';
