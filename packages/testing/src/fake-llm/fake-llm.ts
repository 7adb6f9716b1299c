import { SpanKind } from '@opentelemetry/api';
import { genAiNames, InvalidOptionError, type LlmReply, type LlmUsage } from '@tta/obs-context';
import { InstrumentedPrimitive, pause, type RunScope, untilAborted } from '@tta/obs-instrumentation';
import { CallLog, type RecordedCall } from '../call-log.ts';
import { AnswerSequence } from '../internal/answer-sequence.ts';
import { NoAnswerError } from '../no-answer-error.ts';
import type { LlmAnswer, ScriptedReply } from './llm-reply.ts';
import { countWords, splitWords } from './words.ts';

/** What a fake model is called and costs. */
export interface FakeLlmOptions {
  /** What it is called in traces and metrics. @defaultValue the model */
  readonly name?: string;
  /** @defaultValue 'fake-model' */
  readonly model?: string;
  /** US dollars for a million tokens each. @defaultValue what the price table says, where there is one */
  readonly usdPerMillionTokens?: { readonly input: number; readonly output: number };
}

const provider = 'fake';

/**
 * A language model that says what it is told to. Made by {@link fakeLlm}.
 *
 * Where its stream is read, or that of a primitive which passes its chunks on, it answers word by word, else all at once.
 * Its usage is reported once, when it ends: of a call that is cancelled, or fails, after some words it is the input and
 * the words that were read; of output tokens and a cost that the script says, their share of the text.
 */
export class FakeLlm<I> extends InstrumentedPrimitive<I, LlmReply, string> {
  readonly model: string;
  readonly #script = new AnswerSequence<LlmAnswer<I>>();
  readonly #calls = new CallLog<I, LlmReply>();
  readonly #price: FakeLlmOptions['usdPerMillionTokens'];

  constructor(script: LlmAnswer<I> | readonly LlmAnswer<I>[], options: FakeLlmOptions = {}) {
    const { model = 'fake-model', name = model, usdPerMillionTokens } = options;
    super({ type: 'llm', action: 'chat', name, kind: SpanKind.CLIENT });
    this.model = model;
    this.#price = usdPerMillionTokens;
    for (const answer of isList(script) ? script : [script])
      if (typeof answer !== 'function') this.#checked(answer);
    if (isList(script)) for (const answer of script) this.#script.add(answer, 1);
    else this.#script.add(script);
  }

  /** What it was asked and what it answered, streamed or not, in the order in which the calls began. */
  get calls(): readonly RecordedCall<I, LlmReply>[] {
    return this.#calls.all;
  }

  get lastCall(): RecordedCall<I, LlmReply> | undefined {
    return this.#calls.last;
  }

  /** Forgets the calls and begins the script again. */
  reset(): void {
    this.#calls.clear();
    this.#script.restart();
  }

  protected run(input: I, scope: RunScope<string>): Promise<LlmReply> {
    scope.attr(genAiNames.operationName, 'chat');
    scope.attr(genAiNames.providerName, provider);
    scope.attr(genAiNames.requestModel, this.model);
    const { isRead } = scope;
    if (isRead) scope.attr(genAiNames.requestStream, true);
    return this.#calls.record(input, scope, () => this.#answer(input, scope, isRead));
  }

  async #answer(input: I, scope: RunScope<string>, isStreamed: boolean): Promise<LlmReply> {
    const reply = await this.#nextReply(input, scope);
    const { text = '', toolCalls = [], error, delayMs = 0 } = reply;
    const { finishReason = toolCalls.length > 0 ? 'tool_calls' : 'stop' } = reply;
    // One piece also where there is no text: what calls a tool takes its time as well.
    const pieces = isStreamed && text !== '' ? splitWords(text) : [text];
    let said = '';
    try {
      for (const piece of pieces) {
        if (delayMs > 0) await pause(scope, delayMs);
        if (isStreamed && piece !== '') await scope.emit(piece);
        said += piece;
      }
      if (error !== undefined) throw error as Error;
    } catch (failure) {
      if (said !== '' || (failure === error && reply.usage)) scope.usage(this.#usage(input, reply, said));
      throw failure;
    }
    const usage = this.#usage(input, reply, said);
    scope.usage({ ...usage, finishReasons: [finishReason] });
    return { text, toolCalls, usage, finishReason };
  }

  async #nextReply(input: I, scope: RunScope): Promise<ScriptedReply> {
    const next = this.#script.next();
    if (!next) throw new NoAnswerError(this.#atScriptsEnd());
    if (typeof next.answer !== 'function') return this.#checked(next.answer);
    const made = next.answer(input, scope);
    return this.#checked(isPromiseLike(made) ? await untilAborted(scope.signal, made) : made);
  }

  #checked(reply: string | ScriptedReply): ScriptedReply {
    if (typeof reply === 'string') return { text: reply };
    const { delayMs, usage = {} } = reply;
    const amounts = {
      delayMs,
      'usage.inputTokens': usage.inputTokens,
      'usage.outputTokens': usage.outputTokens,
      'usage.cachedInputTokens': usage.cachedInputTokens,
      'usage.costUsd': usage.costUsd,
    };
    for (const [name, amount] of Object.entries(amounts)) {
      if (amount === undefined || (Number.isFinite(amount) && amount >= 0)) continue;
      throw new InvalidOptionError(
        `fake model "${this.name}": ${name} is ${String(amount)}; it has to be a number of at least 0`,
      );
    }
    return reply;
  }

  #atScriptsEnd(): string {
    const { given } = this.#script;
    const found = given === 0 ? 'has none' : `has ${given}, all given`;
    return `fake model "${this.name}": call ${this.calls.length} needs a reply and its script ${found}; add one, or give a reply or function instead of a list, for every call`;
  }

  #usage(input: I, { text = '', usage = {} }: ScriptedReply, said: string): LlmUsage {
    const wordsSaid = countWords(said);
    const share = said === text ? 1 : wordsSaid / countWords(text);
    const { inputTokens = countWords(input), outputTokens } = usage;
    const used = {
      ...usage,
      provider,
      model: this.model,
      inputTokens,
      outputTokens: outputTokens === undefined ? wordsSaid : Math.ceil(outputTokens * share),
    };
    const price = this.#price;
    if (usage.costUsd !== undefined) return { ...used, costUsd: usage.costUsd * share };
    if (!price) return used;
    return { ...used, costUsd: (inputTokens * price.input + used.outputTokens * price.output) / 1e6 };
  }
}

/**
 * A language model for tests: no network, no provider's format, and a span `primitive.llm.chat` with model, tokens and
 * cost like that of a real one. Its provider is `fake`.
 *
 * @param script - One reply or function for every call; or a list of them, one for each call in the order in which the
 * calls begin, after which a call fails with `OBS_ERR_NO_ANSWER`.
 * @throws `OBS_ERR_INVALID_OPTION` when a `delayMs` or an amount of usage is no number of at least 0; where a function
 * makes the reply, the call fails with it.
 *
 * @example
 * ```ts
 * const llm = fakeLlm(['Paris', { error: new Error('429 Too Many Requests') }]);
 * const echo = fakeLlm((question: string) => `You asked: ${question}`);
 * ```
 */
export function fakeLlm<I = unknown>(
  script: LlmAnswer<I> | readonly LlmAnswer<I>[],
  options?: FakeLlmOptions,
): FakeLlm<I> {
  return new FakeLlm(script, options);
}

function isList<A>(script: A | readonly A[]): script is readonly A[] {
  return Array.isArray(script);
}

function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && 'then' in value;
}
