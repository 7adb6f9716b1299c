import type { OtlpLogs, OtlpMetrics, OtlpTraces } from './otlp-messages.ts';

/** What is sent, by signal. */
export interface OtlpMessages {
  readonly traces: OtlpTraces;
  readonly metrics: OtlpMetrics;
  readonly logs: OtlpLogs;
}

export type OtlpSignal = keyof OtlpMessages;

export type OtlpProtocol = 'http/protobuf' | 'http/json' | 'grpc';

/** How the parts of the protocol are called for a signal. */
interface SignalNames {
  /** Of the path of its gRPC service. */
  readonly service: string;
  readonly request: string;
  readonly response: string;
  /** Of the count in a partial success. */
  readonly rejected: string;
}

export const signals: Readonly<Record<OtlpSignal, SignalNames>> = {
  traces: {
    service: 'opentelemetry.proto.collector.trace.v1.TraceService',
    request: 'ExportTraceServiceRequest',
    response: 'ExportTraceServiceResponse',
    rejected: 'rejectedSpans',
  },
  metrics: {
    service: 'opentelemetry.proto.collector.metrics.v1.MetricsService',
    request: 'ExportMetricsServiceRequest',
    response: 'ExportMetricsServiceResponse',
    rejected: 'rejectedDataPoints',
  },
  logs: {
    service: 'opentelemetry.proto.collector.logs.v1.LogsService',
    request: 'ExportLogsServiceRequest',
    response: 'ExportLogsServiceResponse',
    rejected: 'rejectedLogRecords',
  },
};

/** A request as it came, whatever became of it. */
export interface OtlpRequestOf<S extends OtlpSignal> {
  readonly signal: S;
  readonly protocol: OtlpProtocol;
  /** Headers of HTTP, by lower-case names, or metadata of gRPC; several of one name are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  /** The message, decompressed. */
  readonly body: Buffer;
  readonly message: OtlpMessages[S];
}

export type OtlpRequest = { readonly [S in OtlpSignal]: OtlpRequestOf<S> }[OtlpSignal];
