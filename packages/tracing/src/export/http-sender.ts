import { type ClientRequest, Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { promisify } from 'node:util';
import { gzip, gzipSync } from 'node:zlib';
import type { Clock } from '@tta/obs-context';
import type { OtlpEndpoint } from './destination.ts';
import { type Endpoint, readEndpoint } from './endpoint.ts';
import { readHttpAnswer } from './http-answer.ts';
import { sendFromAnotherProcess } from './last-words.ts';
import { messageLine } from './message-line.ts';
import type { Sender, SendOutcome } from './sender.ts';
import type { Signal } from './signal.ts';

const compress = promisify(gzip);

const atShutdown = 'given up at shutdown';

/** The connection was closed while it was idle, which says nothing about the destination. */
const staleConnection = Symbol('stale connection');

/**
 * Sends by OTLP over HTTP, in protobuf or JSON (OTLP specification, "OTLP/HTTP"). Redirects are not followed.
 */
export class HttpSender implements Sender<Uint8Array> {
  readonly #endpoint: Endpoint;
  readonly #signal: Signal;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #compresses: boolean;
  readonly #clock: Clock;
  readonly #agent: HttpAgent;
  readonly #request: typeof httpRequest;
  /** How to give up each request under way. */
  readonly #underWay = new Map<ClientRequest, (reason: string) => void>();
  #finishing = false;
  #aborted = false;

  /** @throws InvalidOptionError for an address, a header or a certificate that cannot be used. */
  constructor(options: OtlpEndpoint, signal: Signal, clock: Clock) {
    this.#endpoint = readEndpoint(options, signal);
    this.#signal = signal;
    this.#compresses = options.compression === 'gzip';
    this.#clock = clock;
    const { url, headers, tls } = this.#endpoint;
    this.#headers = {
      ...headers,
      'content-type': options.protocol === 'http/json' ? 'application/json' : 'application/x-protobuf',
      ...(this.#compresses && { 'content-encoding': 'gzip' }),
    };
    const isSecure = url.protocol === 'https:';
    this.#agent = isSecure ? new HttpsAgent({ ...tls, keepAlive: true }) : new HttpAgent({ keepAlive: true });
    this.#request = isSecure ? httpsRequest : httpRequest;
  }

  async send(body: Uint8Array, limitMs: number): Promise<SendOutcome> {
    const deadline = this.#clock.monotonic() + limitMs;
    try {
      const bytes = this.#compresses ? await compress(body) : body;
      for (;;) {
        if (this.#aborted) return this.#noAnswer(atShutdown);
        const outcome = await this.#attempt(bytes, deadline, limitMs);
        if (outcome !== staleConnection) return outcome;
      }
    } catch (error) {
      // It could not even be made, and never will be.
      return { kind: 'refused', error: error as Error };
    }
  }

  sendBeforeExit(body: Uint8Array, limitMs: number): boolean {
    const { url, tls } = this.#endpoint;
    const bytes = this.#compresses ? gzipSync(body) : body;
    return sendFromAnotherProcess({ url: url.href, headers: this.#headers, tls, body: bytes }, limitMs);
  }

  finish(): void {
    this.#finishing = true;
    for (const request of this.#underWay.keys()) request.socket?.ref();
  }

  abort(): void {
    this.#aborted = true;
    for (const giveUp of this.#underWay.values()) giveUp(atShutdown);
    this.#agent.destroy();
  }

  #attempt(
    body: Uint8Array,
    deadline: number,
    limitMs: number,
  ): Promise<SendOutcome | typeof staleConnection> {
    return new Promise((resolve) => {
      const request = this.#request(this.#endpoint.url, {
        method: 'POST',
        agent: this.#agent,
        headers: { ...this.#headers, 'content-length': body.byteLength },
      });
      const fail = (reason: string): void => resolve(this.#noAnswer(reason));
      const giveUp = (reason: string): void => {
        fail(reason);
        request.destroy();
      };
      this.#underWay.set(request, giveUp);
      const cancelLimit = this.#clock.timer(deadline - this.#clock.monotonic(), () =>
        giveUp(`no answer within ${limitMs} ms`),
      );
      request.once('socket', (socket) => {
        if (!this.#finishing) socket.unref();
      });
      let isAnswered = false;
      request.once('response', (answer) => {
        isAnswered = true;
        readHttpAnswer(answer, this.#clock.now(), this.#signal, this.#endpoint).then(
          resolve,
          (error: Error) => fail(error.message),
        );
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        const isClosed = error.code === 'ECONNRESET' || error.code === 'EPIPE';
        if (isClosed && request.reusedSocket) resolve(staleConnection);
        else fail(describeFault(error));
      });
      request.once('close', () => {
        cancelLimit();
        this.#underWay.delete(request);
        // An answer that is none, such as the switch to another protocol, is told by nothing else.
        if (!isAnswered) fail('the connection was closed without an answer');
      });
      request.end(body);
    });
  }

  #noAnswer(reason: string): SendOutcome {
    const error = new Error(messageLine(reason, this.#endpoint.secrets));
    return { kind: 'later', error, afterMs: undefined };
  }
}

/** The ports of OTLP over HTTP and over gRPC, 4318 and 4317, are easily mixed up. */
function describeFault({ code, message }: NodeJS.ErrnoException): string {
  if (code?.startsWith('HPE_')) return `${message}; is that the port of gRPC?`;
  if (code === 'EPROTO') return 'there is no https at this address; is it http?';
  return message;
}
