import type { RunScope } from '@tta/obs-instrumentation';
import type { EventOf, LlmAdapter, WholeOf } from './llm-adapter.ts';

/** What a request asks of the model, for the attributes `gen_ai.request.*` of the span. Nothing is sent because of it. */
export interface LlmRequest {
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  readonly stopSequences?: readonly string[];
  readonly seed?: number;
  /** How many answers are asked for, where there is more than one. */
  readonly choiceCount?: number;
  /** `low`, `medium`, `high`, … */
  readonly reasoningLevel?: string;
  /** What is asked for: `text`, `json`, `image`, `speech`. */
  readonly outputType?: string;
}

/** Which model is called, how, and how its answers are read. `Returned`: what `call` returns, also as a promise. */
export interface LlmOptions<in I, Returned> {
  /** As in `gen_ai.provider.name`: `openai`, `anthropic`, `gcp.gemini`, … */
  readonly provider: string;
  /** The one that is asked for: `gpt-5.1`. */
  readonly model: string;
  /** What it is called in traces and metrics. @defaultValue the model */
  readonly name?: string;
  /** As in `gen_ai.operation.name`: `chat`, `embeddings`, `generate_content`, … @defaultValue 'chat' */
  readonly operation?: string;
  /** For the span. @defaultValue nothing is told of the request */
  readonly request?: LlmRequest;
  /** Where the model is, for the span. @defaultValue not told */
  readonly server?: { readonly address: string; readonly port?: number };
  /**
   * Calls the model: with any client, its own retries off, and with `scope.signal`, so that a run that is cancelled ends the
   * request. Where `scope.isRead`, somebody reads the answer as it comes and it may be asked for as a stream. What is
   * streamed is read as a stream in any case, also by `execute`.
   *
   * Called again for each retry.
   */
  readonly call: (input: I, scope: RunScope<string>) => Returned;
  /** Reads what the client answers: `openAiChat`, `openAiResponses`, `anthropicMessages`, `aiSdk`, or one of your own. */
  readonly reads: LlmAdapter<WholeOf<Awaited<Returned>>, EventOf<Awaited<Returned>>>;
  /**
   * Attempts after the first, of calls that fail in a way that may pass; 0 for none. There is none once text has gone to a
   * reader.
   *
   * @defaultValue 2
   */
  readonly maxRetries?: number;
  /**
   * Longest wait before a retry, in milliseconds. When the provider asks for a longer one (`Retry-After`), there is no retry.
   *
   * @defaultValue 60000
   */
  readonly maxDelayMs?: number;
}
