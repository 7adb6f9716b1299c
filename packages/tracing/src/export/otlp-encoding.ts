import {
  JsonLogsSerializer,
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import type { OtlpProtocol } from './destination.ts';

/** A log record as `@opentelemetry/sdk-logs` hands it to exporters. */
export type ReadableLogRecord = Parameters<typeof ProtobufLogsSerializer.serializeRequest>[0][number];

/** What `@opentelemetry/sdk-metrics` has collected. */
export type ResourceMetrics = Parameters<typeof ProtobufMetricsSerializer.serializeRequest>[0];

/**
 * Spans as the body of one request (OTLP specification, `ExportTraceServiceRequest`).
 *
 * @throws when a span holds what cannot be encoded.
 */
export function encodeSpans(spans: ReadableSpan[], protocol?: OtlpProtocol): Uint8Array {
  return finished(
    (protocol === 'http/json' ? JsonTraceSerializer : ProtobufTraceSerializer).serializeRequest(spans),
  );
}

/**
 * Log records as the body of one request (OTLP specification, `ExportLogsServiceRequest`).
 *
 * @throws when a record holds what cannot be encoded.
 */
export function encodeLogRecords(records: ReadableLogRecord[], protocol?: OtlpProtocol): Uint8Array {
  return finished(
    (protocol === 'http/json' ? JsonLogsSerializer : ProtobufLogsSerializer).serializeRequest(records),
  );
}

/**
 * Metrics as the body of one request (OTLP specification, `ExportMetricsServiceRequest`).
 *
 * @throws when a point holds what cannot be encoded.
 */
export function encodeMetrics(metrics: ResourceMetrics, protocol?: OtlpProtocol): Uint8Array {
  return finished(
    (protocol === 'http/json' ? JsonMetricsSerializer : ProtobufMetricsSerializer).serializeRequest(metrics),
  );
}

function finished(body: Uint8Array | undefined): Uint8Array {
  if (body === undefined) throw new Error('it cannot be encoded');
  return body;
}
