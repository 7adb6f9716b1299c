import type { LogRecordExporter } from '@opentelemetry/sdk-logs';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { SpanExporter } from '@opentelemetry/sdk-trace-node';
import { OTLPLogExporter as LogsByGrpc } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPLogExporter as LogsByJson } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as LogsByProtobuf } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter as MetricsByGrpc } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPMetricExporter as MetricsByJson } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as MetricsByProtobuf } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as TracesByGrpc } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as TracesByJson } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as TracesByProtobuf } from '@opentelemetry/exporter-trace-otlp-proto';
import type { OtlpProtocol, OtlpSink } from '../src/otlp-sink.ts';

export interface ExporterOptions {
  readonly compression?: 'gzip' | 'none';
  readonly timeoutMillis?: number;
  readonly concurrencyLimit?: number;
}

export interface Exporters {
  readonly traces: SpanExporter;
  readonly metrics: PushMetricExporter;
  readonly logs: LogRecordExporter;
}

const classes = {
  'http/protobuf': { traces: TracesByProtobuf, metrics: MetricsByProtobuf, logs: LogsByProtobuf },
  'http/json': { traces: TracesByJson, metrics: MetricsByJson, logs: LogsByJson },
  grpc: { traces: TracesByGrpc, metrics: MetricsByGrpc, logs: LogsByGrpc },
};

/** The exporters of OpenTelemetry, which send to a sink. */
export function exportersTo(
  sink: Pick<OtlpSink, 'httpUrl' | 'grpcUrl'>,
  protocol: OtlpProtocol,
  options: ExporterOptions = {},
): Exporters {
  // The enumeration of compressions is not exported by these packages.
  const made = (signal: 'traces' | 'metrics' | 'logs'): object => ({
    url: protocol === 'grpc' ? sink.grpcUrl : `${sink.httpUrl}/v1/${signal}`,
    ...options,
  });
  const { traces: Traces, metrics: Metrics, logs: Logs } = classes[protocol];
  return {
    traces: new Traces(made('traces')),
    metrics: new Metrics(made('metrics')),
    logs: new Logs(made('logs')),
  };
}
