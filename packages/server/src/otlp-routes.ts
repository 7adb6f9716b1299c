import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DecodeError, TooManyValuesError } from './decode-error.ts';
import type { ServiceLogger } from './logger.ts';
import { contentType, exportAnswer, statusAnswer, type OtlpEncoding } from './otlp-answer.ts';
import { BodyBudget, BodyError, readBody } from './request-body.ts';
import type { SpanGroup, TraceBatch } from './trace-batch.ts';

const BODY_LIMIT_BYTES = 64 * 1024 * 1024;
const BUDGET_BYTES = 128 * 1024 * 1024;

export interface OtlpRoutesOptions {
  /** Stores the spans; the answer is sent when the promise resolves. */
  readonly write: (groups: readonly SpanGroup[]) => Promise<void>;
  readonly logger: ServiceLogger;
}

/** `POST /v1/traces`: OTLP over HTTP, protobuf and JSON, plain and gzip. */
export function otlpRoutes(options: OtlpRoutesOptions) {
  const { write, logger } = options;
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
      if (status >= 500) logger.error(`POST /v1/traces answered ${status}: ${message}`, error);
      if (status === 503) reply.header('retry-after', '1');
      const encoding = encodingOf(request);
      return reply
        .code(status)
        .type(contentType(encoding))
        .send(statusAnswer(encoding, status, message));
    });

    app.post('/v1/traces', async (request, reply): Promise<FastifyReply> => {
      const encoding = encodingOf(request);
      const body = (request.body as Buffer | undefined) ?? Buffer.alloc(0);
      try {
        const batch = await decode(encoding, body);
        if (batch.groups.length > 0) await stored(write(batch.groups));
        const answer = exportAnswer(encoding, batch.rejectedSpans, rejectionMessage(batch));
        return reply.type(contentType(encoding)).send(answer);
      } finally {
        budget.release(body.length);
      }
    });
  };
}

/** The decoders are loaded with the first request of their encoding. */
async function decode(encoding: OtlpEncoding, body: Buffer): Promise<TraceBatch> {
  if (encoding === 'json') return (await import('./decode-json.ts')).decodeJsonTraces(body);
  return (await import('./decode-protobuf.ts')).decodeProtobufTraces(body);
}

/** Senders repeat a request that was answered 503 and drop one that was answered 500. */
async function stored(written: Promise<void>): Promise<void> {
  try {
    await written;
  } catch (error) {
    throw new BodyError(503, `The spans could not be stored: ${(error as Error).message}`);
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

function rejectionMessage(batch: TraceBatch): string {
  const { rejectedSpans, rejectionReason } = batch;
  return rejectedSpans === 1
    ? rejectionReason
    : `${rejectedSpans} spans rejected; the first: ${rejectionReason}`;
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
