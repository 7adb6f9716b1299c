import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Access } from './access.ts';
import { grpcMessage, grpcStatusMessage, grpcTimeoutMs, readGrpcMessage } from './grpc-message.ts';
import { rpcCode } from './otlp-answer.ts';
import { receiveExport, refusalOf, type OtlpReceiver } from './otlp-receiver.ts';
import type { Signal } from './otlp-signal.ts';
import { RefusedError, refusalHeaders } from './refused-error.ts';
import { readBody } from './request-body.ts';

const GRPC_TYPE = /^application\/grpc(\+proto)?\s*(;|$)/i;
const ANSWER_TYPE = 'application/grpc+proto';
const ENCODINGS = 'identity,gzip';
const NO_GRPC =
  'Over HTTP/2 only OTLP/gRPC is served here (content-type: application/grpc): ask for all else over HTTP/1.1 on the same port.';

export interface OtlpGrpcOptions {
  readonly receiver: OtlpReceiver;
  readonly access: Access;
  /** How long a call may take as a whole; a shorter `grpc-timeout` goes first. */
  readonly callTimeoutMs: number;
}

/**
 * OTLP/gRPC: the unary `Export` of each signal, on streams of HTTP/2. Other requests over HTTP/2 are answered
 * 415, as gRPC asks for, with a text that says what to use.
 */
export function otlpGrpc({ receiver, access, callTimeoutMs }: OtlpGrpcOptions) {
  const signals = new Map(receiver.signals.map((signal) => [signal.method, signal]));

  const call = async (stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> => {
    try {
      access.check(headers, stream.session?.socket ?? {});
      const signal = signals.get(headers[':path'] ?? '');
      if (signal === undefined) {
        throw new RefusedError(404, `There is no method ${headers[':path']}.`);
      }
      succeed(stream, await received(receiver, signal, stream, headers));
    } catch (error) {
      fail(stream, refusalOf(error, 'gRPC', headers[':path'] ?? '', receiver.refusals));
    }
  };

  return (stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void => {
    // A peer that resets its stream or goes away is told to whoever reads or writes it.
    stream.on('error', () => undefined);
    if (!GRPC_TYPE.test(headers['content-type'] ?? '') || headers[':method'] !== 'POST') {
      const refusal = refusalOfOthers(access, stream, headers);
      receiver.refusals.noteRequest(headers[':method'] ?? '', headers[':path'] ?? '', refusal.status);
      refuse(stream, refusal);
      return;
    }
    const limitMs = Math.min(grpcTimeoutMs(String(headers['grpc-timeout'] ?? '')) ?? Infinity, callTimeoutMs);
    const timer = setTimeout(
      () => fail(stream, new RefusedError(408, 'The time of the call is up.')),
      limitMs,
    );
    stream.on('close', () => clearTimeout(timer));
    void call(stream, headers);
  };
}

async function received(
  receiver: OtlpReceiver,
  signal: Signal,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
): Promise<Buffer> {
  const { limitBytes, budget } = receiver;
  const encoding = String(headers['grpc-encoding'] ?? 'identity');
  if (encoding !== 'identity' && encoding !== 'gzip') {
    throw new RefusedError(415, `The compression "${encoding}" is not taken: use gzip or none.`);
  }
  const room = budget.admit();
  try {
    const body = await readBody(stream, { limitBytes, room });
    const { isCompressed, bytes } = readGrpcMessage(body);
    if (isCompressed && encoding === 'identity') {
      throw new RefusedError(400, 'The message is compressed, but grpc-encoding does not say how.');
    }
    return await receiveExport(receiver, {
      signal,
      encoding: 'protobuf',
      isGzip: isCompressed,
      body: bytes,
      room,
    });
  } finally {
    room.close();
  }
}

/** The answer to what is no gRPC: who may not ask is not told what is served here. */
function refusalOfOthers(
  access: Access,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
): RefusedError {
  try {
    access.check(headers, stream.session?.socket ?? {});
    return new RefusedError(415, NO_GRPC);
  } catch (error) {
    return error as RefusedError;
  }
}

function refuse(stream: ServerHttp2Stream, { status, message }: RefusedError): void {
  // The peer may have taken its request back before we are told of it.
  if (isAnswered(stream)) return;
  stream.respond({
    ...refusalHeaders(status),
    ':status': status,
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
  });
  // Node itself keeps the text from who asked with HEAD.
  stream.end(`${message}\n`);
  takeNoMore(stream);
}

function succeed(stream: ServerHttp2Stream, message: Buffer): void {
  if (isAnswered(stream)) return;
  stream.respond({ ':status': 200, 'content-type': ANSWER_TYPE }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(grpcMessage(message));
}

function fail(stream: ServerHttp2Stream, { status, message }: RefusedError): void {
  if (isAnswered(stream)) return;
  stream.respond(
    {
      ':status': 200,
      'content-type': ANSWER_TYPE,
      'grpc-status': String(rpcCode(status)),
      'grpc-message': grpcStatusMessage(message),
      ...(status === 415 && { 'grpc-accept-encoding': ENCODINGS }),
    },
    { endStream: true },
  );
  takeNoMore(stream);
}

/** The peer need not send the rest (RFC 9113 §8.1); told at once, Node 22 would send that before the answer. */
function takeNoMore(stream: ServerHttp2Stream): void {
  setImmediate(() => stream.close());
}

/** Also true when nobody is there to be answered. */
function isAnswered(stream: ServerHttp2Stream): boolean {
  return stream.destroyed || stream.closed || stream.headersSent;
}
