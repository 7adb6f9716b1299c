import {
  attributeNames as names,
  classifyError,
  genAiNames,
  InvalidOptionError,
  type LlmToolCall,
  type LlmUsage,
} from '@tta/obs-context';
import { onAbort, pause, type RunScope } from '@tta/obs-instrumentation';
import { Backoff } from '../internal/backoff.ts';
import { recordRetry, waitAsAsked } from '../internal/next-attempt.ts';
import { ChunkTimes } from './chunk-times.ts';
import { type LlmAdapter, type LlmReading, type LlmStreamReading, readKinds } from './llm-adapter.ts';
import type { LlmResponse } from './llm-response.ts';
import { letGo, readEvents } from './read-events.ts';

/** A model and how it is called. */
export interface CalledModel<in I> {
  readonly name: string;
  readonly provider: string;
  readonly model: string;
  readonly operation: string;
  readonly call: (input: I, scope: RunScope<string>) => unknown;
  readonly reads: LlmAdapter<never>;
  readonly maxRetries: number;
  readonly maxDelayMs: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Waits grow as those of `retry` do if nothing is said. */
const growth = { baseMs: 1000, factor: 2, jitter: 'equal' } as const;

/** One call of a model with all its attempts. What it used is told once, whichever way it ends. */
export class ModelCall<I> {
  readonly #model: CalledModel<I>;
  readonly #scope: RunScope<string>;
  #backoff: Backoff | undefined;
  /** The stream that is read, or was read last. */
  #reading: LlmStreamReading<never> | undefined;
  /** What a response said that was whole, and that the model failed. */
  #failed: LlmReading | undefined;
  #times: ChunkTimes | undefined;
  #isTold = false;

  constructor(model: CalledModel<I>, scope: RunScope<string>) {
    this.#model = model;
    this.#scope = scope;
  }

  /** @throws What the last attempt threw, untouched. */
  async run(input: I): Promise<LlmResponse<unknown>> {
    const unfollow = this.#scope.isCancellable ? this.#followSignal() : undefined;
    try {
      for (let attempt = 1; ; attempt++) {
        try {
          return await this.#attempt(input);
        } catch (error) {
          await this.#waitAfter(error, attempt);
        }
      }
    } catch (error) {
      this.#tellFailure(error);
      throw error;
    } finally {
      unfollow?.();
    }
  }

  /** Whoever aborts may end the span before it is this one's turn. A whole response may come nevertheless. */
  #followSignal(): () => void {
    const { signal } = this.#scope;
    return onAbort(signal, () => {
      if (this.#reading) this.#tellFailure(signal.reason);
    });
  }

  async #attempt(input: I): Promise<LlmResponse<unknown>> {
    const { call, reads } = this.#model;
    this.#reading = this.#failed = this.#times = undefined;
    const { clock } = this.#scope;
    const startedAt = clock.monotonic();
    const answer = await call(input, this.#scope);
    // A forgotten `return`.
    if (answer === undefined || answer === null)
      throw this.#invalid(`call returned ${String(answer)}; it has to return what the client answers`);
    const isStream = isAsyncIterable(answer);
    const events = isStream ? answer : reads.events?.(answer as never);
    if (!events) return this.#reply(reads.reply(answer as never), answer);

    if (!reads.stream) {
      letGo(events);
      throw this.#invalid('call returned a stream, and the adapter of reads has no stream() to read it with');
    }
    this.#scope.attr(genAiNames.requestStream, true);
    this.#reading = reads.stream();
    this.#times = new ChunkTimes(clock.monotonic() - startedAt);
    await readEvents(events as AsyncIterable<never>, this.#reading, this.#times, this.#scope);
    return this.#reply(this.#reading.soFar(), isStream ? undefined : answer);
  }

  #invalid(what: string): InvalidOptionError {
    return new InvalidOptionError(`llm "${this.#model.name}": ${what}`);
  }

  /** Waits until the next attempt begins, or throws because there is none. */
  async #waitAfter(error: unknown, attempt: number): Promise<void> {
    const { maxRetries, maxDelayMs } = this.#model;
    const scope = this.#scope;
    if (maxRetries === 0 || scope.signal.aborted) throw error;
    const found = classifyError(error, scope.clock);
    if (!found.recoverable) throw error;
    const stop = (stopped: 'attempts' | 'asked_to_wait' | 'streamed'): unknown => {
      scope.attr(names.retryStopped, stopped);
      return error;
    };
    if (scope.hasEmitted) throw stop('streamed');
    if (attempt > maxRetries) throw stop('attempts');
    this.#backoff ??= new Backoff({ ...growth, maxDelayMs }, scope.random);
    const wait = waitAsAsked(found, { ms: this.#backoff.next(), strategy: growth.jitter });
    if (wait.ms > maxDelayMs) throw stop('asked_to_wait');
    await pause(scope, wait.ms);
    recordRetry(scope, { error, found, attempt, wait });
  }

  /** @throws What the response says that went wrong. */
  #reply(reading: LlmReading, response: unknown): LlmResponse<unknown> {
    const { text = '', toolCalls = [], finishReasons, error } = reading;
    if (error !== undefined) {
      this.#failed = reading;
      throw error;
    }
    const usage = this.#usageOf(reading);
    this.#tell(usage, reading);
    for (const call of toolCalls) this.#tellTextArguments(call);
    const finishReason = finishReasons?.[0];
    return { text, toolCalls, usage, ...(finishReason !== undefined && { finishReason }), response };
  }

  /** What is known of a call that came to nothing, or that nobody waits for any more. */
  #tellFailure(error: unknown): void {
    const reading = this.#readSoFar();
    this.#tell({ ...this.#usageOf(reading), error }, reading);
  }

  #readSoFar(): LlmReading {
    try {
      return this.#failed ?? this.#reading?.soFar() ?? {};
    } catch {
      // Of a stream that broke off, an adapter may make nothing. The error that is thrown says why.
      return {};
    }
  }

  #usageOf({ model, usage = {} }: LlmReading): LlmUsage {
    const { provider, model: asked, operation } = this.#model;
    // Some say the empty text where they know no name.
    const known: Writable<LlmUsage> = { provider, model: model || asked, requestModel: asked, operation };
    for (const kind of readKinds) {
      const amount = usage[kind];
      if (amount !== undefined) known[kind] = amount;
    }
    return known;
  }

  #tell(usage: LlmUsage, { id, finishReasons }: LlmReading): void {
    if (this.#isTold) return;
    this.#isTold = true;
    const { firstMs, laterMs } = this.#times ?? {};
    this.#scope.usage({
      ...usage,
      ...(id && { responseId: id }),
      ...(finishReasons && { finishReasons }),
      ...(firstMs !== undefined && { timeToFirstChunkMs: firstMs, chunkTimesMs: laterMs ?? [] }),
    });
  }

  /** Arguments that are no JSON are kept as the text that they are; whoever runs the tool refuses them. */
  #tellTextArguments({ name, arguments: given }: LlmToolCall): void {
    if (typeof given === 'string') this.#scope.event('llm.text_arguments', { [genAiNames.toolName]: name });
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
