import { isSuspension, LinkedAbort, messageOf, onAbort, type RunScope } from '@tta/obs-instrumentation';
import { countLateFailure, countLateResult, isAnswerToAbort } from './late-result.ts';

/** Where tasks come from. It is asked for one when there is a lane for it, and never twice at a time. */
export type TaskSource<Task> = Iterator<Task, unknown, undefined> | AsyncIterator<Task, unknown, undefined>;

/** What is done with tasks; `index` counts them from 0 as they come. */
export interface TaskPlan<Task> {
  /**
   * `signal` is the task's own: it aborts with the run and when the fan-out ends before the task does, and is cut from
   * the run when the task has ended.
   */
  readonly begin: (task: Task, index: number, signal: AbortSignal) => Promise<unknown>;
  readonly succeeded: (index: number, output: unknown, fanOut: FanOut<Task>) => void;
  readonly failed: (index: number, error: unknown, fanOut: FanOut<Task>) => void;
  /** How far a task had come before the run waited for a decision. @defaultValue none had begun */
  readonly progressOf?: (index: number) => 'begun' | 'ended' | undefined;
}

/**
 * Tasks that run beside each other on a number of lanes, until all have ended or one decides for all. Then the others
 * are aborted, and what still comes of them is late: dropped and counted. A cancelled run begins no further task, and
 * ends when those that run have ended: nobody decides for them any more.
 */
export class FanOut<Task> {
  readonly #scope: RunScope;
  readonly #source: TaskSource<Task>;
  readonly #lanes: number;
  readonly #plan: TaskPlan<Task>;
  /** One each: on a signal that all tasks share, what they leave on it piles up, as `fetch` does until it is collected. */
  readonly #running = new Set<LinkedAbort>();
  #begun = 0;
  /** Tasks whose end is known from before the run waited, and has not been heard of yet. */
  #known = 0;
  /** What the source was asked for and has not answered. */
  #asked: PromiseLike<unknown> | undefined;
  /** The source has nothing more, or is not asked any more. */
  #exhausted = false;
  #ended = false;
  /** Tasks wait for decisions: the others come to their end, so that all of those can be asked for together. */
  #suspension: unknown;
  #unfollow: () => void = () => undefined;
  #resolve: () => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(scope: RunScope, source: TaskSource<Task>, lanes: number, plan: TaskPlan<Task>) {
    this.#scope = scope;
    this.#source = source;
    this.#lanes = lanes;
    this.#plan = plan;
  }

  /** How many tasks were begun. */
  get begun(): number {
    return this.#begun;
  }

  /**
   * Begins, at once, as many tasks as there are lanes. Call it once.
   *
   * @throws What {@link fail} was given, what the source throws, the suspension of a task when all have ended and nobody has
   * decided, or the reason of the signal when the run was cancelled and its running tasks have ended.
   */
  run(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#unfollow = onAbort(this.#scope.signal, () => {
        if (!this.#asked) return;
        this.#asked = undefined;
        this.#fill();
      });
      this.#fill();
    });
  }

  /** Begins no further task; those that run come to their end. */
  stop(): void {
    if (this.#exhausted) return;
    const waits = this.#asked !== undefined;
    this.#asked = undefined;
    try {
      const closed = this.#close();
      // A source that still looks for its next task closes after that: it may never find one.
      if (waits) ignore(closed);
      else if (closed) this.#wait(closed, () => undefined);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Ends it, unless the run is cancelled; what still runs is aborted. */
  decide(reason: unknown): void {
    if (this.#scope.signal.aborted) return;
    this.#end(reason);
    this.#succeed();
  }

  /** Ends it with an error, unless the run is cancelled; what still runs is aborted. */
  fail(error: unknown, reason: unknown = error): void {
    if (this.#scope.signal.aborted) return;
    this.#end(reason);
    this.#reject(error);
  }

  /** Begins what there are lanes for, and ends it when nothing is left. */
  #fill(): void {
    if (this.#ended) return;
    const { signal } = this.#scope;
    try {
      while (
        this.#running.size < this.#lanes &&
        !this.#asked &&
        !this.#exhausted &&
        !signal.aborted &&
        // What had ended may have decided that there is to be no new task.
        (this.#known === 0 || this.#plan.progressOf?.(this.#begun))
      ) {
        const answer = this.#source.next();
        if (isPromiseLike(answer)) this.#wait(Promise.resolve(answer), (result) => this.#take(result));
        else this.#take(answer);
      }
    } catch (error) {
      this.#sourceFailed(error);
    }
    if (this.#ended || this.#running.size > 0 || this.#asked) return;
    this.#end();
    if (this.#suspension !== undefined && !signal.aborted) this.#reject(this.#suspension);
    else this.#succeed();
  }

  /** @throws TypeError for what is no result, as `for await` does (ECMA-262 §14.7.5.7). */
  #take(result: IteratorResult<Task, unknown>): void {
    if (!isObject(result)) {
      throw new TypeError(`next() of the items answered ${messageOf(result)}; it has to be { done, value }`);
    }
    const { done, value } = result;
    if (done) this.#exhausted = true;
    // The source itself may have cancelled the run.
    else if (!this.#scope.signal.aborted) this.#begin(value, this.#begun++);
  }

  #begin(task: Task, index: number): void {
    const abort = new LinkedAbort(this.#scope.signal);
    const { signal } = abort;
    this.#running.add(abort);
    const isKnown = this.#plan.progressOf?.(index) === 'ended';
    if (isKnown) this.#known++;
    this.#plan.begin(task, index, signal).then(
      (output) => {
        if (this.#ended) {
          countLateResult(this.#scope);
          return;
        }
        this.#leave(abort);
        if (isKnown) this.#known--;
        this.#plan.succeeded(index, output, this);
        this.#fill();
      },
      (error: unknown) => {
        if (this.#ended) {
          if (!isAnswerToAbort(error, signal)) countLateFailure(this.#scope, error);
          return;
        }
        this.#leave(abort);
        if (isKnown) this.#known--;
        if (isSuspension(error)) this.#suspension ??= error;
        else this.#plan.failed(index, error, this);
        this.#fill();
      },
    );
  }

  #leave(abort: LinkedAbort): void {
    abort.release();
    this.#running.delete(abort);
  }

  /** Goes on with what the source answers, unless by then nobody waits for it. */
  #wait<Answer>(answer: Promise<Answer>, take: (answer: Answer) => void): void {
    if (this.#scope.signal.aborted) {
      ignore(answer);
      return;
    }
    this.#asked = answer;
    answer
      .then((result) => {
        if (this.#asked !== answer) return;
        take(result);
        this.#asked = undefined;
        this.#fill();
      })
      .catch((error: unknown) => {
        if (this.#asked === answer) this.#sourceFailed(error);
      });
  }

  /** A source that throws has closed itself (ECMA-262 §7.4.8). */
  #sourceFailed(error: unknown): void {
    this.#exhausted = true;
    this.fail(error);
  }

  #close(): Promise<unknown> | undefined {
    this.#exhausted = true;
    const closed = this.#source.return?.();
    return isPromiseLike(closed) ? Promise.resolve(closed) : undefined;
  }

  #succeed(): void {
    const { signal } = this.#scope;
    if (signal.aborted) this.#reject(signal.reason);
    else this.#resolve();
  }

  #end(reason?: unknown): void {
    this.#ended = true;
    this.#asked = undefined;
    this.#unfollow();
    for (const abort of this.#running) abort.abort(reason);
    if (this.#exhausted) return;
    try {
      ignore(this.#close());
    } catch {
      // Another error, or the end of the run, is on its way already.
    }
  }
}

function ignore(promise: Promise<unknown> | undefined): void {
  promise?.then(undefined, () => undefined);
}

function isObject(value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as { then?: unknown } | undefined)?.then === 'function';
}
