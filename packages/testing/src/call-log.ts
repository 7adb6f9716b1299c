import type { WorkflowContext } from '@tta/obs-context';
import { isSuspension, type RunScope } from '@tta/obs-instrumentation';

/** A call of a mock. */
export interface RecordedCall<I, O> {
  /** The very value that was given, not a copy: whoever changes it later changes what is read here. */
  readonly input: I;
  /** What is known about the run: its ids, tags, baggage and state. */
  readonly context: WorkflowContext;
  /**
   * `open` while it has not been answered; `cancelled`, as its span is, where it failed after its signal had aborted;
   * `suspended` where a step of it waits for a decision.
   */
  readonly outcome: 'open' | 'success' | 'error' | 'cancelled' | 'suspended';
  /** What it returned; `undefined` unless it succeeded. */
  readonly output: O | undefined;
  /** What it threw, also the reason of an abort; `undefined` unless it failed or was cancelled. */
  readonly error: unknown;
}

type Growing<T> = { -readonly [K in keyof T]: T[K] };

/** The calls of a mock, in the order in which they began. */
export class CallLog<I, O> {
  #calls: Growing<RecordedCall<I, O>>[] = [];

  get all(): readonly RecordedCall<I, O>[] {
    return this.#calls;
  }

  get last(): RecordedCall<I, O> | undefined {
    return this.#calls.at(-1);
  }

  /** Whoever holds the list of before keeps it. */
  clear(): void {
    this.#calls = [];
  }

  /** Answers a call, and keeps how. The call is in the list before `answer` runs. */
  async record(input: I, scope: RunScope, answer: () => O | PromiseLike<O>): Promise<O> {
    const call: Growing<RecordedCall<I, O>> = {
      input,
      context: scope.context,
      outcome: 'open',
      output: undefined,
      error: undefined,
    };
    this.#calls.push(call);
    try {
      const output = await answer();
      call.output = output;
      call.outcome = 'success';
      return output;
    } catch (error) {
      call.error = error;
      call.outcome = scope.signal.aborted ? 'cancelled' : isSuspension(error) ? 'suspended' : 'error';
      throw error;
    }
  }
}
