import type { LlmToolCall, LlmUsage } from '@tta/obs-context';
import type { RunScope } from '@tta/obs-instrumentation';

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
