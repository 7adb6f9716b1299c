import { OtlpSink, type OtlpSinkOptions } from './otlp-sink/sink.ts';

/**
 * Starts a destination of OTLP, for tests of what really leaves the process: HTTP (protobuf and JSON) and gRPC, traces,
 * metrics and log records, compressed or not.
 *
 * @example
 * ```ts
 * await using sink = await otlpSink();
 * const exporter = new OTLPTraceExporter({ url: `${sink.httpUrl}/v1/traces` });
 * // … what sends by it
 * expect(await sink.received({ spans: 3 })).toHaveSpanTree('checkout');
 * ```
 *
 * @throws InvalidOptionError for a port that is none, and an error of Node for one that is taken.
 */
export async function otlpSink(options: OtlpSinkOptions = {}): Promise<OtlpSink> {
  const sink = new OtlpSink();
  await sink.start(options);
  return sink;
}

export type { DrawnTrace } from './drawing/drawn-trace.ts';
export type {
  ChooseAnswer,
  OtlpAnswer,
  OtlpAnswerOptions,
  OtlpFailure,
  OtlpPartialSuccess,
} from './otlp-sink/otlp-answer.ts';
export type {
  OtlpAnyValue,
  OtlpBuckets,
  OtlpEvent,
  OtlpExemplar,
  OtlpExponentialHistogramPoint,
  OtlpHistogramPoint,
  OtlpKeyValue,
  OtlpLink,
  OtlpLogRecord,
  OtlpLogs,
  OtlpMetric,
  OtlpMetrics,
  OtlpNumberPoint,
  OtlpResource,
  OtlpScope,
  OtlpSpan,
  OtlpStatus,
  OtlpSummaryPoint,
  OtlpTraces,
} from './otlp-sink/otlp-messages.ts';
export type {
  OtlpMessages,
  OtlpProtocol,
  OtlpRequest,
  OtlpRequestOf,
  OtlpSignal,
} from './otlp-sink/otlp-signal.ts';
export type { GrpcCode } from './otlp-sink/rpc-code.ts';
export type { OtlpAmounts, OtlpSink, OtlpSinkOptions } from './otlp-sink/sink.ts';
