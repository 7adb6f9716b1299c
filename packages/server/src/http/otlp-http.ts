import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Access } from './access.ts';
import { contentType, statusAnswer, type OtlpEncoding } from './otlp-answer.ts';
import { receiveExport, refusalOf, type OtlpReceiver } from './otlp-receiver.ts';
import type { Signal } from './otlp-signal.ts';
import { RefusedError, refusalHeaders } from './refused-error.ts';
import { drain, readBody, tooLarge } from './request-body.ts';

const PROTOBUF = /^application\/x-protobuf\s*(;|$)/i;
const JSON_TYPE = /^application\/json\s*(;|$)/i;

/** How much more than it may send a client can send before it is cut off. */
const DRAIN_FACTOR = 4;

const PATHS = 'OTLP traces go to /v1/traces, metrics to /v1/metrics, logs to /v1/logs.';

export interface OtlpHttpOptions {
  readonly receiver: OtlpReceiver;
  readonly access: Access;
}

/**
 * OTLP/HTTP: `POST /v1/traces` and its like, protobuf and JSON, plain and gzip. It stands in front of the
 * framework, which would make a small request cost twice as much. Other paths where a sender with a wrong endpoint
 * would end up, below `/v1` or `POST /`, are refused in the form that it understands.
 *
 * @returns A function that takes a request, or returns false for one that has nothing to do with OTLP.
 */
export function otlpHttp({ receiver, access }: OtlpHttpOptions) {
  const signals = new Map(receiver.signals.map((signal) => [signal.path, signal]));

  const answer = async (
    signal: Signal | undefined,
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
  ) => {
    const encoding = encodingOf(request);
    try {
      access.check(request.headers, request.socket);
      if (signal === undefined)
        throw new RefusedError(404, `There is no ${request.method} ${path}: ${PATHS}`);
      const message = await received(receiver, signal, encoding, request);
      send(response, 200, encoding ?? 'json', message);
    } catch (error) {
      const { status, message } = refusalOf(error, request.method ?? '', path, receiver.refusals);
      send(response, status, encoding ?? 'json', statusAnswer(encoding ?? 'json', status, message));
      drain(request, DRAIN_FACTOR * receiver.limitBytes);
    }
  };

  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const path = pathOf(request.url ?? '');
    const signal = signals.get(path) ?? signals.get(path.replace(/\/$/, ''));
    if (signal === undefined && !isMeantForOtlp(path, request.method)) return false;
    void answer(signal, path, request, response);
    return true;
  };
}

async function received(
  receiver: OtlpReceiver,
  signal: Signal,
  encoding: OtlpEncoding | undefined,
  request: IncomingMessage,
): Promise<Buffer> {
  const { limitBytes, budget } = receiver;
  if (request.method !== 'POST') throw new RefusedError(405, 'OTLP is sent with POST.');
  if (encoding === undefined) {
    throw new RefusedError(415, 'Content-Type must be application/x-protobuf or application/json.');
  }
  const isGzip = isGzipped(request);
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge(limitBytes);
  const room = budget.admit();
  try {
    const body = await readBody(request, { limitBytes, room });
    return await receiveExport(receiver, { signal, encoding, isGzip, body, room });
  } finally {
    room.close();
  }
}

function send(response: ServerResponse, status: number, encoding: OtlpEncoding, body: Buffer): void {
  response.writeHead(status, {
    ...refusalHeaders(status),
    'content-type': contentType(encoding),
    'content-length': body.length,
    'x-content-type-options': 'nosniff',
  });
  // An empty chunk would be a write of its own.
  response.end(body.length === 0 ? undefined : body);
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}

function isMeantForOtlp(path: string, method: string | undefined): boolean {
  return path === '/v1' || path.startsWith('/v1/') || (path === '/' && method === 'POST');
}

function encodingOf({ headers }: IncomingMessage): OtlpEncoding | undefined {
  const type = headers['content-type'] ?? '';
  if (PROTOBUF.test(type)) return 'protobuf';
  return JSON_TYPE.test(type) ? 'json' : undefined;
}

function isGzipped({ headers }: IncomingMessage): boolean {
  const encoding = headers['content-encoding']?.toLowerCase() ?? '';
  if (encoding === 'gzip') return true;
  if (encoding === '' || encoding === 'identity') return false;
  throw new RefusedError(415, `Content-Encoding "${encoding}" is not taken: send gzip or no encoding.`);
}
