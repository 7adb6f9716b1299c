import { CancelledError, ObsError } from '@tta/obs-context';
import { type ChunkReader, type Emission, handled, settled } from './emission.ts';
import type { Execution } from './execution.ts';
import { LinkedAbort } from './linked-abort.ts';
import type { OpenStreams } from './open-streams.ts';

/** What a run emits while it runs, and its result. For one reader. */
export interface RunStream<Chunk, O> extends AsyncIterable<Chunk, undefined> {
  /**
   * What the run returns; rejects with what it throws, also with the reason of its cancellation. Where nobody has begun to
   * read in the turn in which it is asked for, the run goes on to its end without a reader: its chunks are dropped, and
   * whoever comes to read them later is refused.
   */
  readonly result: Promise<O>;
  /**
   * Begins to read. The iterator may be taken before its chunks are asked for, and be read by `for await`.
   *
   * @throws `OBS_ERR_STREAM_READ` when there is a reader already, or chunks have been dropped.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Chunk, undefined>;
  /**
   * Ends the run: its reader gets the reason as an error, whatever the run makes of it. A run that does not heed its signal
   * is left behind: its span ends as cancelled, `result` rejects with the reason, and what it still returns is dropped. No
   * effect once it has ended.
   *
   * @param reason - @defaultValue a `CancelledError`
   */
  cancel(reason?: unknown): void;
}

/** A chunk that nobody has asked for yet. */
class Waiting<Chunk> {
  readonly chunk: Chunk;
  readonly from: Emission;
  readonly answer: Promise<void>;
  #taken!: () => void;
  #reject!: (reason: unknown) => void;

  constructor(chunk: Chunk, from: Emission) {
    this.chunk = chunk;
    this.from = from;
    this.answer = new Promise((resolve, reject) => {
      this.#taken = resolve;
      this.#reject = reject;
    });
    from.waits(1);
  }

  take(): void {
    this.from.waits(-1);
    this.#taken();
  }

  refuse(reason: unknown): void {
    this.from.waits(-1);
    void handled(this.answer);
    this.#reject(reason);
  }
}

interface Reading<Chunk> {
  readonly resolve: (result: IteratorResult<Chunk, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Chunks meet their reader, and none is kept: whoever emits waits until its chunk has been taken, and whoever reads until
 * there is one.
 */
export class ReadStream<Chunk, O> implements RunStream<Chunk, O>, ChunkReader {
  readonly #abort: LinkedAbort;
  /** `undefined` where none could begin. */
  readonly #execution: Execution | undefined;
  #run: Promise<O> = new Promise(() => undefined);
  /** Has the result reject. */
  #fail!: (reason: unknown) => void;
  /** In the order in which they were emitted: more than one where branches emit beside each other. */
  readonly #waiting = new Set<Waiting<Chunk>>();
  readonly #reading: Reading<Chunk>[] = [];
  #hasReader = false;
  /** Whether chunks wait for a reader. */
  #isOpen = true;
  #isDropping = false;
  #isCancelled = false;
  #hasEnded = false;
  readonly #open: OpenStreams | undefined;
  /** Of the time that a cancelled run has to come to its end. */
  #stopWaiting: (() => void) | undefined;
  /** What the next `next` is to get, and only that. */
  #failure: { readonly error: unknown } | undefined;

  constructor(abort: LinkedAbort, execution?: Execution) {
    this.#abort = abort;
    this.#execution = execution;
    // Where nothing is told of the run there is nothing to miss.
    if (execution?.run.observed) {
      this.#open = execution.run.instrumentation.openStreams;
      this.#open.add(this, execution.unit.name);
    }
  }

  /** Takes over the result of the run. Here, not where `result` is read: who only reads chunks gets the error there. */
  follow(run: Promise<O>): void {
    this.#run = new Promise((resolve, reject) => {
      this.#fail = (error) => {
        reject(error);
        this.#end({ error });
      };
      run.then((output) => {
        if (this.#hasEnded) this.#execution?.record({ type: 'recovery', kind: 'late_result' });
        resolve(output);
        this.#end();
      }, this.#fail);
    });
    void handled(this.#run);
  }

  get result(): Promise<O> {
    // A moment later: whoever begins to read beside this in the same turn is a reader.
    if (!this.#hasReader) {
      queueMicrotask(() => {
        if (!this.#hasReader) this.#drop();
      });
    }
    return this.#run;
  }

  cancel(reason: unknown = new CancelledError('the stream was cancelled')): void {
    if (this.#hasEnded || this.#isCancelled) return;
    this.#isCancelled = true;
    this.#abort.abort(reason);
    this.#close();
    const execution = this.#execution;
    // Not at once: what heeds the abort ends by itself.
    this.#stopWaiting = execution?.clock.timer(0, () => this.#leaveBehind(execution), true);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Chunk, undefined> {
    if (this.#hasReader || this.#isDropping) {
      throw new ObsError(
        this.#hasReader
          ? 'the stream has a reader already, and its chunks are made once: read it in one place'
          : 'the chunks of the stream have been dropped, because its result was asked for before anybody read it: take its reader first, const chunks = stream[Symbol.asyncIterator](), then ask for the result',
        { code: 'OBS_ERR_STREAM_READ', category: 'validation' },
      );
    }
    this.#hasReader = true;
    return new Reader(this);
  }

  get isDropping(): boolean {
    return this.#isDropping;
  }

  /** Whether it waits for somebody to read on, who may never come. */
  get isForgotten(): boolean {
    return !this.#hasEnded && !this.#isDropping && !this.#isCancelled && this.#reading.length === 0;
  }

  /** Cancels it, and has it end before this returns: there may be no further turn of the event loop. */
  endNow(reason: unknown): void {
    this.cancel(reason);
    if (this.#execution && !this.#hasEnded) this.#leaveBehind(this.#execution);
  }

  put(chunk: unknown, from: Emission): Promise<void> {
    const reading = this.#reading.shift();
    if (reading) {
      reading.resolve({ done: false, value: chunk as Chunk });
      return settled;
    }
    if (!this.#isOpen) return settled;
    const waiting = new Waiting(chunk as Chunk, from);
    this.#waiting.add(waiting);
    return waiting.answer;
  }

  refuse(from: Emission, reason: unknown): number {
    let refused = 0;
    for (const waiting of this.#waiting) {
      if (waiting.from !== from) continue;
      this.#waiting.delete(waiting);
      waiting.refuse(reason);
      refused++;
    }
    return refused;
  }

  next(): Promise<IteratorResult<Chunk, undefined>> {
    for (const waiting of this.#waiting) {
      this.#waiting.delete(waiting);
      waiting.take();
      return Promise.resolve({ done: false, value: waiting.chunk });
    }
    if (this.#isDropping) return Promise.resolve(end);
    if (!this.#hasEnded) return new Promise((resolve, reject) => this.#reading.push({ resolve, reject }));
    const failure = this.#failure;
    this.#failure = undefined;
    return failure ? Promise.reject(failure.error) : Promise.resolve(end);
  }

  /** What `break` does. Settles when the run has ended, so that its span has as well. */
  async leave(): Promise<void> {
    this.cancel(new CancelledError('the reader of the stream has left'));
    this.#drop();
    for (const reading of this.#reading.splice(0)) reading.resolve(end);
    // Only waited for: whoever reads `result` gets its error, and here it is the answer to the cancellation.
    await this.#run.catch(() => undefined);
  }

  #drop(): void {
    this.#isDropping = true;
    this.#close();
  }

  /** Nothing waits any more: neither what does not heed the abort, nor the work that others wait for as well. */
  #close(): void {
    this.#isOpen = false;
    for (const waiting of this.#waiting) waiting.take();
    this.#waiting.clear();
  }

  #leaveBehind(execution: Execution): void {
    execution.leaveBehind();
    this.#fail(this.#abort.signal.reason);
  }

  #end(ending?: { readonly error: unknown }): void {
    // Whoever was left behind may still come to an end of its own.
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#open?.delete(this);
    this.#isOpen = false;
    this.#stopWaiting?.();
    // Also where the run has made an answer of its own of it: what the reader has got is not all.
    const failure = this.#isCancelled ? { error: this.#abort.signal.reason as unknown } : ending;
    // What was emitted and not waited for is read all the same, and the error after it.
    const [first, ...others] = this.#reading.splice(0);
    if (failure && first) first.reject(failure.error);
    else {
      this.#failure = failure;
      first?.resolve(end);
    }
    for (const reading of others) reading.resolve(end);
  }
}

const end: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** The one reader of a stream. */
class Reader<Chunk, O> implements AsyncIterableIterator<Chunk, undefined> {
  readonly #stream: ReadStream<Chunk, O>;

  constructor(stream: ReadStream<Chunk, O>) {
    this.#stream = stream;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Chunk, undefined>> {
    return this.#stream.next();
  }

  async return(): Promise<IteratorResult<Chunk, undefined>> {
    await this.#stream.leave();
    return end;
  }
}

/** The stream of a run that could not begin. */
export function failedStream<Chunk, O>(fault: unknown): RunStream<Chunk, O> {
  const stream = new ReadStream<Chunk, O>(new LinkedAbort());
  stream.follow(Promise.reject(fault));
  return stream;
}
