import type { LlmReply } from '@tta/obs-context';

/** What a model answered, whichever provider it is of, with what its client answered. */
export interface LlmResponse<Response> extends LlmReply {
  /** As the client gave it; `undefined` where it gave a stream. */
  readonly response: Response;
}

/** Of what a call returns: the response of {@link LlmResponse}. */
export type ResponseOf<Answer> = Answer extends AsyncIterable<unknown> ? undefined : Answer;
