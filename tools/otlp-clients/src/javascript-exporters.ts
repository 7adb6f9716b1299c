import { OTLPLogExporter as GrpcLogExporter } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPLogExporter as JsonLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter as GrpcMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPMetricExporter as JsonMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as GrpcTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import type { LogRecordExporter } from '@opentelemetry/sdk-logs';
import type { AggregationTemporality, PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { SpanExporter } from '@opentelemetry/sdk-trace-node';

export type Protocol = 'http/json' | 'http/protobuf' | 'grpc';

/** How an exporter talks. */
export interface Transport {
  readonly protocol: Protocol;
  readonly compression: CompressionAlgorithm;
}

const { GZIP, NONE } = CompressionAlgorithm;

/** Every protocol, plain and compressed. */
export const transports: readonly Transport[] = (['http/json', 'http/protobuf', 'grpc'] as const).flatMap(
  (protocol) => [NONE, GZIP].map((compression) => ({ protocol, compression })),
);

export function traceExporter({ protocol, compression }: Transport, url: string): SpanExporter {
  switch (protocol) {
    case 'http/json':
      return new JsonTraceExporter({ url: `${url}/v1/traces`, compression });
    case 'http/protobuf':
      return new ProtobufTraceExporter({ url: `${url}/v1/traces`, compression });
    case 'grpc':
      return new GrpcTraceExporter({ url, compression });
  }
}

export function logExporter({ protocol, compression }: Transport, url: string): LogRecordExporter {
  switch (protocol) {
    case 'http/json':
      return new JsonLogExporter({ url: `${url}/v1/logs`, compression });
    case 'http/protobuf':
      return new ProtobufLogExporter({ url: `${url}/v1/logs`, compression });
    case 'grpc':
      return new GrpcLogExporter({ url, compression });
  }
}

export function metricExporter(
  { protocol, compression }: Transport,
  url: string,
  temporalityPreference: AggregationTemporality,
): PushMetricExporter {
  switch (protocol) {
    case 'http/json':
      return new JsonMetricExporter({ url: `${url}/v1/metrics`, compression, temporalityPreference });
    case 'http/protobuf':
      return new ProtobufMetricExporter({ url: `${url}/v1/metrics`, compression, temporalityPreference });
    case 'grpc':
      return new GrpcMetricExporter({ url, compression, temporalityPreference });
  }
}
