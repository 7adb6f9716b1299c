import { isDeepStrictEqual } from 'node:util';
import { readGrpcMessage } from '../http/grpc-message.ts';
import { RefusedError } from '../http/refused-error.ts';
import { DecodeError, TooManyValuesError } from '../otlp/decode-error.ts';
import { decodeJsonLogs } from '../otlp/decode-json-logs.ts';
import { decodeJsonMetrics } from '../otlp/decode-json-metrics.ts';
import { decodeJsonTraces } from '../otlp/decode-json-traces.ts';
import { decodeProtobufLogs } from '../otlp/decode-protobuf-logs.ts';
import { decodeProtobufMetrics } from '../otlp/decode-protobuf-metrics.ts';
import { decodeProtobufTraces } from '../otlp/decode-protobuf-traces.ts';
import { redactionOf, redactLogs, redactMetrics } from '../otlp/redaction.ts';
import type { SpanBatch } from '../otlp/span-batch.ts';
import type { WriteJob } from '../storage/sqlite-storage.ts';
import { decodedSpans } from '../testing/decoded-spans.ts';
import type { FuzzInput } from './fuzz-input.ts';

/** Processor time that an input may take: far more than it needs, far less than what is not linear would. */
const CONSTANT_MS = 1_000;
const MS_PER_MEGABYTE = 500;
const CANARY_BYTES = 32;
/** Messages go back to the sender. */
const MESSAGE_LENGTH = 1_000;

/**
 * Decodes an input as the service does, and looks at what has become of it.
 *
 * @returns what would be stored; `undefined` when the input was refused, as one may be.
 * @throws Error when something happened that no input may do.
 */
export function checkInput(input: FuzzInput, isRedacting: boolean): WriteJob | undefined {
  const first = surrounded(input.bytes, 0x00);
  const startedAt = process.cpuUsage();
  const job = attempt(input, first, isRedacting);
  const { user, system } = process.cpuUsage(startedAt);
  const tookMs = (user + system) / 1_000;
  const allowedMs = CONSTANT_MS + (MS_PER_MEGABYTE * input.bytes.length) / 1e6;
  if (tookMs > allowedMs) throw new Error(`took ${tookMs} ms for ${input.bytes.length} bytes`);
  // What lies beside a request in memory must not matter, and must stay.
  if (input.encoding !== 'json' && input.bytes.length < 4_000) {
    const again = attempt(input, surrounded(input.bytes, 0x0a), isRedacting);
    if (!isDeepStrictEqual(again, job)) throw new Error('depends on what lies beside the request');
  }
  if (!isSurrounded(first, input.bytes)) throw new Error('changed the request');
  if (job?.kind === 'spans') checkBatch(job.batch);
  else if (job !== undefined) JSON.stringify(structuredClone(job), shown);
  return job;
}

function attempt(input: FuzzInput, bytes: Buffer, isRedacting: boolean): WriteJob | undefined {
  try {
    return decode(input, bytes, isRedacting);
  } catch (error) {
    const isExpected =
      error instanceof DecodeError ||
      error instanceof TooManyValuesError ||
      (input.encoding === 'grpc' && error instanceof RefusedError);
    if (!isExpected) throw error;
    if (error.message.length > MESSAGE_LENGTH) throw new Error('says too much', { cause: error });
    return undefined;
  }
}

function decode({ signal, encoding }: FuzzInput, received: Buffer, isRedacting: boolean): WriteJob {
  const bytes = encoding === 'grpc' ? readGrpcMessage(received).bytes : received;
  const isJson = encoding === 'json';
  const redaction = isRedacting ? redactionOf(bytes) : null;
  switch (signal) {
    case 'traces': {
      const decodeTraces = isJson ? decodeJsonTraces : decodeProtobufTraces;
      return { kind: 'spans', batch: decodeTraces(bytes, redaction) };
    }
    case 'logs': {
      const { groups } = isJson ? decodeJsonLogs(bytes) : decodeProtobufLogs(bytes);
      return {
        kind: 'logs',
        groups: redaction === null ? groups : redactLogs(groups, redaction),
        request: bytes,
      };
    }
    case 'metrics': {
      const { groups } = isJson ? decodeJsonMetrics(bytes) : decodeProtobufMetrics(bytes);
      return { kind: 'metrics', groups: redaction === null ? groups : redactMetrics(groups, redaction) };
    }
  }
}

/** The bytes as a part of a larger memory. */
function surrounded(bytes: Buffer, canary: number): Buffer {
  const memory = Buffer.alloc(bytes.length + 2 * CANARY_BYTES, canary);
  bytes.copy(memory, CANARY_BYTES);
  return memory.subarray(CANARY_BYTES, CANARY_BYTES + bytes.length);
}

/** Whether the bytes, and what lies beside them in memory, are still what they were made of. */
function isSurrounded(received: Buffer, bytes: Buffer): boolean {
  return Buffer.from(received.buffer).equals(Buffer.from(surrounded(bytes, 0x00).buffer));
}

/** All documents are JSON, all ids are ids, all ends are in order. */
function checkBatch(batch: SpanBatch): void {
  for (const { traceId, spanId, parentSpanId, name, status } of decodedSpans(batch)) {
    if (!/^[0-9a-f]{32}$/.test(traceId) || !/^[0-9a-f]{16}$/.test(spanId)) throw new Error('an id is none');
    if (parentSpanId !== null && !/^[0-9a-f]{16}$/.test(parentSpanId)) throw new Error('a parent is none');
    if (typeof name !== 'string' || typeof status !== 'string') throw new Error('a column points nowhere');
  }
  for (const ends of [batch.documentEnds, batch.searchEnds]) {
    if (ends.some((end, index) => end < (ends[index - 1] ?? 0))) throw new Error('ends are out of order');
  }
  if ((batch.documentEnds.at(-1) ?? 0) !== batch.documents.length) throw new Error('documents are too long');
  if ((batch.searchEnds.at(-1) ?? 0) !== batch.searchTexts.length) throw new Error('texts are too long');
}

function shown(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
