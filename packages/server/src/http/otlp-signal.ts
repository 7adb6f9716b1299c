import type { ExportBatch } from '../otlp/export-batch.ts';
import type { LogGroup } from '../otlp/log-batch.ts';
import type { MetricGroup } from '../otlp/metric-batch.ts';
import type { SpanGroup } from '../otlp/trace-batch.ts';
import type { OtlpEncoding, RejectedField } from './otlp-answer.ts';
import { RefusedError } from './refused-error.ts';

/** Stores what was received; an answer of success is sent when the promise resolves. */
export interface SignalWriters {
  readonly writeSpans: (groups: readonly SpanGroup[]) => Promise<void>;
  /** `request` is what the records came in, by which it is known when it is sent again. */
  readonly writeLogs: (groups: readonly LogGroup[], request: Buffer) => Promise<void>;
  /** Likewise. Metrics are not taken without it. */
  readonly writeMetrics?: (groups: readonly MetricGroup[], request: Buffer) => Promise<void>;
}

/** What had to be left out of a request that is otherwise good. */
export interface Rejections {
  readonly rejectedCount: number;
  /** Why the first of the rejected items was rejected. */
  readonly rejectionReason: string;
}

/** A signal of OTLP, whichever protocol and encoding it comes in. */
export interface Signal {
  /** Of OTLP/HTTP. */
  readonly path: string;
  /** Of OTLP/gRPC, as `:path` names it. */
  readonly method: string;
  readonly noun: string;
  readonly rejectedField: RejectedField;
  /** Decodes a request and stores it. @throws DecodeError, TooManyValuesError, RefusedError with 503. */
  readonly store: (encoding: OtlpEncoding, body: Buffer) => Promise<Rejections>;
}

/** All signals that are taken. Each decoder is loaded with the first request of its kind. */
export function otlpSignals({ writeSpans, writeLogs, writeMetrics }: SignalWriters): readonly Signal[] {
  const signals: Signal[] = [
    {
      path: '/v1/traces',
      method: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
      noun: 'spans',
      rejectedField: 'rejectedSpans',
      store: async (encoding, body) => {
        const batch =
          encoding === 'json'
            ? (await import('../otlp/decode-json-traces.ts')).decodeJsonTraces(body)
            : (await import('../otlp/decode-protobuf-traces.ts')).decodeProtobufTraces(body);
        return stored('spans', batch, () => writeSpans(batch.groups));
      },
    },
    {
      path: '/v1/logs',
      method: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
      noun: 'log records',
      rejectedField: 'rejectedLogRecords',
      store: async (encoding, body) => {
        const batch =
          encoding === 'json'
            ? (await import('../otlp/decode-json-logs.ts')).decodeJsonLogs(body)
            : (await import('../otlp/decode-protobuf-logs.ts')).decodeProtobufLogs(body);
        return stored('log records', batch, () => writeLogs(batch.groups, body));
      },
    },
  ];
  if (writeMetrics !== undefined) {
    signals.push({
      path: '/v1/metrics',
      method: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
      noun: 'data points',
      rejectedField: 'rejectedDataPoints',
      store: async (encoding, body) => {
        const batch =
          encoding === 'json'
            ? (await import('../otlp/decode-json-metrics.ts')).decodeJsonMetrics(body)
            : (await import('../otlp/decode-protobuf-metrics.ts')).decodeProtobufMetrics(body);
        return stored('data points', batch, () => writeMetrics(batch.groups, body));
      },
    });
  }
  return signals;
}

/** Senders repeat a request that was answered 503 and drop one that was answered 500. */
async function stored<Item>(
  noun: string,
  batch: ExportBatch<Item>,
  write: () => Promise<void>,
): Promise<Rejections> {
  try {
    if (batch.groups.length > 0) await write();
    return batch;
  } catch (error) {
    throw new RefusedError(503, `The ${noun} could not be stored: ${(error as Error).message}`, error);
  }
}
