export { startServer, type RunningServer, type ServerOptions } from './server.ts';
export { isServiceError, ServiceError, type ServiceErrorCode } from './service-error.ts';
export type { ServiceLogger } from './logger.ts';
export type { RetentionLimits, TraceListQuery, TraceStore } from './storage/trace-store.ts';
export type { LogFilter, LogSearch, LogStore, LooseLogLimits, TraceLogQuery } from './storage/log-store.ts';
export type { ExportGroup, ScopeRecord } from './otlp/export-batch.ts';
export type { LogGroup, ReceivedLogRecord } from './otlp/log-batch.ts';
export type { EventRecord, LinkRecord, SpanGroup, SpanRecord } from './otlp/trace-batch.ts';
