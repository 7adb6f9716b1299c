/** What kind of telemetry something carries; also the last part of its address by OTLP/HTTP. */
export type Signal = 'traces' | 'metrics' | 'logs';

/** The method that takes a signal by gRPC (OTLP specification, "OTLP/gRPC"), as the path of a call. */
export const exportMethods = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
} as const satisfies Record<Signal, string>;
