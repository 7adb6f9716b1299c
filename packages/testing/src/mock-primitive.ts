import { InstrumentedPrimitive, type RunScope, type StepFunction } from '@tta/obs-instrumentation';
import { CallLog, type RecordedCall } from './call-log.ts';
import type { FaultOptions } from './faults/fault-options.ts';
import { AnswerSequence } from './internal/answer-sequence.ts';
import { neverAnswers } from './internal/never-answers.ts';
import { NoAnswerError } from './no-answer-error.ts';

/** What a mock is in telemetry: with the type and action of another primitive it stands for that. */
export interface MockOptions {
  /** Kind of primitive: the `llm` of the span `primitive.llm.chat`. @defaultValue 'mock' */
  readonly type?: string;
  /** The `chat` of the span `primitive.llm.chat`. @defaultValue 'execute' */
  readonly action?: string;
}

/** How often an answer is given. */
export interface AnswerOptions {
  /**
   * So many calls, and no more, also where it is the last answer.
   *
   * @defaultValue once; the last answer for ever
   */
  readonly times?: number;
}

/** A primitive that answers as it is told and keeps its calls. Made by {@link mockPrimitive}. */
export class MockPrimitive<I, O, Chunk = never> extends InstrumentedPrimitive<I, O, Chunk> {
  readonly #answers = new AnswerSequence<StepFunction<I, O, Chunk>>();
  readonly #calls = new CallLog<I, O>();

  constructor(name: string, { type = 'mock', action = 'execute' }: MockOptions = {}) {
    super({ type, name, action });
  }

  /**
   * The next answer is this value, as it stands: not a copy.
   *
   * @throws `OBS_ERR_INVALID_OPTION` when `times` is not 1, 2, 3, …
   */
  returns(value: O, options?: AnswerOptions): this {
    return this.runs(() => value, options);
  }

  /**
   * The next answer is to emit these, each when the one before it has been taken, and then to return this value. Where
   * nobody reads, only the value is to be had.
   *
   * @throws `OBS_ERR_INVALID_OPTION` when `times` is not 1, 2, 3, …
   */
  streams(chunks: readonly Chunk[], value: O, options?: AnswerOptions): this {
    return this.runs(async (_, { emit }) => {
      for (const chunk of chunks) await emit(chunk);
      return value;
    }, options);
  }

  /**
   * The next answer is to throw this.
   *
   * @throws `OBS_ERR_INVALID_OPTION` when `times` is not 1, 2, 3, …
   */
  fails(error: unknown, options?: AnswerOptions): this {
    return this.runs(() => {
      throw error;
    }, options);
  }

  /**
   * The next answer is what this returns, resolves to or throws. It is a step like any other and may wait on the
   * clock, report usage, or call steps of its own.
   *
   * @throws `OBS_ERR_INVALID_OPTION` when `times` is not 1, 2, 3, …
   */
  runs(answer: StepFunction<I, O, Chunk>, { times }: AnswerOptions = {}): this {
    this.#answers.add(answer, times);
    return this;
  }

  /**
   * The next answer never comes: the call fails with the reason of its signal when that aborts, and waits on no timer.
   * With `ignoresAbort` it stays open.
   *
   * @throws `OBS_ERR_INVALID_OPTION` when `times` is not 1, 2, 3, …
   */
  hangs({ ignoresAbort = false, ...options }: AnswerOptions & FaultOptions = {}): this {
    return this.runs(neverAnswers({ ignoresAbort }), options);
  }

  /** What it was called with and how each call went, in the order in which the calls began. */
  get calls(): readonly RecordedCall<I, O>[] {
    return this.#calls.all;
  }

  get lastCall(): RecordedCall<I, O> | undefined {
    return this.#calls.last;
  }

  /** Forgets the calls and begins with the first answer again. */
  reset(): void {
    this.#calls.clear();
    this.#answers.restart();
  }

  protected run(input: I, scope: RunScope<Chunk>): Promise<O> {
    return this.#calls.record(input, scope, () => this.#nextAnswer()(input, scope));
  }

  #nextAnswer(): StepFunction<I, O, Chunk> {
    const next = this.#answers.next();
    if (next) return next.answer;
    const { given } = this.#answers;
    const toDo =
      given === 0
        ? 'has none; give it one with .returns(value), .fails(error), .hangs() or .runs(fn)'
        : `has ${given}, all given; add one, or leave out "times" of the last, which then stays`;
    throw new NoAnswerError(`mock "${this.name}": call ${this.calls.length} needs an answer and it ${toDo}`);
  }
}

/**
 * A primitive for tests, observed like every other, that answers as it is told: in the order of its answers, of which
 * the last one stays. It keeps its calls in {@link MockPrimitive.calls}. A call that no answer is left for fails with
 * `OBS_ERR_NO_ANSWER`.
 *
 * Mocks may be called concurrently: calls and answers go by the order in which the calls begin.
 *
 * @param name - What it is called in traces and metrics.
 * @param answer - The first answer; input and output types are its own.
 *
 * @example
 * ```ts
 * const price = mockPrimitive('price', (item: string) => item.length);
 * const fetchPage = mockPrimitive<string, Page>('fetch page').fails(new Error('503'), { times: 2 }).returns(page);
 * ```
 */
export function mockPrimitive<I, O, Chunk = never>(
  name: string,
  answer: StepFunction<I, O, Chunk>,
  options?: MockOptions,
): MockPrimitive<I, O, Chunk>;
export function mockPrimitive<I = unknown, O = unknown, Chunk = never>(
  name: string,
  options?: MockOptions,
): MockPrimitive<I, O, Chunk>;
export function mockPrimitive<I, O, Chunk>(
  name: string,
  first?: StepFunction<I, O, Chunk> | MockOptions,
  options?: MockOptions,
): MockPrimitive<I, O, Chunk> {
  if (typeof first !== 'function') return new MockPrimitive(name, first);
  return new MockPrimitive<I, O, Chunk>(name, options).runs(first);
}
