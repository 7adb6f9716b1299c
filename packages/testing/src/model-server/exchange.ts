import { type ServerResponse, STATUS_CODES } from 'node:http';
import { systemClock } from '@tta/obs-context';
import { answerOf } from './answer-of.ts';
import { openAiProblem } from './openai-problem.ts';
import { type Sent, sendEvents, sendJson } from './response-writer.ts';
import type { ModelRequest, RefusedReply, ServedReply } from './served-reply.ts';
import type { WireFormat } from './wire-format.ts';

/** One request and its answer, in the words of the provider that is asked. */
export class Exchange {
  readonly #response: ServerResponse;
  readonly #number: number;
  readonly #format: WireFormat | undefined;
  /** Aborts when nobody is there any more to take the answer. */
  readonly #gone = new AbortController();

  /**
   * @param number - Which request it is, from 1.
   * @param format - `undefined` where nothing is served.
   */
  constructor(response: ServerResponse, number: number, format: WireFormat | undefined) {
    this.#response = response;
    this.#number = number;
    this.#format = format;
    response.once('close', () => this.#gone.abort());
    if (format) response.setHeader(format.requestIdHeader, this.#requestId);
  }

  refuse({ status, message, retryAfterSeconds, delayMs = 0 }: RefusedReply): Promise<Sent> {
    if (retryAfterSeconds !== undefined) this.#response.setHeader('retry-after', retryAfterSeconds);
    if (status === 405) this.#response.setHeader('allow', 'POST');
    const said = message ?? STATUS_CODES[status] ?? 'refused';
    const problem = this.#format?.problem(status, said, this.#requestId) ?? openAiProblem(status, said);
    return sendJson(this.#response, status, problem, {
      delayMs,
      breakAfter: undefined,
      gone: this.#gone.signal,
    });
  }

  answer(reply: ServedReply, { body }: ModelRequest, format: WireFormat): Promise<Sent> {
    const said = answerOf(reply, body, this.#number, Math.floor(systemClock.now() / 1_000));
    const { delayMs = 0, breakAfter } = reply;
    const delivery = { delayMs, breakAfter, gone: this.#gone.signal };
    if (format.events && body['stream'] === true)
      return sendEvents(this.#response, format.events(said, body), delivery);
    if (said.failure !== undefined) return this.refuse({ status: 500, message: said.failure, delayMs });
    return sendJson(this.#response, 200, format.whole(said, body), delivery);
  }

  get #requestId(): string {
    return `req_${this.#number}`;
  }
}
