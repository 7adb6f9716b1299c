export { startServer, type RunningServer, type ServerOptions } from './server.ts';
export { isServiceError, ServiceError, type ServiceErrorCode } from './service-error.ts';
export type { ServiceLogger } from './logger.ts';
export type { RetentionLimits, TraceListQuery, TraceStore } from './trace-store.ts';
export type { EventRecord, LinkRecord, ScopeRecord, SpanGroup, SpanRecord } from './trace-batch.ts';
