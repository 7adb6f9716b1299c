import type { ClientHttp2Session, connect as Http2Connect, IncomingHttpHeaders } from 'node:http2';
import { promisify } from 'node:util';
import { gzip, gzipSync } from 'node:zlib';
import type { Clock } from '@tta/obs-context';
import type { OtlpEndpoint } from './destination.ts';
import { type Endpoint, readEndpoint } from './endpoint.ts';
import { readGrpcAnswer } from './grpc-answer.ts';
import { grpcFrame } from './grpc-frame.ts';
import { sendFromAnotherProcess } from './last-words.ts';
import { messageLine, secretsIn } from './message-line.ts';
import { largestAnswerBytes } from './partial-success.ts';
import type { Sender, SendOutcome } from './sender.ts';
import { exportMethods, type Signal } from './signal.ts';

/** A call under way. */
interface Call {
  readonly session: ClientHttp2Session;
  readonly giveUp: (reason: string) => void;
}

const compress = promisify(gzip);

const atShutdown = 'given up at shutdown';
/** RFC 9113, section 7. */
const protocolError = 1;
/** `grpc-timeout` has eight digits. */
const longestTimeoutMs = 99_999_999;

/** The connection was closed while it was idle, which says nothing about the destination. */
const staleConnection = Symbol('stale connection');

/**
 * Sends by OTLP over gRPC (OTLP specification, "OTLP/gRPC"): one unary call on one connection, which is made
 * when it is needed and made anew when it is gone. An `http:` address is spoken to without encryption. Of the
 * address only host and port count.
 */
export class GrpcSender implements Sender<Uint8Array> {
  readonly #endpoint: Endpoint;
  readonly #signal: Signal;
  readonly #metadata: Readonly<Record<string, string>>;
  readonly #secrets: readonly string[];
  readonly #compresses: boolean;
  readonly #clock: Clock;
  readonly #underWay = new Set<Call>();
  #session: ClientHttp2Session | undefined;
  #finishing = false;
  #aborted = false;

  /** @throws InvalidOptionError for an address, a header or a certificate that cannot be used. */
  constructor(options: OtlpEndpoint, signal: Signal, clock: Clock) {
    this.#endpoint = readEndpoint(options, signal);
    this.#signal = signal;
    this.#compresses = options.compression === 'gzip';
    this.#clock = clock;
    const metadata = metadataOf(this.#endpoint.headers);
    const encoded = Object.keys(metadata).filter((name) => name.endsWith('-bin'));
    this.#secrets = secretsIn([...this.#endpoint.secrets, ...encoded.map((name) => metadata[name] ?? '')]);
    this.#metadata = {
      ...metadata,
      'content-type': 'application/grpc+proto',
      te: 'trailers',
      'grpc-accept-encoding': 'identity,gzip',
      ...(this.#compresses && { 'grpc-encoding': 'gzip' }),
    };
  }

  async send(body: Uint8Array, limitMs: number): Promise<SendOutcome> {
    const deadline = this.#clock.monotonic() + limitMs;
    try {
      const frame = grpcFrame(this.#compresses ? await compress(body) : body, this.#compresses);
      // Most programs never speak gRPC and need not load HTTP/2.
      const { connect } = await import('node:http2');
      for (;;) {
        if (this.#aborted) return this.#noAnswer(atShutdown);
        const outcome = await this.#attempt(connect, frame, deadline, limitMs);
        if (outcome !== staleConnection) return outcome;
      }
    } catch (error) {
      // It could not even be made, and never will be.
      return { kind: 'refused', error: error as Error };
    }
  }

  sendBeforeExit(body: Uint8Array, limitMs: number): boolean {
    const { url, tls } = this.#endpoint;
    const request = {
      url: new URL(exportMethods[this.#signal], url).href,
      headers: { ...this.#metadata, 'grpc-timeout': grpcTimeout(limitMs) },
      tls,
      body: grpcFrame(this.#compresses ? gzipSync(body) : body, this.#compresses),
      isGrpc: true,
    };
    return sendFromAnotherProcess(request, limitMs);
  }

  finish(): void {
    this.#finishing = true;
    for (const { session } of this.#underWay) session.ref();
  }

  abort(): void {
    this.#aborted = true;
    for (const { giveUp } of this.#underWay) giveUp(atShutdown);
    this.#session?.destroy();
  }

  #attempt(
    connect: typeof Http2Connect,
    frame: Uint8Array,
    deadline: number,
    limitMs: number,
  ): Promise<SendOutcome | typeof staleConnection> {
    return new Promise((resolve) => {
      const isReused = this.#session !== undefined && !isOver(this.#session);
      const session = isReused && this.#session ? this.#session : this.#newSession(connect);
      const leftMs = deadline - this.#clock.monotonic();
      const stream = session.request({
        ':method': 'POST',
        ':path': exportMethods[this.#signal],
        ...this.#metadata,
        'grpc-timeout': grpcTimeout(leftMs),
      });
      const fail = (reason: string): void => resolve(this.#noAnswer(reason));
      const giveUp = (reason: string): void => {
        fail(reason);
        // A connection without an answer may be a dead one.
        session.destroy();
      };
      const call: Call = { session, giveUp };
      this.#underWay.add(call);
      if (this.#finishing) session.ref();
      const cancelLimit = this.#clock.timer(leftMs, () => giveUp(`no answer within ${limitMs} ms`));
      let head: IncomingHttpHeaders | undefined;
      const chunks: Buffer[] = [];
      let size = 0;
      let failure = 'the connection was closed without an answer';
      stream.on('response', (headers) => (head = headers));
      stream.on('trailers', (trailers) => (head = { ...head, ...trailers }));
      stream.on('data', (chunk: Buffer) => {
        size += chunk.byteLength;
        // The status comes last: what is too large to keep is read on all the same.
        if (size <= largestAnswerBytes) chunks.push(chunk);
        else chunks.length = 0;
      });
      stream.on('error', (error) => (failure = reasonOf(error)));
      stream.once('close', () => {
        cancelLimit();
        this.#underWay.delete(call);
        // Whoever breaks the protocol may go on with it, and would be read for as long as it does.
        if (stream.rstCode === protocolError) session.destroy();
        // An idle connection does not keep the process alive.
        else if (this.#underWay.size === 0) session.unref();
        if (head)
          void readGrpcAnswer({ head, body: Buffer.concat(chunks) }, this.#signal, this.#secrets).then(
            resolve,
          );
        else if (isReused && isOver(session)) resolve(staleConnection);
        else fail(failure);
      });
      stream.end(frame);
    });
  }

  #newSession(connect: typeof Http2Connect): ClientHttp2Session {
    const session = connect(this.#endpoint.url, { ...this.#endpoint.tls });
    // Each of its calls tells of it.
    session.on('error', () => undefined);
    session.unref();
    this.#session = session;
    return session;
  }

  #noAnswer(reason: string): SendOutcome {
    const error = new Error(messageLine(reason, this.#secrets));
    return { kind: 'later', error, afterMs: undefined };
  }
}

/** Whether it takes no more calls: it is closed, or the destination has announced that (GOAWAY). */
function isOver(session: ClientHttp2Session): boolean {
  return session.closed || session.destroyed;
}

/** Why a call failed: what became of its connection says more than that the call is over. */
function reasonOf(error: Error): string {
  const { code, message } = (error.cause ?? error) as NodeJS.ErrnoException;
  return code === 'ERR_HTTP2_ERROR' ? `${message}; is there a gRPC service at this address?` : message;
}

function grpcTimeout(ms: number): string {
  return `${Math.min(Math.max(Math.ceil(ms), 1), longestTimeoutMs)}m`;
}

/** Headers as gRPC sends them: those in `-bin` hold base64, and `grpc-` is its own (gRPC over HTTP/2, "Requests"). */
function metadataOf(headers: Readonly<Record<string, string>>): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith('grpc-') || name === 'content-length') continue;
    metadata[name] = name.endsWith('-bin') ? Buffer.from(value).toString('base64') : value;
  }
  return metadata;
}
