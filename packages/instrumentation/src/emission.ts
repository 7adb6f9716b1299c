import { CancelledError } from '@tta/obs-context';
import type { StreamEnd } from './execution-end.ts';
import type { Execution } from './execution.ts';
import { onAbort } from './on-abort.ts';

/** To whom an execution gives its chunks. */
export interface ChunkReader {
  /** Whether nobody reads, nor will any more: chunks are taken at once, and go nowhere. */
  readonly isDropping: boolean;
  /** Settles when the chunk has been taken; rejects when it is refused. */
  put(chunk: unknown, from: Emission): Promise<void>;
  /** Rejects what has not been taken yet of an emission. @returns How many chunks that were. */
  refuse(from: Emission, reason: unknown): number;
}

/** What an execution gives before its result. Made for those that give something, and for those that ask about it. */
export class Emission {
  readonly #execution: Execution;
  /** Of the execution above, where the chunks of this one are chunks of that one as well. */
  readonly #above: Emission | undefined;
  readonly #reader: ChunkReader | undefined;
  #chunks = 0;
  /** On the monotonic clock; of no meaning in a run that is not observed. */
  #firstChunkAt = 0;
  #unfollow: (() => void) | undefined;
  /** How many of its chunks wait for their reader now. */
  #waiting = 0;
  /** On the monotonic clock; of no meaning where none waits. */
  #waitingSince = 0;
  #waitedMs = 0;
  #hasBegunText = false;

  constructor(execution: Execution, reader?: ChunkReader) {
    this.#execution = execution;
    this.#above = execution.options?.streamed ? execution.parent?.emission : undefined;
    this.#reader = reader ?? (this.#above && this.#above.#reader);
  }

  readonly emit = (chunk: unknown): Promise<void> => {
    const execution = this.#execution;
    // What was left behind says no more.
    if (execution.isAborted) return handled(Promise.reject(execution.signal.reason as Error));
    // It would never wait again, and a producer that waits for nothing else would keep the process busy for ever.
    if (execution.isOver) {
      return handled(
        Promise.reject(
          new CancelledError(`"${execution.unit.name}" has ended: nobody takes its chunks any more`),
        ),
      );
    }
    if (typeof chunk === 'string') this.#beginText();
    this.#count(1);
    const reader = this.#reader;
    if (!reader) return settled;
    // Once, not for each chunk that waits.
    this.#unfollow ??= onAbort(execution.signal, () => {
      this.#count(-reader.refuse(this, execution.signal.reason));
    });
    return reader.put(chunk, this);
  };

  get isRead(): boolean {
    return this.#reader?.isDropping === false;
  }

  get hasEmitted(): boolean {
    return this.#chunks > 0 && this.isRead;
  }

  /** For how long chunks have waited for their reader, in milliseconds; two at a time count once. */
  get readerWaitMs(): number {
    return this.#waitedMs + (this.#waiting > 0 ? this.#now() - this.#waitingSince : 0);
  }

  /** One more chunk of it waits for its reader, or one fewer. */
  waits(change: 1 | -1, nowMs = this.#now()): void {
    if (this.#waiting === 0) this.#waitingSince = nowMs;
    this.#waiting += change;
    if (this.#waiting === 0) this.#waitedMs += nowMs - this.#waitingSince;
    if (this.#above) this.#above.waits(change, nowMs);
  }

  /** What is told of it; `undefined` where nothing was taken. @param startedAt - On the monotonic clock. */
  endOf(startedAt: number): StreamEnd | undefined {
    if (this.#chunks === 0) return undefined;
    return { chunks: this.#chunks, timeToFirstChunkMs: this.#firstChunkAt - startedAt };
  }

  /** Lets go of the signal. */
  release(): void {
    this.#unfollow?.();
  }

  /** Has the executions above emit what sets this text apart from those before it. */
  #beginText(): void {
    if (this.#hasBegunText) return;
    this.#hasBegunText = true;
    if (!this.#above) return;
    this.#above.#beginText();
    const separator = this.#execution.options?.separator;
    // Not waited for: the text is taken after it.
    if (separator !== undefined) void handled(this.#above.emit(separator));
  }

  #count(chunks: number): void {
    if (this.#chunks === 0 && this.#execution.run.observed) this.#firstChunkAt = this.#now();
    this.#chunks += chunks;
    if (this.#above) this.#above.#count(chunks);
  }

  #now(): number {
    return this.#execution.run.instrumentation.guardedClock.monotonic();
  }
}

/** The answer to a chunk that has been taken already. */
export const settled: Promise<void> = Promise.resolve();

/** Whoever did not wait for its chunk does not hear that it was refused either, and must not end the process. */
export function handled<T>(refused: Promise<T>): Promise<T> {
  refused.catch(() => undefined);
  return refused;
}
