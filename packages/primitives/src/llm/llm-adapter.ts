import type { LlmToolCall, LlmUsage } from '@tta/obs-context';

/** What an adapter reads of a call's tokens and cost. */
export const readKinds = [
  'inputTokens',
  'outputTokens',
  'cachedInputTokens',
  'cacheWriteInputTokens',
  'reasoningOutputTokens',
  'costUsd',
] as const satisfies readonly (keyof LlmUsage)[];

/** Tokens and cost of a call, as its response tells them: totals, of which the others are parts. */
export type ReadUsage = {
  readonly [K in (typeof readKinds)[number]]?: LlmUsage[K] | undefined;
};

/** What a response says, in the words of no provider. What it does not say is left out or `undefined`. */
export interface LlmReading {
  /** @defaultValue '' */
  readonly text?: string | undefined;
  /** @defaultValue none */
  readonly toolCalls?: readonly LlmToolCall[] | undefined;
  /** Why the model ended, in the provider's words: one for each choice that it was asked for. */
  readonly finishReasons?: readonly string[] | undefined;
  /** Which model answered. */
  readonly model?: string | undefined;
  /** What the provider calls its response. */
  readonly id?: string | undefined;
  readonly usage?: ReadUsage | undefined;
  /** What went wrong, where the response itself says so: the call fails with it, and has used what `usage` says. */
  readonly error?: Error | undefined;
}

/** One streamed response, put together event by event. */
export interface LlmStreamReading<in Event> {
  /**
   * Takes the next event.
   *
   * @returns The text that it adds to the reply; `undefined` or `''` where it adds none.
   * @throws What the event says that went wrong: the call fails with it.
   */
  add(event: Event): string | undefined;
  /**
   * What all events so far come to. Asked at the end, also of a stream that broke off. Where the last event is missing that
   * tells that the response is whole, its `error` says so: a connection that is cut in an orderly way looks
   * like an end.
   */
  soFar(): LlmReading;
}

/**
 * Reads the responses of one client. For a client of your own, this is all to write: an embeddings client needs no more
 * than `{ reply: ({ model, usage }) => ({ model, usage: { inputTokens: usage.tokens } }) }`.
 */
export interface LlmAdapter<in Response, in Event = never> {
  /**
   * Reads a whole response.
   *
   * @throws What the call is to fail with. An `error` in the reading does the same, and keeps what was used.
   */
  reply(response: Response): LlmReading;
  /** Begins to read a streamed one. @defaultValue streams are refused */
  stream?(): LlmStreamReading<Event>;
  /**
   * Where a response keeps its events when it is not itself the async iterable of them.
   *
   * @defaultValue nowhere: what is no async iterable is a whole response
   */
  events?(response: Response): AsyncIterable<unknown> | undefined;
}

/** Of what a call returns: the whole responses. */
export type WholeOf<Answer> = Answer extends AsyncIterable<unknown> ? never : Answer;

/** Of what a call returns: the events of those that are streamed. */
export type EventOf<Answer> = Answer extends AsyncIterable<infer Event> ? Event : never;
