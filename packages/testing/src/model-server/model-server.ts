import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { AnswerSequence } from '../internal/answer-sequence.ts';
import { reasonOf } from '../internal/reason-of.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import { checkedReply } from './checked-reply.ts';
import { promptOf } from './conversation-text.ts';
import { Exchange } from './exchange.ts';
import { openAiChat } from './openai-chat.ts';
import { openAiEmbeddings } from './openai-embeddings.ts';
import { openAiResponses } from './openai-responses.ts';
import { readRequest, RefusedError } from './read-request.ts';
import type { Sent } from './response-writer.ts';
import {
  isRefused,
  type ModelRequest,
  type RefusedReply,
  type ServedReply,
  type ServerAnswer,
} from './served-reply.ts';
import type { WireFormat } from './wire-format.ts';

/** What a model server answers, and where. */
export interface ModelServerOptions {
  /**
   * One reply or function for every request; or a list of them, one for each request in the order in which they come, also
   * those that clients send again by themselves, after which a request gets a status 400.
   */
  readonly replies: ServerAnswer | readonly ServerAnswer[];
  /** @defaultValue a free one */
  readonly port?: number;
}

const formats: ReadonlyMap<string, WireFormat> = new Map([
  ['/v1/chat/completions', openAiChat],
  ['/v1/responses', openAiResponses],
  ['/v1/embeddings', openAiEmbeddings],
  ['/v1/messages', anthropicMessages],
]);

const loopback = '127.0.0.1';

type Growing<T> = { -readonly [K in keyof T]: T[K] };

/** A server of models that says what it is told to. Made by {@link modelServer}. */
export class ModelServer {
  readonly #script = new AnswerSequence<ServerAnswer>();
  readonly #server = createServer((incoming, response) => void this.#serve(incoming, response));
  readonly #requests: Growing<ModelRequest>[] = [];
  #received = 0;
  #port = 0;
  #closed: Promise<void> | undefined;

  /** Use {@link modelServer}, which starts it as well. */
  constructor(replies: ModelServerOptions['replies']) {
    for (const reply of isList(replies) ? replies : [replies])
      if (typeof reply !== 'function') checkedReply(reply);
    if (isList(replies)) for (const reply of replies) this.#script.add(reply, 1);
    else this.#script.add(replies);
  }

  /** `http://127.0.0.1:49152`: the base URL of Anthropic's client; those of OpenAI's kind take it with `/v1` behind. */
  get url(): string {
    return `http://${loopback}:${this.#port}`;
  }

  /** What was asked, in the order in which it came; without what no model was asked. */
  get requests(): readonly ModelRequest[] {
    return this.#requests;
  }

  /** Listens on a port; on a free one where that is 0. */
  async start(port: number): Promise<void> {
    // A test that fails before it closes its server has to end all the same: nothing of it keeps the process alive.
    this.#server.on('connection', (socket: Socket) => socket.unref());
    await once(this.#server.listen(port, loopback), 'listening');
    this.#server.unref();
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Breaks all connections, also those on which an answer is due. What was asked stays to be read. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
    for (const request of this.#requests) if (request.outcome === 'open') request.outcome = 'cancelled';
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (incoming.url ?? '').split('?')[0] ?? '';
    const exchange = new Exchange(response, ++this.#received, formats.get(path));
    let request: Growing<ModelRequest> | undefined;
    const settle = (outcome: Sent): void => {
      if (request?.outcome === 'open') request.outcome = outcome;
    };
    // Also while a function makes the reply, which may take for ever.
    response.once('close', () => settle('cancelled'));
    try {
      const { format, body } = await readRequest(incoming, path, formats);
      request = { path, headers: incoming.headers, body, prompt: promptOf(body), outcome: 'open' };
      this.#requests.push(request);
      const reply = await this.#nextReply(request);
      settle(await (isRefused(reply) ? exchange.refuse(reply) : exchange.answer(reply, request, format)));
    } catch (error) {
      if (response.headersSent) {
        // What it has said cannot be taken back.
        response.destroy();
        settle('broken');
        return;
      }
      const { status } = error instanceof RefusedError ? error : { status: 400 };
      settle(await exchange.refuse({ status, message: reasonOf(error) }));
    }
  }

  async #nextReply(request: ModelRequest): Promise<ServedReply | RefusedReply> {
    const next = this.#script.next();
    if (!next) {
      const { given } = this.#script;
      throw new RefusedError(
        400,
        `model server: request ${given + 1} needs a reply and its script has ${given}; add one, or give a reply or function instead of a list, for every request`,
      );
    }
    return checkedReply(typeof next.answer === 'function' ? await next.answer(request) : next.answer);
  }
}

/**
 * A server of models for tests and examples, on this machine alone, that says what it is told to: chat completions,
 * responses and embeddings as OpenAI's clients ask for them, messages as Anthropic's do, whole or streamed, with usage,
 * refusals, delays and broken connections. Keys and versions of the API are not looked at; tools and their calls are, and
 * refused with a status 400 where the provider would.
 *
 * @throws `OBS_ERR_INVALID_OPTION` for a reply that no server gives: an amount below 0, parts that are more than their
 * total, a refusal that is none. Where a function makes it, the client gets it as a status 400.
 *
 * @example
 * ```ts
 * const server = await modelServer({ replies: [{ status: 429, retryAfterSeconds: 2 }, 'Paris'] });
 * const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none' });
 * …
 * await server.close();
 * ```
 */
export async function modelServer({ replies, port = 0 }: ModelServerOptions): Promise<ModelServer> {
  const server = new ModelServer(replies);
  await server.start(port);
  return server;
}

function isList<A>(replies: A | readonly A[]): replies is readonly A[] {
  return Array.isArray(replies);
}
