import type { IncomingHttpHeaders } from 'node:http';
import type { LlmUsage } from '@tta/obs-context';
import type { ScriptedReply } from '../fake-llm/llm-reply.ts';

/** Tokens as a server reports them, each provider in its own words. */
export type ServedUsage = Pick<
  LlmUsage,
  'inputTokens' | 'outputTokens' | 'cachedInputTokens' | 'cacheWriteInputTokens' | 'reasoningOutputTokens'
>;

/** What a model server answers, as a script has it. Arguments of a tool that are a text are served as they stand: also what is no JSON. */
export interface ServedReply extends Omit<ScriptedReply, 'usage'> {
  /** What is not said here is counted: a word is a token, in what was asked as well as in the text. */
  readonly usage?: ServedUsage;
  /** Which model says that it answered. @defaultValue the one that was asked */
  readonly model?: string;
  /** The vectors of an embeddings request. @defaultValue made of the letters of each text: equal texts have equal ones */
  readonly embeddings?: readonly (readonly number[])[];
  /**
   * The connection breaks after so many chunks, which are words of the text, then calls of tools; where there are fewer, it
   * stays whole. An answer that is not streamed breaks in its middle, whatever the number.
   */
  readonly breakAfter?: number;
}

/** A request that the server refuses. */
export interface RefusedReply {
  /** From 400 to 599: `429`, `503`, `529`. */
  readonly status: number;
  /** The header `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** @defaultValue what the status means */
  readonly message?: string;
  /** How long it takes, in milliseconds of the machine's clock. @defaultValue 0 */
  readonly delayMs?: number;
}

/** A reply as a script has it; a text is short for `{ text }`. */
export type ServerReply = string | ServedReply | RefusedReply;

/** A reply, or what makes it of the request. What a function throws is the message of a status 400. */
export type ServerAnswer = ServerReply | ((request: ModelRequest) => ServerReply | PromiseLike<ServerReply>);

/** What a client asked. */
export interface ModelRequest {
  /** `/v1/chat/completions` */
  readonly path: string;
  /** By their names in lower case. */
  readonly headers: Readonly<IncomingHttpHeaders>;
  /** What the JSON says. */
  readonly body: Readonly<Record<string, unknown>>;
  /** What the user said last, whichever way the provider writes it; `''` where there is no text. */
  readonly prompt: string;
  /** `broken` by `breakAfter`; `cancelled` by a client that left before it had its answer. */
  readonly outcome: 'open' | 'answered' | 'broken' | 'cancelled';
}

export function isRefused(reply: ServedReply | RefusedReply): reply is RefusedReply {
  return 'status' in reply;
}
