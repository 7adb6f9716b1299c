import type { LogGroup } from '../otlp/log-batch.ts';
import type { MetricGroup } from '../otlp/metric-batch.ts';
import { redactionOf, redactLogs, redactMetrics } from '../otlp/redaction.ts';
import type { SpanBatch } from '../otlp/span-batch.ts';
import { mendSpanTimes } from '../otlp/span-times.ts';
import { isWorthRepeating } from '../storage/write-failure.ts';
import type { OtlpEncoding, RejectedField } from './otlp-answer.ts';
import { RefusedError } from './refused-error.ts';

/** Stores what was received; an answer of success is sent when the promise resolves. */
export interface SignalWriters {
  readonly writeSpans: (batch: SpanBatch) => Promise<void>;
  /** `request` is what the records came in, by which it is known when it is sent again. */
  readonly writeLogs: (groups: readonly LogGroup[], request: Buffer) => Promise<void>;
  readonly writeMetrics: (groups: readonly MetricGroup[]) => Promise<void>;
  /** Whether known forms of secrets are taken out of what is stored. */
  readonly isRedacting: boolean;
}

const NS_PER_MS = 1_000_000n;

/** What had to be left out of a request that is otherwise good, and what its sender should know. */
export interface Rejections {
  readonly rejectedCount: number;
  /** Why the first of the rejected items was rejected. */
  readonly rejectionReason: string;
  /** About what is stored all the same; none is empty. */
  readonly warning?: string;
}

/** A signal of OTLP, whichever protocol and encoding it comes in. */
export interface Signal {
  /** Of OTLP/HTTP. */
  readonly path: string;
  /** Of OTLP/gRPC, as `:path` names it. */
  readonly method: string;
  readonly noun: string;
  readonly rejectedField: RejectedField;
  /** Decodes a request and stores it. @throws DecodeError, TooManyValuesError, RefusedError with 503 or 500. */
  readonly store: (encoding: OtlpEncoding, body: Buffer) => Promise<Rejections>;
}

/* Each decoder is loaded with the first request of its kind. */
const jsonTraces = loaded(() => import('../otlp/decode-json-traces.ts'));
const protobufTraces = loaded(() => import('../otlp/decode-protobuf-traces.ts'));
const jsonLogs = loaded(() => import('../otlp/decode-json-logs.ts'));
const protobufLogs = loaded(() => import('../otlp/decode-protobuf-logs.ts'));
const jsonMetrics = loaded(() => import('../otlp/decode-json-metrics.ts'));
const protobufMetrics = loaded(() => import('../otlp/decode-protobuf-metrics.ts'));

/**
 * All signals that are taken.
 *
 * @param nowMs - Milliseconds since the Unix epoch.
 */
export function otlpSignals(options: SignalWriters, nowMs: () => number): readonly Signal[] {
  const { writeSpans, writeLogs, writeMetrics, isRedacting } = options;
  return [
    {
      path: '/v1/traces',
      method: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
      noun: 'spans',
      rejectedField: 'rejectedSpans',
      store: async (encoding, body) => {
        const redaction = isRedacting ? redactionOf(body) : null;
        const batch =
          encoding === 'json'
            ? (await jsonTraces()).decodeJsonTraces(body, redaction)
            : (await protobufTraces()).decodeProtobufTraces(body, redaction);
        const warning = mendSpanTimes(batch, BigInt(nowMs()) * NS_PER_MS);
        const { count, rejectedCount, rejectionReason } = batch;
        if (count > 0) await stored('spans', writeSpans(batch));
        return { rejectedCount, rejectionReason, warning };
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
            ? (await jsonLogs()).decodeJsonLogs(body)
            : (await protobufLogs()).decodeProtobufLogs(body);
        const groups = isRedacting ? redactLogs(batch.groups, redactionOf(body)) : batch.groups;
        if (groups.length > 0) await stored('log records', writeLogs(groups, body));
        return batch;
      },
    },
    {
      path: '/v1/metrics',
      method: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
      noun: 'data points',
      rejectedField: 'rejectedDataPoints',
      store: async (encoding, body) => {
        const batch =
          encoding === 'json'
            ? (await jsonMetrics()).decodeJsonMetrics(body)
            : (await protobufMetrics()).decodeProtobufMetrics(body);
        const groups = isRedacting ? redactMetrics(batch.groups, redactionOf(body)) : batch.groups;
        if (groups.length > 0) await stored('data points', writeMetrics(groups));
        return batch;
      },
    },
  ];
}

/** Senders repeat a request that was answered 503 and drop one that was answered 500. */
async function stored(noun: string, written: Promise<void>): Promise<void> {
  try {
    await written;
  } catch (error) {
    const status = isWorthRepeating(error) ? 503 : 500;
    throw new RefusedError(status, `The ${noun} could not be stored: ${(error as Error).message}`, error);
  }
}

/** Loads a module once: `import()` looks on the disk each time, which costs more than a small request. */
function loaded<Module>(load: () => Promise<Module>): () => Promise<Module> {
  let module: Promise<Module> | undefined;
  return () => (module ??= load());
}
