import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DecodeError, TooManyValuesError } from '../otlp/decode-error.ts';
import type { ServiceLogger } from '../logger.ts';
import type { ExportBatch, ExportGroup } from '../otlp/export-batch.ts';
import type { LogBatch, LogGroup } from '../otlp/log-batch.ts';
import {
  contentType,
  exportAnswer,
  statusAnswer,
  type OtlpEncoding,
  type RejectedField,
} from './otlp-answer.ts';
import { BodyBudget, BodyError, readBody } from './request-body.ts';
import type { SpanGroup, TraceBatch } from '../otlp/trace-batch.ts';

const BODY_LIMIT_BYTES = 64 * 1024 * 1024;
const BUDGET_BYTES = 128 * 1024 * 1024;

export interface OtlpRoutesOptions {
  /** Stores spans; the answer is sent when the promise resolves. */
  readonly writeSpans: (groups: readonly SpanGroup[]) => Promise<void>;
  /** Stores log records, likewise; `request` is what they came in, by which it is known when it is sent again. */
  readonly writeLogs: (groups: readonly LogGroup[], request: Buffer) => Promise<void>;
  readonly logger: ServiceLogger;
}

/** What tells the routes of two signals apart. */
interface Signal<Item> {
  readonly path: string;
  readonly noun: string;
  readonly rejectedField: RejectedField;
  readonly decode: (encoding: OtlpEncoding, body: Buffer) => Promise<ExportBatch<Item>>;
  readonly write: (groups: readonly ExportGroup<Item>[], request: Buffer) => Promise<void>;
}

/** `POST /v1/traces` and `POST /v1/logs`: OTLP over HTTP, protobuf and JSON, plain and gzip. */
export function otlpRoutes(options: OtlpRoutesOptions) {
  const { writeSpans, writeLogs, logger } = options;
  const budget = new BodyBudget(BUDGET_BYTES);

  return async (app: FastifyInstance): Promise<void> => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(
      ['application/x-protobuf', 'application/json'],
      async (request: FastifyRequest, source: Readable): Promise<Buffer> =>
        readBody(source, { isGzip: isGzip(request), limitBytes: BODY_LIMIT_BYTES, budget }),
    );

    app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
      const { status, message } = describe(error);
      if (status >= 500)
        logger.error(`${request.method} ${request.url} answered ${status}: ${message}`, error);
      if (status === 503) reply.header('retry-after', '1');
      const encoding = encodingOf(request);
      return reply
        .code(status)
        .type(contentType(encoding))
        .send(statusAnswer(encoding, status, message));
    });

    exportRoute(app, budget, {
      path: '/v1/traces',
      noun: 'spans',
      rejectedField: 'rejectedSpans',
      decode: decodeTraces,
      write: writeSpans,
    });
    exportRoute(app, budget, {
      path: '/v1/logs',
      noun: 'log records',
      rejectedField: 'rejectedLogRecords',
      decode: decodeLogs,
      write: writeLogs,
    });
  };
}

function exportRoute<Item>(app: FastifyInstance, budget: BodyBudget, signal: Signal<Item>): void {
  app.post(signal.path, async (request, reply): Promise<FastifyReply> => {
    const encoding = encodingOf(request);
    const body = (request.body as Buffer | undefined) ?? Buffer.alloc(0);
    try {
      const batch = await signal.decode(encoding, body);
      if (batch.groups.length > 0) await stored(signal, batch.groups, body);
      const message = rejectionMessage(signal.noun, batch);
      const answer = exportAnswer(encoding, signal.rejectedField, batch.rejectedCount, message);
      return reply.type(contentType(encoding)).send(answer);
    } finally {
      budget.release(body.length);
    }
  });
}

/* Each decoder is loaded with the first request of its kind. */

async function decodeTraces(encoding: OtlpEncoding, body: Buffer): Promise<TraceBatch> {
  if (encoding === 'json') return (await import('../otlp/decode-json-traces.ts')).decodeJsonTraces(body);
  return (await import('../otlp/decode-protobuf-traces.ts')).decodeProtobufTraces(body);
}

async function decodeLogs(encoding: OtlpEncoding, body: Buffer): Promise<LogBatch> {
  if (encoding === 'json') return (await import('../otlp/decode-json-logs.ts')).decodeJsonLogs(body);
  return (await import('../otlp/decode-protobuf-logs.ts')).decodeProtobufLogs(body);
}

/** Senders repeat a request that was answered 503 and drop one that was answered 500. */
async function stored<Item>(
  signal: Signal<Item>,
  groups: readonly ExportGroup<Item>[],
  request: Buffer,
): Promise<void> {
  try {
    await signal.write(groups, request);
  } catch (error) {
    throw new BodyError(503, `The ${signal.noun} could not be stored: ${(error as Error).message}`);
  }
}

function isGzip(request: FastifyRequest): boolean {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity' || encoding === '') return false;
  if (encoding === 'gzip') return true;
  throw Object.assign(new Error(`Content-Encoding "${encoding}" is not taken: send gzip or no encoding.`), {
    statusCode: 415,
  });
}

function encodingOf(request: FastifyRequest): OtlpEncoding {
  return /^application\/x-protobuf\b/i.test(request.headers['content-type'] ?? '') ? 'protobuf' : 'json';
}

function rejectionMessage(noun: string, batch: ExportBatch<unknown>): string {
  const { rejectedCount, rejectionReason } = batch;
  return rejectedCount === 1
    ? rejectionReason
    : `${rejectedCount} ${noun} rejected; the first: ${rejectionReason}`;
}

function describe(error: Error & { statusCode?: number }): { status: number; message: string } {
  if (error instanceof BodyError) return { status: error.status, message: error.message };
  if (error instanceof DecodeError) return { status: 400, message: error.message };
  if (error instanceof TooManyValuesError) return { status: 413, message: error.message };
  if (error.statusCode === 415) return { status: 415, message: mediaTypeMessage(error) };
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return { status: error.statusCode, message: error.message };
  }
  return { status: 500, message: 'The service failed; its log says why.' };
}

function mediaTypeMessage(error: Error): string {
  return error.message.startsWith('Content-Encoding')
    ? error.message
    : 'Content-Type must be application/x-protobuf or application/json.';
}
