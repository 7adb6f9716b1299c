import {
  JsonTraceSerializer,
  type IExportTraceServiceResponse,
  type ISerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import type { OtlpProtocol } from './destination.ts';

type TraceSerializer = ISerializer<ReadableSpan[], IExportTraceServiceResponse>;

/**
 * Spans as the body of one request (OTLP specification, `ExportTraceServiceRequest`).
 *
 * @throws when a span holds what cannot be encoded.
 */
export function encodeSpans(spans: ReadableSpan[], protocol: OtlpProtocol): Uint8Array {
  const serializer: TraceSerializer =
    protocol === 'http/json' ? JsonTraceSerializer : ProtobufTraceSerializer;
  const body = serializer.serializeRequest(spans);
  if (body === undefined) throw new Error('the spans cannot be encoded');
  return body;
}
