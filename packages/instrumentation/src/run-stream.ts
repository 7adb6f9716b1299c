import { CancelledError, ObsError } from '@tta/obs-context';
import { type ChunkReader, type Emission, handled, settled } from './emission.ts';
import { LinkedAbort } from './linked-abort.ts';

/** What a run emits while it runs, and its result. For one reader. */
export interface RunStream<Chunk, O> extends AsyncIterable<Chunk, undefined> {
  /**
   * What the run returns; rejects with what it throws, also with the reason of its cancellation. Where nobody has begun to
   * read by then, asking for it has the run go on to its end: its chunks are dropped.
   */
  readonly result: Promise<O>;
  /**
   * Ends the run; a reader that waits gets the reason as an error. No effect once it has ended.
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
  taken!: () => void;
  #reject!: (reason: unknown) => void;

  constructor(chunk: Chunk, from: Emission) {
    this.chunk = chunk;
    this.from = from;
    this.answer = new Promise((resolve, reject) => {
      this.taken = resolve;
      this.#reject = reject;
    });
  }

  refuse(reason: unknown): void {
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
  #run: Promise<O> = new Promise(() => undefined);
  /** In the order in which they were emitted: more than one where branches emit beside each other. */
  readonly #waiting = new Set<Waiting<Chunk>>();
  readonly #reading: Reading<Chunk>[] = [];
  #hasReader = false;
  /** Whether chunks wait for a reader. */
  #isOpen = true;
  #isDropping = false;
  #hasEnded = false;
  /** What the next `next` is to get, and only that. */
  #failure: { readonly error: unknown } | undefined;

  constructor(abort: LinkedAbort) {
    this.#abort = abort;
  }

  /** Takes over the result of the run. Here, not where `result` is read: who only reads chunks gets the error there. */
  follow(run: Promise<O>): void {
    this.#run = run;
    run.then(
      () => this.#end(),
      (error: unknown) => this.#end({ error }),
    );
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
    if (this.#hasEnded) return;
    this.#abort.abort(reason);
    this.#close();
  }

  [Symbol.asyncIterator](): AsyncIterator<Chunk, undefined> {
    if (this.#hasReader || this.#isDropping) {
      throw new ObsError(
        this.#hasReader
          ? 'the stream has a reader already, and its chunks are made once: read it in one place'
          : 'the chunks of the stream have been dropped, because its result was asked for before anybody read it',
        { code: 'OBS_ERR_STREAM_READ', category: 'validation' },
      );
    }
    this.#hasReader = true;
    return new Reader(this);
  }

  get isDropping(): boolean {
    return this.#isDropping;
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
      waiting.taken();
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
    for (const { taken } of this.#waiting) taken();
    this.#waiting.clear();
  }

  #end(failure?: { readonly error: unknown }): void {
    this.#hasEnded = true;
    this.#isOpen = false;
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
