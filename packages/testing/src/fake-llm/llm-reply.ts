import type { LlmUsage } from '@tta/obs-context';
import type { RunScope } from '@tta/obs-instrumentation';

/** A tool that the model wants called. */
export interface LlmToolCall {
  readonly name: string;
  readonly arguments: unknown;
  /** What the tool's answer refers to, where there is one. */
  readonly id?: string;
}

/** What a model answers. */
export interface LlmReply {
  readonly text: string;
  readonly toolCalls: readonly LlmToolCall[];
  /** As it was reported. */
  readonly usage: LlmUsage;
}

/** A reply as a script has it. */
export interface ScriptedReply {
  /** Streamed word by word, each with the space before it. @defaultValue '' */
  readonly text?: string;
  /** @defaultValue none */
  readonly toolCalls?: readonly LlmToolCall[];
  /** Why it ended, in the provider's words. @defaultValue what says that it is done, or wants its tools called */
  readonly finishReason?: string;
  /** What is not said here is counted: a word is a token, in the input as well as in the text. */
  readonly usage?: Omit<LlmUsage, 'provider' | 'model'>;
  /** Thrown after the text: what was streamed until then was, and is reported as used. */
  readonly error?: unknown;
  /** How long it takes on the run's clock, in milliseconds: the whole reply, or streamed, each word. @defaultValue 0 */
  readonly delayMs?: number;
}

/**
 * A reply, or what makes it of the input; what a function throws is the model's error. A call that is cancelled does not
 * wait for its function.
 */
export type LlmAnswer<I> =
  | string
  | ScriptedReply
  | ((input: I, scope: RunScope) => string | ScriptedReply | PromiseLike<string | ScriptedReply>);

/** A reply as it comes, word by word. For one reader: of several, each gets some of the words. */
export interface LlmStream extends AsyncIterable<string> {
  /**
   * The whole reply. Who asks for it has the model go on to the end, also where nobody reads; the words are kept for
   * who does. Rejects with the model's error, or with the reason of the cancellation, also that by a `break`.
   */
  readonly result: Promise<LlmReply>;
  /**
   * Ends it, and readers that wait get the reason as an error. No effect once it has ended.
   *
   * @param reason - @defaultValue a `CancelledError`
   */
  cancel(reason?: unknown): void;
}
