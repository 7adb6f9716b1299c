/** Tokens, counted where the script does not say. */
export interface Tokens {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly reasoning: number;
}

/** A call of a tool on its way to the client. */
export interface ServedToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON, as models write it. */
  readonly arguments: string;
}

/** What is to be said, before it is in the words of a provider. */
export interface Answer {
  /** Which request it answers, from 1: ids are made of it. */
  readonly number: number;
  readonly model: string;
  /** Seconds since the Unix epoch. */
  readonly createdAt: number;
  readonly text: string;
  readonly toolCalls: readonly ServedToolCall[];
  /** `undefined`: as it follows from the rest. */
  readonly finishReason: string | undefined;
  readonly tokens: Tokens;
  /** One a text; only of embeddings. */
  readonly embeddings: readonly (readonly number[])[];
  /** What the stream ends with instead of its end. */
  readonly failure: string | undefined;
}

/** An event of a stream (WHATWG HTML §9.2). */
export interface StreamEvent {
  /** `undefined`: the event has no name. */
  readonly event: string | undefined;
  /** A text as it stands, else its JSON. */
  readonly data: unknown;
  /** It carries a piece of the answer: the chunks that delays and breaks count. */
  readonly isChunk: boolean;
}

/** How a provider writes what is said. */
export interface WireFormat {
  /** Without these a request is refused. */
  readonly required: readonly string[];
  /** What the provider says of tools and calls in a request that it refuses; `undefined` where it takes them. */
  fault(body: Readonly<Record<string, unknown>>): string | undefined;
  whole(answer: Answer, body: Readonly<Record<string, unknown>>): unknown;
  /** `undefined`: there is no stream of this. */
  readonly events:
    ((answer: Answer, body: Readonly<Record<string, unknown>>) => Iterable<StreamEvent>) | undefined;
  problem(status: number, message: string, requestId: string): unknown;
  /** The header that tells the id of the request. */
  readonly requestIdHeader: string;
}
