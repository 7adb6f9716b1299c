import type { OpenAiChatChunk, OpenAiChatResponse } from '@tta/obs-primitives';
import { readServerSentEvents } from './server-sent-events.ts';

/** A request of a chat completion, as far as the examples make some. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly object[];
  readonly tools?: readonly object[];
  readonly max_completion_tokens?: number;
  readonly stream?: boolean;
}

/** Asks for a chat completion: a whole one, or with `stream` its chunks. */
export type CreateChat = (
  request: ChatRequest,
  signal: AbortSignal,
) => Promise<OpenAiChatResponse | AsyncIterable<OpenAiChatChunk>>;

/** A model's server refused or failed. `status` and `headers` are what a retry goes by. */
class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly status: number;
  readonly headers: Headers;

  constructor({ status, headers }: Response, host: string) {
    super(`${host} answered ${status}`);
    this.status = status;
    this.headers = headers;
  }
}

/** An OpenAI-compatible chat API, asked by plain `fetch`. A client library of the provider does as well. */
export function chatApi(baseUrl: string, apiKey: string): CreateChat {
  const url = `${baseUrl.replace(/\/+$/, '')}/chat/completions`;
  return async (request, signal) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
      // A stream tells its tokens only where it is asked to.
      body: JSON.stringify(
        request.stream ? { ...request, stream_options: { include_usage: true } } : request,
      ),
      signal,
    });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw new ChatError(response, new URL(url).host);
    }
    return request.stream ? chunksOf(response.body) : ((await response.json()) as OpenAiChatResponse);
  };
}

async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<OpenAiChatChunk, undefined> {
  for await (const data of readServerSentEvents(body)) yield JSON.parse(data) as OpenAiChatChunk;
}
