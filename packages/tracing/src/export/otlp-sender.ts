import {
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingMessage,
  request as httpRequest,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { type Clock, systemClock } from '@tta/obs-context';
import { postBeforeExit } from './last-words.ts';

export interface OtlpSenderOptions {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How long one request may take with its repetitions, in milliseconds. */
  readonly timeoutMs: number;
  readonly clock?: Clock;
}

/** What a destination took of a batch. */
export interface SendResult {
  /** Spans that it refused although it took the others (OTLP "partial success"). */
  readonly rejected: number;
  readonly message: string | undefined;
}

/** Answers after which the same request may succeed later (OTLP specification, "Retryable response codes"). */
const retryable: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** Also where a destination asks to come back at once. */
const shortestWaitMs = 100;
const firstWaitMs = 1_000;
const longestWaitMs = 5_000;
const largestAnswerBytes = 64 * 1024;

/** A failed request, and when to repeat it; `undefined` for never. */
class RequestError extends Error {
  readonly repeat: { readonly afterMs: number | undefined } | undefined;

  constructor(message: string, repeat?: { readonly afterMs: number | undefined }) {
    super(message);
    this.repeat = repeat;
  }
}

/**
 * Sends spans to one destination by OTLP over HTTP with protobuf. A request under way does not keep the
 * process alive until {@link OtlpSender.finish} is called.
 */
export class OtlpSender {
  readonly #url: URL;
  readonly #headers: Record<string, string>;
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #agent: HttpAgent;
  readonly #request: typeof httpRequest;
  readonly #underWay = new Set<ClientRequest>();
  #wake: (() => void) | undefined;
  #finishing = false;
  #aborted = false;

  constructor({ url, headers, timeoutMs, clock = systemClock }: OtlpSenderOptions) {
    this.#url = new URL(url);
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
    const isSecure = this.#url.protocol === 'https:';
    this.#agent = isSecure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
    this.#request = isSecure ? httpsRequest : httpRequest;
    this.#headers = { 'user-agent': 'tta-obs', ...headers, 'content-type': 'application/x-protobuf' };
  }

  /** @throws when the destination did not take the spans in time. */
  async send(spans: ReadableSpan[]): Promise<SendResult> {
    const body = ProtobufTraceSerializer.serializeRequest(spans);
    if (body === undefined) throw new Error('the spans cannot be serialised');
    const deadline = this.#clock.monotonic() + this.#timeoutMs;
    for (let backoffMs = firstWaitMs; ; backoffMs = Math.min(backoffMs * 2, longestWaitMs)) {
      try {
        return await this.#post(body, deadline - this.#clock.monotonic());
      } catch (error) {
        if (!(error instanceof RequestError) || error.repeat === undefined || this.#finishing) throw error;
        const waitMs = Math.max(error.repeat.afterMs ?? backoffMs, shortestWaitMs);
        if (this.#clock.monotonic() + waitMs >= deadline) throw error;
        await this.#pause(waitMs);
        // Whoever finishes waits for no repetition.
        if (this.#finishing) throw error;
      }
    }
  }

  /**
   * Sends spans while the process is ending; blocks it until then.
   *
   * @returns Whether the destination took them within `limitMs`.
   */
  sendBeforeExit(spans: ReadableSpan[], limitMs: number): boolean {
    const body = ProtobufTraceSerializer.serializeRequest(spans);
    return body !== undefined && postBeforeExit(this.#url.href, this.#headers, body, limitMs);
  }

  /** From now on nothing is repeated, and the process waits for what is under way. */
  finish(): void {
    this.#finishing = true;
    this.#wake?.();
    for (const request of this.#underWay) request.socket?.ref();
  }

  /** Gives up what is under way and closes all connections. */
  abort(): void {
    this.#aborted = true;
    this.finish();
    for (const request of this.#underWay) request.destroy(new Error('given up at shutdown'));
    this.#agent.destroy();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.timer(ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  #post(body: Uint8Array, limitMs: number): Promise<SendResult> {
    if (this.#aborted) return Promise.reject(new RequestError('given up at shutdown'));
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void =>
        reject(
          error instanceof RequestError ? error : new RequestError(error.message, { afterMs: undefined }),
        );
      const request = this.#request(this.#url, {
        method: 'POST',
        agent: this.#agent,
        headers: { ...this.#headers, 'content-length': body.byteLength },
      });
      this.#underWay.add(request);
      const cancelLimit = this.#clock.timer(limitMs, () =>
        request.destroy(new RequestError(`no answer within ${this.#timeoutMs} ms`)),
      );
      request.once('socket', (socket) => {
        if (!this.#finishing) socket.unref();
      });
      let isAnswered = false;
      request.once('response', (response) => {
        isAnswered = true;
        readAnswer(response).then(resolve, fail);
      });
      request.once('error', fail);
      request.once('close', () => {
        cancelLimit();
        // An answer that is none, such as the switch to another protocol, is told by nothing else.
        if (!isAnswered) fail(new Error('the connection was closed without an answer'));
        this.#underWay.delete(request);
      });
      request.end(body);
    });
  }
}

async function readAnswer(response: IncomingMessage): Promise<SendResult> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > largestAnswerBytes)
      throw new RequestError(`its answer is larger than ${largestAnswerBytes} bytes`);
    chunks.push(chunk);
  }
  const { statusCode = 0, statusMessage = '' } = response;
  if (statusCode < 200 || statusCode > 299) {
    const afterMs = retryAfterMs(response.headers['retry-after']);
    throw new RequestError(
      `${statusCode} ${statusMessage}`.trim(),
      retryable.has(statusCode) ? { afterMs } : undefined,
    );
  }
  return partialSuccess(response.headers['content-type'], Buffer.concat(chunks));
}

/** Seconds, as OTLP receivers send it; a date is left to the back-off. */
function retryAfterMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\d+$/.test(header) ? Number(header) * 1000 : undefined;
}

function partialSuccess(contentType: string | undefined, body: Buffer): SendResult {
  const taken: SendResult = { rejected: 0, message: undefined };
  if (body.length === 0 || !contentType?.startsWith('application/x-protobuf')) return taken;
  try {
    const partial = ProtobufTraceSerializer.deserializeResponse(body).partialSuccess;
    return { rejected: Number(partial?.rejectedSpans ?? 0), message: partial?.errorMessage || undefined };
  } catch {
    // It said 2xx; an answer that cannot be read does not take that back.
    return taken;
  }
}
