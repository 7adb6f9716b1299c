import { CancelledError } from '@tta/obs-context';
import { LinkedAbort, onAbort } from '@tta/obs-instrumentation';

interface Reader<C> {
  readonly resolve: (result: IteratorResult<C, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/** Where the run that makes chunks hands them over. */
export interface ChunkSink<C> {
  /** Settles when somebody wants the next chunk. @throws The signal's reason when it aborts. */
  wanted(signal: AbortSignal): Promise<void>;
  put(chunk: C): void;
}

/**
 * Chunks on their way from the run that makes them to whoever reads them, and the result of the run. A chunk is made
 * when it is asked for.
 */
export class PulledStream<C, O> implements AsyncIterableIterator<C, undefined>, ChunkSink<C> {
  readonly #abort: LinkedAbort;
  readonly #run: Promise<O>;
  readonly #unread: C[] = [];
  readonly #readers: Reader<C>[] = [];
  #wake: () => void = () => undefined;
  #wantsAll = false;
  #hasEnded = false;
  /** What the next reader is to get; only the first one gets it. */
  #failure: { readonly error: unknown } | undefined;

  /**
   * @param begin - Begins the run.
   * @param outer - Cancels it as well.
   */
  constructor(
    begin: (sink: ChunkSink<C>, signal: AbortSignal) => Promise<O>,
    outer: AbortSignal | undefined,
  ) {
    this.#abort = outer ? new LinkedAbort(outer) : new LinkedAbort();
    this.#run = begin(this, this.#abort.signal);
    // Here, not where `result` is read: who only reads chunks gets the error there.
    this.#run.then(
      () => this.#end(),
      (error: unknown) => this.#end({ error }),
    );
  }

  get result(): Promise<O> {
    this.#wantsAll = true;
    this.#wake();
    return this.#run;
  }

  cancel(reason: unknown = new CancelledError('the stream was cancelled')): void {
    if (!this.#hasEnded) this.#abort.abort(reason);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<C, undefined>> {
    if (this.#unread.length > 0) return Promise.resolve({ done: false, value: this.#unread.shift() as C });
    if (!this.#hasEnded) {
      return new Promise((resolve, reject) => {
        this.#readers.push({ resolve, reject });
        this.#wake();
      });
    }
    const failure = this.#failure;
    this.#failure = undefined;
    return failure ? Promise.reject(failure.error) : Promise.resolve(done());
  }

  /** What `break` does. Settles when the run has ended, so that its span has as well. */
  async return(): Promise<IteratorResult<C, undefined>> {
    this.cancel(new CancelledError('the reader of the stream has left'));
    // Only waited for: whoever reads `result` gets its error, and here it is the answer to the cancellation.
    await this.#run.catch(() => undefined);
    this.#unread.length = 0;
    this.#failure = undefined;
    return done();
  }

  wanted(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    if (this.#wantsAll || this.#readers.length > 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const unfollow = onAbort(signal, () => reject(signal.reason as Error));
      this.#wake = () => {
        unfollow();
        resolve();
      };
    });
  }

  put(chunk: C): void {
    const reader = this.#readers.shift();
    if (reader) reader.resolve({ done: false, value: chunk });
    else this.#unread.push(chunk);
  }

  #end(failure?: { readonly error: unknown }): void {
    this.#hasEnded = true;
    this.#abort.release();
    const [first, ...others] = this.#readers.splice(0);
    if (failure && first) first.reject(failure.error);
    else {
      this.#failure = failure;
      first?.resolve(done());
    }
    for (const reader of others) reader.resolve(done());
  }
}

function done(): IteratorReturnResult<undefined> {
  return { done: true, value: undefined };
}
